import type { Requirement } from '../../core/requirement.js';
/** DRAIN-01 to DRAIN-07, in the order of their ids. */
export declare const requirements: readonly Requirement[];
