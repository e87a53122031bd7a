/** Servers of ours never end an idle connection of a client by themselves: that would be a loss of our own making. */
export function withoutTimeouts(server) {
    server.keepAliveTimeout = 0;
    server.requestTimeout = 0;
    server.headersTimeout = 0;
    return server;
}
/** Listens on a port of 127.0.0.1 that the kernel assigns. */
export function listenLocally(server) {
    return new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', () => resolve(server.address().port));
    });
}
/** Cuts every connection and waits until the server is gone. */
export function endServer(server) {
    return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
    });
}
