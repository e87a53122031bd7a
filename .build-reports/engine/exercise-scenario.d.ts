import { type ScenarioOptions } from './run-scenario.js';
import { type ScenarioWorld } from './scenario-world.js';
export interface ExerciseOptions extends ScenarioOptions {
    readonly world: ScenarioWorld;
    readonly onCounts: (counts: {
        readonly requests: number;
        readonly lost: number;
    }) => void;
}
/** Traffic, baseline, exercise. Throws what kept it from its end; everything it started is on the clean-up stack. */
export declare function exerciseScenario(options: ExerciseOptions): Promise<void>;
