import type { Requirement } from '../../../core/requirement.js';
export declare const connectionsAndDeadline: readonly Requirement[];
