import { type Check } from '../../core/check.js';
export declare const mixedLoad = "balancer-without-affinity";
export declare const pairsShareRecords: Check;
export declare const pairsShareSessions: Check;
export declare const balancerServesEverything: Check;
