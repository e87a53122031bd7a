import { type Check } from '../../core/check.js';
export declare const lossCostsOnlyTheWindow: Check;
export declare const noFailureAfterEjection: Check;
export declare const everyFunctionWorks: Check;
