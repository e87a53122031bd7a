/** Tells a person what went wrong and returns the exit code. A stack trace only for faults of our own. */
export declare function printError(thrown: unknown): number;
