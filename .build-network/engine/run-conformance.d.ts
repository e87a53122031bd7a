import type { Driver, Journal } from '../core/driver.js';
import type { Level, ProfileName, RequirementId, SafetyClass, ThresholdValues } from '../core/requirement.js';
import type { RunEvent } from '../core/run-event.js';
import type { RunReport } from '../core/run-report.js';
import type { Suite } from '../core/scenario.js';
import type { ServiceDescriptor } from '../core/service-descriptor.js';
export interface ConformanceOptions {
    readonly service: ServiceDescriptor;
    readonly descriptorPath: string;
    readonly driver: Driver;
    readonly suites: readonly Suite[];
    readonly profile: ProfileName;
    readonly allow: SafetyClass;
    readonly only: ReadonlySet<RequirementId> | undefined;
    readonly requiredLevel: Level | null;
    readonly parallel: number;
    readonly randomSeed: number;
    readonly runId: string;
    readonly runDirectory: string;
    /** Volatile folder of the run, watched by the reaper. */
    readonly workDirectory: string;
    readonly journal: Journal;
    readonly environment: Readonly<Record<string, string>>;
    readonly version: string;
    readonly reproduceWith: string;
    readonly signal: AbortSignal;
    readonly emit: (event: RunEvent) => void;
}
/**
 * Runs the selected scenarios, a few at a time, judges each from its recorded history and builds the report. Started
 * scenarios are always cleaned up; an abort ends them early and the report says `interrupted`.
 */
export declare function runConformance(options: ConformanceOptions): Promise<RunReport>;
export declare function thresholdsOf({ suites, service, profile }: Pick<ConformanceOptions, 'suites' | 'service' | 'profile'>): (id: RequirementId) => ThresholdValues;
