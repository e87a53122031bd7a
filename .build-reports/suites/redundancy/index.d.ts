import type { Suite } from '../../core/scenario.js';
export declare const suite: Suite;
