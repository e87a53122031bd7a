import type { Procedure } from '../core/service-descriptor.js';
import { type ScenarioWorld } from './scenario-world.js';
/** Carries out a declared procedure on one instance. Throws with what was found when it was not accepted. */
export declare function carryOut(world: ScenarioWorld, procedure: Procedure, target: string): Promise<void>;
