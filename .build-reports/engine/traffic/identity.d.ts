import type { InstanceId } from '../../core/history.js';
import type { Identity } from '../../core/service-descriptor.js';
import type { AnswerHeaders } from './exchange.js';
export interface SeenIdentity {
    readonly value: string;
    readonly boot?: string;
    readonly atMs: number;
}
/**
 * Which instance an answer came from. What an instance calls itself is learnt from answers on its direct address;
 * a name that two of them use says nothing, and is from then on recorded raw like one that nobody uses.
 */
export declare class Identities {
    #private;
    readonly last: Map<string, SeenIdentity>;
    constructor(identity: Identity | undefined);
    get ambiguous(): readonly string[];
    /** Reads an answer. `direct` is the instance whose own address it came from. */
    read(headers: AnswerHeaders, atMs: number, direct?: InstanceId): {
        readonly instance?: string;
        readonly boot?: string;
    };
}
