import type { ScenarioReport } from '../core/run-report.js';
export declare const exampleScenarios: readonly ScenarioReport[];
