import type { Instance } from '../../core/driver.js';
import type { ProofGrade } from '../../core/history.js';
import type { TrafficContext } from './context.js';
import type { Completed, Ongoing } from './recording-client.js';
import type { WitnessOperation } from './witness-operation.js';
export interface WitnessRequestOptions {
    readonly ongoing: Ongoing;
    readonly instance: Instance;
    readonly made: WitnessOperation;
    readonly direct: boolean;
}
/** One request that is to be proven to be executing in an instance. */
export declare class WitnessRequest {
    #private;
    readonly ongoing: Ongoing;
    readonly completed: Promise<Completed>;
    ended: boolean;
    proof: {
        readonly grade: ProofGrade;
        readonly atMs: number;
    } | undefined;
    constructor(context: TrafficContext, options: WitnessRequestOptions);
    /** Whether it makes sense to wait on: it is neither proven nor ended nor answered by another instance. */
    get open(): boolean;
    get executing(): boolean;
    /** Looks whether a proof is there by now. */
    look(): void;
    /** Raises a proof C when the service itself counts the effect while the request still goes on. */
    confirm(): Promise<void>;
}
