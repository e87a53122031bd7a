import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { ReceivedBody } from './received-body.js';
import type { Seen } from './classification.js';
import type { Connection, Wire } from './connection.js';
export interface ExchangeRequest {
    readonly method: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string | Readable;
    /**
     * Counted from the moment the request is handed over, connecting included, not from the planned instant: a
     * stall of the harness must not become a timeout of the service.
     */
    readonly timeoutMs: number;
    /** Whether the body is wanted; otherwise it is only counted. */
    readonly keepBody: boolean;
}
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;
/**
 * One HTTP exchange on one connection: written at most once, ended exactly once. Its fields may be read while it
 * goes on, to prove that it is executing.
 */
export declare class Exchange implements Dispatcher.DispatchHandler {
    #private;
    readonly connection: Connection;
    readonly startedAtMs: number;
    sentAtMs: number | undefined;
    firstByteAtMs: number | undefined;
    endedAtMs: number | undefined;
    status: number | undefined;
    headers: AnswerHeaders;
    readonly body: ReceivedBody;
    reused: boolean;
    idleMs: number | undefined;
    code: string | undefined;
    ending: Seen['ending'] | undefined;
    readonly ended: Promise<void>;
    constructor(connection: Connection, request: ExchangeRequest, clock: () => number);
    get wire(): Wire | undefined;
    /** Bytes of the answer on the wire, headers included. */
    get bytesRead(): number;
    /** Nothing was written because the idle connection turned out to be dead: to send it elsewhere is not a retry. */
    get neverWritten(): boolean;
    get closeAnnounced(): boolean;
    seen(): Omit<Seen, 'problem' | 'balancer'>;
    /** Gives it up: never counted for or against the service. */
    cancel(): void;
    /** Called by undici in the turn in which it writes the request, just before it does. */
    onRequestStart(controller: Dispatcher.DispatchController): void;
    onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void;
    onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void;
    onResponseEnd(): void;
    onResponseError(_controller: Dispatcher.DispatchController, error: NodeJS.ErrnoException): void;
}
