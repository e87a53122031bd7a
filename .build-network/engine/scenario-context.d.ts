import type { ScenarioContext, ScenarioControls, TrafficControls } from '../core/scenario.js';
import type { ProfileName, RequirementId, ThresholdValues } from '../core/requirement.js';
import { type ScenarioWorld } from './scenario-world.js';
export interface ContextParts {
    readonly world: ScenarioWorld;
    readonly profile: ProfileName;
    readonly selected: ReadonlySet<RequirementId>;
    readonly thresholds: (requirement: RequirementId) => ThresholdValues;
    readonly random: () => number;
    readonly traffic: TrafficControls;
    readonly control: ScenarioControls;
    readonly gate: (name: string) => Promise<boolean>;
    readonly onStep: (message: string) => void;
    /** Answers of each instance among the last requests through the balancer. */
    readonly shares: (lastMs: number) => ReadonlyMap<string, number>;
}
/** Stops everything a scenario does next: thrown by its own calls once it has been cut. */
export declare class ScenarioCut extends Error {
}
export declare function createContext(parts: ContextParts): ScenarioContext;
