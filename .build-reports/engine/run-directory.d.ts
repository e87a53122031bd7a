import type { Level, ProfileName, RequirementId, SafetyClass, ThresholdValues } from '../core/requirement.js';
import type { RunReport } from '../core/run-report.js';
import type { ServiceDescriptor } from '../core/service-descriptor.js';
import type { Settled } from './plan.js';
/** What a later `recheck` needs besides the histories. Written before the first scenario: `run-input.json`. */
export interface RunInput {
    readonly schema: 'seaworthy-run-input/v1';
    readonly runId: string;
    readonly version: string;
    readonly startedAt: string;
    readonly service: Pick<ServiceDescriptor, 'name' | 'waivers' | 'overrides'>;
    readonly descriptorPath: string;
    readonly driver: string;
    readonly profile: ProfileName;
    readonly randomSeed: number;
    readonly allow: SafetyClass;
    readonly requiredLevel: Level | null;
    readonly reproduceWith: string;
    readonly thresholds: Readonly<Record<RequirementId, ThresholdValues>>;
    readonly settled: Readonly<Record<RequirementId, Settled>>;
    readonly scenarios: readonly {
        readonly id: string;
        readonly selected: readonly RequirementId[];
    }[];
}
/**
 * Makes the folder of a run. Without `output` it is `seaworthy-runs/<run id>` below the working directory, with a link
 * `latest` beside it. Throws SW_OUTPUT_UNWRITABLE, or SW_OUTPUT_NOT_EMPTY for a folder with files that are not of a run.
 */
export declare function makeRunDirectory(runId: string, output: string | undefined): string;
export declare function writeRunInput(directory: string, input: RunInput): void;
/** Throws SW_RUN_UNREADABLE with the path when there is no such run or its input is damaged. */
export declare function readRunInput(directory: string): RunInput;
export declare function readRunReport(directory: string): RunReport;
