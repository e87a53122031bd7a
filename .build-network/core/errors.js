/** Exit codes of the command line, one line each. */
export const exitCodes = {
    ok: 0, // the required level is reached
    requirementFailed: 1, // a MUST failed or is missing
    notConclusive: 2, // only inconclusive or error (or a world not restored) stands in the way
    usage: 64, // bad arguments, descriptor or input file
    internal: 70, // internal fault of the harness
    interrupted: 130, // SIGINT, after clean-up and with a partial report
    terminated: 143, // SIGTERM, likewise
};
/**
 * Every error a user can meet. The message says what was being done, what was found, what was expected and
 * where; `hint` says what to try.
 */
export class SeaworthyError extends Error {
    code;
    exitCode;
    hint;
    constructor(code, message, options = {}) {
        super(message, options.cause === undefined ? {} : { cause: options.cause });
        this.name = 'SeaworthyError';
        this.code = code;
        this.hint = options.hint;
        this.exitCode = options.exitCode ?? exitCodes.usage;
    }
}
/** A fault or procedure could not be made. The scenario ends, and nothing in it may pass. */
export class InterventionFailed extends SeaworthyError {
    constructor(intervention, target, found, cause) {
        super('SW_INTERVENTION_FAILED', `while applying ${intervention} to ${target}: ${found}`, {
            exitCode: exitCodes.notConclusive,
            ...(cause === undefined ? {} : { cause }),
        });
        this.name = 'InterventionFailed';
    }
}
/** The message of anything that was thrown, with the chain of causes. */
export function messageOf(thrown) {
    if (!(thrown instanceof Error))
        return String(thrown);
    const code = thrown.code;
    const own = thrown.message || (typeof code === 'string' ? code : thrown.name);
    return thrown.cause === undefined ? own : `${own}: ${messageOf(thrown.cause)}`;
}
