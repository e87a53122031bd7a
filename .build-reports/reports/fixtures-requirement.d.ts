import type { RequirementReport } from '../core/run-report.js';
type Given = Pick<RequirementReport, 'id' | 'title' | 'level' | 'weight' | 'statement' | 'outcome' | 'summary' | 'remediation'> & Partial<RequirementReport>;
/** Fills in what most requirements of the example have in common. */
export declare function requirement(given: Given): RequirementReport;
export {};
