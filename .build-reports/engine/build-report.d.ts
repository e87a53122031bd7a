import type { Level, ProfileName, RequirementId, ThresholdValues } from '../core/requirement.js';
import type { RunReport, ScenarioReport } from '../core/run-report.js';
import type { Suite } from '../core/scenario.js';
import type { ServiceDescriptor } from '../core/service-descriptor.js';
import type { Judgement } from './judge.js';
import type { Plan } from './plan.js';
/** Everything a report is made from; all of it is also in the run directory, so that a run can be judged again. */
export interface ReportInput {
    readonly runId: string;
    readonly status: RunReport['status'];
    readonly service: Pick<ServiceDescriptor, 'name' | 'waivers' | 'overrides'>;
    readonly descriptorPath: string;
    readonly driver: string;
    readonly profile: ProfileName;
    readonly randomSeed: number;
    readonly startedAt: string;
    readonly durationMs: number;
    readonly version: string;
    readonly requiredLevel: Level | null;
    readonly notRestored: readonly string[];
    readonly suites: readonly Suite[];
    readonly plan: Pick<Plan, 'settled'>;
    readonly thresholds: (requirement: RequirementId) => ThresholdValues;
    readonly judgements: readonly (Judgement & {
        readonly scenario: string;
    })[];
    readonly scenarios: readonly ScenarioReport[];
    /** Arguments of `seaworthy run` that lead back to this target. */
    readonly reproduceWith: string;
}
/** Version of the checklist, raised when a requirement or a standard threshold changes. */
export declare const catalogueVersion = "0.1";
export declare function buildReport(input: ReportInput): RunReport;
