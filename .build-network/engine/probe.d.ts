/** One answer to one question on a connection of its own. For witnesses and waits; traffic is recorded elsewhere. */
export interface ProbeAnswer {
    readonly outcome: 'answered' | 'refused' | 'reset' | 'timeout';
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly code?: string;
}
export interface ProbeOptions {
    readonly method?: string;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal;
}
/** Never throws: what went wrong is the answer. */
export declare function probe(url: URL, { method, timeoutMs, signal }: ProbeOptions): Promise<ProbeAnswer>;
/** Readiness or liveness passes with any 2xx or 3xx. */
export declare const passes: (answer: ProbeAnswer) => boolean;
/** Whether something accepts TCP connections there. */
export declare function acceptsConnections(host: string, port: number, timeoutMs: number): Promise<boolean>;
/** Polls until the condition holds, the time is up or the signal fires. A condition that throws does not hold. */
export declare function pollUntil(condition: () => boolean | Promise<boolean>, options: {
    readonly timeoutMs: number;
    readonly everyMs?: number;
    readonly signal?: AbortSignal;
}): Promise<boolean>;
