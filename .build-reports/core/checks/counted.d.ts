/** `counted(1, 'stop')` is '1 stop', `counted(3, 'stop')` is '3 stops'. The plural is given when it is not formed with an s. */
export declare const counted: (count: number, one: string, many?: string) => string;
/** `a`, `a and b`, `a, b and c`. */
export declare function listed(items: readonly string[]): string;
/** Milliseconds as people read them: '850 ms', '2.4 s', '120 s'. */
export declare function spanned(durationMs: number): string;
