import type { Server as HttpServer } from 'node:http'
import type { AddressInfo, Server } from 'node:net'

/** Servers of ours never end an idle connection of a client by themselves: that would be a loss of our own making. */
export function withoutTimeouts(server: HttpServer): HttpServer {
  server.keepAliveTimeout = 0
  server.requestTimeout = 0
  server.headersTimeout = 0
  return server
}

/** Listens on a port that the kernel assigns. */
export function listenLocally(server: Server, host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, () => resolve((server.address() as AddressInfo).port))
  })
}

/** Cuts every connection and waits until the server is gone. */
export function endServer(server: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
