export interface Shares {
    readonly total: number;
    /** Answers by instance; those without a known identity only count in `total`. */
    readonly byInstance: ReadonlyMap<string, number>;
}
/** How many answers came from each instance lately, by the time their requests were sent. Bounded to one minute. */
export declare class ShareCounter {
    #private;
    add(sentAtMs: number, instance: string | undefined): void;
    since(fromMs: number): Shares;
}
