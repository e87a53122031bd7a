import { type IncomingMessage, type ServerResponse } from 'node:http';
/** Answers any request with 200 and a small body as soon as its own body was read. */
export declare function answerEcho(request: IncomingMessage, response: ServerResponse, body?: string): void;
export interface EchoServer {
    readonly url: URL;
    close(): Promise<void>;
}
/** For the null control: what gets lost here is lost by the harness or the machine. */
export declare function startEchoServer(): Promise<EchoServer>;
