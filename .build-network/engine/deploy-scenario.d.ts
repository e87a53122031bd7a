import type { Deployment, DriverPlatformEvent } from '../core/driver.js';
import type { CleanupStack } from './cleanup-stack.js';
import type { ScenarioOptions } from './run-scenario.js';
import type { ScenarioWorld } from './scenario-world.js';
export interface DeployScenarioOptions extends ScenarioOptions {
    readonly cleanup: CleanupStack;
    readonly onPlatformEvent: (event: DriverPlatformEvent) => void;
    readonly startedAt: number;
    readonly onLogs: (files: readonly string[]) => void;
}
/** Puts a fresh deployment in the world; its end, its logs and its folder are on the clean-up stack before it exists. */
export declare function deployScenario(options: DeployScenarioOptions): Promise<Deployment>;
/** What is known before anything happens; checks read it from the history, so that a saved run needs nothing else. */
export declare function recordFacts(world: ScenarioWorld, { profile, driver, randomSeed }: ScenarioOptions): void;
