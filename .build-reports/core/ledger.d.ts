import { type History, type RequestEvent } from './history.js';
/**
 * What became of the writes of one load, judged from what the clients saw alone (the words are those of Jepsen's
 * set checkers): a strong read after everything has come to rest decides.
 */
export type WriteState = 'stable' | 'lost' | 'unread' | 'recovered' | 'unknown' | 'rejected' | 'unexpected';
export interface LedgerEntry {
    readonly key: string;
    readonly state: WriteState;
    /** When the first acknowledgement arrived. */
    readonly acknowledgedAtMs: number | undefined;
    /** Ids of the write events and of the last read event, in this order. */
    readonly requests: readonly number[];
    /** For a lost write: what the last read found instead. */
    readonly found: string | undefined;
}
export interface LedgerLoads {
    readonly writes: string;
    /** Strong reads that were made after the last write; the last one of each key holds. */
    readonly reads: string;
}
/** One entry for each key of the write load, and one for each key that was read and that no request ever carried before. */
export declare function ledgerOf(history: History, loads: LedgerLoads): LedgerEntry[];
export declare const acknowledged: (write: RequestEvent) => boolean;
