/** Names under which the scenarios of this suite record and the checks find again. */
export declare const loads: {
    readonly background: "background";
    readonly stragglers: "straggler";
    readonly stragglerEffects: "straggler-effects";
    readonly keepAlive: "keep-alive";
    /** Given by the traffic engine. */
    readonly witness: "witness";
    readonly qualification: "balancer-qualification";
};
/** A drain's label is also the group of its witnesses. */
export declare const labels: {
    readonly numbered: (number: number) => string;
    readonly isNumbered: (label: string | undefined) => label is string;
    readonly killControl: "kill-control";
    readonly behindBalancer: "behind-balancer";
    readonly withStuckRequest: "with-stuck-request";
    readonly restore: "restore";
};
/** Groups of witnesses that go with no label of their own. */
export declare const groups: {
    readonly stuck: "stuck";
    readonly ordinary: "ordinary";
};
/** Observation by the scenario: whether a replica is back after a drain, `Returned`. */
export declare const returnedProbe = "returned";
export interface Returned {
    readonly ready: boolean;
    /** Absent where no balancer was looked at. */
    readonly inRotation?: boolean;
}
