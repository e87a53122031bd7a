/** Exit codes of the command line, one line each. */
export declare const exitCodes: {
    readonly ok: 0;
    readonly requirementFailed: 1;
    readonly notConclusive: 2;
    readonly usage: 64;
    readonly internal: 70;
    readonly interrupted: 130;
    readonly terminated: 143;
};
/**
 * Every error a user can meet. The message says what was being done, what was found, what was expected and
 * where; `hint` says what to try.
 */
export declare class SeaworthyError extends Error {
    readonly code: `SW_${string}`;
    readonly exitCode: number;
    readonly hint: string | undefined;
    constructor(code: `SW_${string}`, message: string, options?: {
        readonly hint?: string;
        readonly cause?: unknown;
        readonly exitCode?: number;
    });
}
/** A fault or procedure could not be made. The scenario ends, and nothing in it may pass. */
export declare class InterventionFailed extends SeaworthyError {
    constructor(intervention: string, target: string, found: string, cause?: unknown);
}
/** The message of anything that was thrown, with the chain of causes. */
export declare function messageOf(thrown: unknown): string;
