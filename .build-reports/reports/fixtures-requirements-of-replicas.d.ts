import type { RequirementReport } from '../core/run-report.js';
export declare const exampleRequirementsOfReplicas: readonly RequirementReport[];
