import type { Requirement } from '../../../core/requirement.js';
export declare const healthWhileDraining: readonly Requirement[];
