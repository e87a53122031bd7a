/**
 * Writes a file whole or not at all: into a temporary file beside it, flushed, then renamed over it. A reader, or a
 * run that is killed, never finds half a report.
 */
export declare function writeAtomically(path: string, text: string): Promise<void>;
