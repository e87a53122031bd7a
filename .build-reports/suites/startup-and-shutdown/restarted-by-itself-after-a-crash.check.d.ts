import { type Check } from '../../core/check.js';
export declare const restartedByItselfAfterACrash: Check;
