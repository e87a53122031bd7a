import type { Deployment, Driver, Journal } from '../core/driver.js';
import type { ProfileName, RequirementId, ThresholdValues } from '../core/requirement.js';
import type { RunEvent } from '../core/run-event.js';
import type { Scenario } from '../core/scenario.js';
import type { ServiceDescriptor } from '../core/service-descriptor.js';
export interface ScenarioOptions {
    readonly scenario: Scenario;
    readonly selected: ReadonlySet<RequirementId>;
    readonly service: ServiceDescriptor;
    readonly driver: Driver;
    readonly profile: ProfileName;
    readonly thresholds: (requirement: RequirementId) => ThresholdValues;
    readonly runId: string;
    readonly randomSeed: number;
    /** Of the run: the scenario's files go to scenarios/<id>/ in it. */
    readonly runDirectory: string;
    /** Volatile folder for the deployment, not yet made. */
    readonly workDirectory: string;
    readonly journal: Journal;
    readonly environment: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
    readonly emit: (event: RunEvent) => void;
    /** One deployment is made at a time: starting services is the heaviest thing a run does to its machine. */
    readonly oneAtATime: <T>(work: () => Promise<T>) => Promise<T>;
}
export interface ScenarioRun {
    readonly id: string;
    /** Relative to the run directory. */
    readonly history: string;
    readonly logs: readonly string[];
    readonly durationMs: number;
    readonly notRestored: readonly string[];
}
/** Runs one scenario from deployment to clean-up. Never throws: what went wrong is in its history. */
export declare function runScenario(options: ScenarioOptions): Promise<ScenarioRun>;
/** The exercise took far longer than it should. */
export declare class DeadlinePassed extends Error {
}
export type { Deployment };
