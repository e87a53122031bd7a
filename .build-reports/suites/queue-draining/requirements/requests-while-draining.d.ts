import type { Requirement } from '../../../core/requirement.js';
export declare const requestsWhileDraining: readonly Requirement[];
