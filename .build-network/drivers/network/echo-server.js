import { createServer } from 'node:http';
import { endServer, listenLocally, withoutTimeouts } from './local-server.js';
/** Answers any request with 200 and a small body as soon as its own body was read. */
export function answerEcho(request, response, body = 'echo\n') {
    request.on('error', () => { }); // the client gave up; there is nobody to tell
    request.once('end', () => {
        response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(body) });
        response.end(body);
    });
    request.resume();
}
/** For the null control: what gets lost here is lost by the harness or the machine. */
export async function startEchoServer() {
    const server = withoutTimeouts(createServer((request, response) => answerEcho(request, response)));
    const port = await listenLocally(server);
    return {
        url: new URL(`http://127.0.0.1:${port}`),
        close: () => endServer(server),
    };
}
