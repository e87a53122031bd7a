/**
 * The command line. Each command is loaded only when it is called. Returns the exit code; the caller ends the process
 * with it, so that a stray timer cannot keep a finished run alive.
 */
export declare function main(argv: readonly string[]): Promise<number>;
