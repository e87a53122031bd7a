import type { Suite } from '../core/scenario.js';
/** Every conformance suite, in the order of the checklist. What is not listed here does not exist. */
export declare const suites: readonly Suite[];
