import type { Requirement } from '../../core/requirement.js';
/** Redundancy: replicas are interchangeable, and one of them may be lost or unfit. */
export declare const requirements: readonly Requirement[];
