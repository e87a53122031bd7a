import { Server as NetServer } from 'node:net';
/** The server's connections, and how to close them without a reset. */
export class Connections {
    server;
    usage = new Map();
    constructor(server) {
        this.server = server;
        server.on('connection', (socket) => {
            this.usage.set(socket, { requests: 0, idleSinceMs: performance.now() });
            socket.once('close', () => this.usage.delete(socket));
        });
        server.on('request', (request, response) => this.track(request.socket, response));
    }
    track(socket, response) {
        const usage = this.usage.get(socket);
        if (!usage)
            return;
        usage.requests++;
        response.once('close', () => {
            usage.requests--;
            usage.idleSinceMs = performance.now();
        });
    }
    /**
     * Ends connections that carry no request and have not for `idleMsMin`. The minimum matters: a connection that is
     * used often may have the next request on its way, and closing it would lose that request.
     */
    endIdle(idleMsMin) {
        const nowMs = performance.now();
        for (const [socket, { requests, idleSinceMs }] of this.usage) {
            if (requests === 0 && nowMs - idleSinceMs >= idleMsMin)
                socket.end();
        }
    }
    /**
     * Stops listening and nothing else. Not `server.close()` of node:http: that destroys idle connections at once, and
     * with them requests that are on their way.
     */
    stopListening() {
        if (this.server.listening)
            NetServer.prototype.close.call(this.server);
    }
}
