export interface PacerOptions {
    readonly ratePerSecond: number;
    readonly durationMaxMs: number;
    readonly countMax?: number;
    readonly clock: () => number;
    /** One request is due. Called late after a stall, then once for each instant that passed, with that instant. */
    readonly onDue: (plannedAtMs: number, index: number) => void;
    /** How late the latest of the last `planned` instants was, about once a second and at the end. */
    readonly onSlip?: (slip: {
        readonly slipMsMax: number;
        readonly planned: number;
    }) => void;
}
/**
 * Plans at a constant rate: instant n is start + n / rate, whatever happened to the earlier ones. One timer, armed
 * for the next instant, so that a low rate costs nothing.
 */
export declare class Pacer {
    #private;
    readonly ended: Promise<void>;
    planned: number;
    constructor(options: PacerOptions);
    /** Plans no more. */
    stop(): void;
}
