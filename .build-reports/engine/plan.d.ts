import type { Driver } from '../core/driver.js';
import type { Outcome } from '../core/outcome.js';
import type { ProfileName, RequirementId, SafetyClass } from '../core/requirement.js';
import type { Scenario, Suite } from '../core/scenario.js';
import type { ServiceDescriptor } from '../core/service-descriptor.js';
/** A requirement that is settled before anything runs, and why. */
export interface Settled {
    readonly outcome: Extract<Outcome, 'missing' | 'not-applicable' | 'skipped'>;
    readonly reason: string;
}
export interface PlannedScenario {
    readonly scenario: Scenario;
    readonly suite: Suite;
    /** The requirements it can judge in this run. */
    readonly selected: ReadonlySet<RequirementId>;
    readonly expectedMs: number;
}
export interface Plan {
    readonly settled: ReadonlyMap<RequirementId, Settled>;
    readonly scenarios: readonly PlannedScenario[];
}
export interface PlanInput {
    readonly suites: readonly Suite[];
    readonly service: ServiceDescriptor;
    readonly driver: Driver;
    readonly profile: ProfileName;
    readonly allow: SafetyClass;
    /** Undefined: everything. */
    readonly only: ReadonlySet<RequirementId> | undefined;
}
/** What will be judged, what cannot be and why. Starts nothing. */
export declare function planRun(input: PlanInput): Plan;
