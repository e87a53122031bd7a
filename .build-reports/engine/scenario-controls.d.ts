import type { ScenarioControls } from '../core/scenario.js';
import { Interventions } from './recorded-intervention.js';
import { type ScenarioWorld } from './scenario-world.js';
/** Faults and procedures of one scenario: recorded, undone at the latest at its end, and witnessed. */
export declare function createControls(world: ScenarioWorld, interventions: Interventions): ScenarioControls;
