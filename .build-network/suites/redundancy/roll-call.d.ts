import type { ScenarioContext } from '../../core/scenario.js';
/** Value of an observation `roll-call`: how one declared operation did when all were called at one time. */
export interface RollCallObservation {
    /** 'before' any fault, or the replica that was gone. */
    readonly when: string;
    readonly operation: string;
    readonly attempts: number;
    readonly ok: number;
    readonly detail: string;
}
export declare const rollCallLoad: (when: string) => string;
export declare const rollCallAttempts = 3;
interface RollCall {
    /** Calls every declared operation, data operation and session through the balancer, and observes how each did. */
    call(when: string): Promise<void>;
}
/**
 * Writes one record that all later reads ask for, and lets it reach every reader: a read of something newer could miss it
 * because of the declared lag, which says nothing about the replica that is gone.
 */
export declare function prepareRollCall(context: ScenarioContext): Promise<RollCall>;
export {};
