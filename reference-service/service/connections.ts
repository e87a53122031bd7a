import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Server as NetServer } from 'node:net'
import type { Socket } from 'node:net'
import type { Address } from './environment.js'

interface Usage {
  readonly openedAtMs: number
  used: boolean
  requests: number
  idleSinceMs: number
}

/** The server's connections, and how to close them without a reset. */
export class Connections {
  /** How many there were since the start. */
  accepted = 0
  private readonly usage = new Map<Socket, Usage>()

  constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      this.accepted++
      this.usage.set(socket, { openedAtMs: performance.now(), used: false, requests: 0, idleSinceMs: performance.now() })
      socket.once('close', () => this.usage.delete(socket))
    })
    server.on('request', (request: IncomingMessage, response: ServerResponse) => this.track(request.socket, response))
  }

  private track(socket: Socket, response: ServerResponse): void {
    const usage = this.usage.get(socket)
    if (!usage) return
    usage.requests++
    usage.used = true
    response.once('close', () => {
      usage.requests--
      usage.idleSinceMs = performance.now()
    })
  }

  /** Connections of the last second that have not sent a request yet: it is probably on its way. */
  get withoutRequest(): number {
    const sinceMs = performance.now() - 1_000
    return [...this.usage.values()].filter(({ used, openedAtMs }) => !used && openedAtMs > sinceMs).length
  }

  /**
   * Ends connections that carry no request and have not for `idleMsMin`. The minimum matters: a connection that is
   * used often may have the next request on its way, and closing it would lose that request.
   */
  endIdle(idleMsMin: number): void {
    const nowMs = performance.now()
    for (const [socket, { requests, idleSinceMs }] of this.usage) {
      if (requests === 0 && nowMs - idleSinceMs >= idleMsMin) socket.end()
    }
  }

  listen({ host, port }: Address): void {
    if (!this.server.listening) this.server.listen({ host, port })
  }

  /**
   * Stops listening and nothing else. Not `server.close()` of node:http: that destroys idle connections at once, and
   * with them requests that are on their way.
   */
  stopListening(): void {
    if (this.server.listening) NetServer.prototype.close.call(this.server)
  }
}
