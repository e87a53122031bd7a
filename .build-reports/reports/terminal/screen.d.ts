/** What is needed of a stream; `process.stdout` and `process.stderr` fit. */
export interface TerminalStream {
    write(chunk: string): unknown;
    on?(event: 'error', listener: (error: Error) => void): unknown;
    readonly columns?: number;
    readonly rows?: number;
    readonly isTTY?: boolean;
}
export interface ScreenOptions {
    readonly stream: TerminalStream;
    readonly redraws: boolean;
    readonly columns?: number;
}
/**
 * Lines that stay, above a block of lines that is drawn over again. The block is cleared by moving up as many rows
 * as it takes, never by saving the cursor: a saved position is wrong as soon as the terminal scrolls.
 * A stream that fails (the reader of a pipe went away) makes the screen silent; it never throws.
 */
export declare class Screen {
    #private;
    constructor({ stream, redraws, columns }: ScreenOptions);
    get columns(): number;
    get rows(): number;
    /** Lines that stay. */
    print(lines: readonly string[]): void;
    /** Replaces the block at the bottom. Does nothing on a stream that is not redrawn, or when nothing changed. */
    setLive(lines: readonly string[]): void;
    /** Removes the block and gives the cursor back. May be called twice. */
    close(): void;
}
