import { connect, createServer, type Server, type Socket } from 'node:net'
import type { EdgeCounters, EdgeFault } from '../../core/driver.js'
import { Lane, Link, resetSocket } from './fault-lane.js'
import { listenLocally } from './local-server.js'
import type { EdgeTarget } from './network-protocol.js'

interface ProxiedConnection {
  readonly client: Socket
  /** Missing while a silent edge holds a new connection back. */
  upstream: Socket | undefined
  lanes: readonly Lane[]
}

/**
 * TCP proxy on a dependency edge, with faults switched at run time (requirements DEGR-01 and -02: a service often
 * handles only the first of refused, silent and slow). Backpressure and half-closed connections are passed on. What
 * was held by a silent edge goes on after healing. An upstream that refuses or resets is a reset for the client.
 */
export class FaultProxy {
  readonly #server: Server
  readonly #connections = new Set<ProxiedConnection>()
  readonly #toUpstream = new Link()
  readonly #toClient = new Link()
  readonly #counters = { accepted: 0, refused: 0, held: 0, cut: 0, bytesForwarded: 0 }
  #target: EdgeTarget
  #port = 0

  private constructor(target: EdgeTarget) {
    this.#target = target
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client))
  }

  static async start(target: EdgeTarget, host?: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(target)
    proxy.#port = await listenLocally(proxy.#server, host)
    return proxy
  }

  get port(): number {
    return this.#port
  }

  /** For connections made from now on. */
  setTarget(target: EdgeTarget): void {
    this.#target = target
  }

  /** Resets every connection that leads somewhere; one that a silent edge holds back has not got that far. */
  cutEstablished(): void {
    for (const connection of this.#connections) {
      if (connection.upstream === undefined) continue
      this.#counters.cut += 1
      cut(connection)
    }
  }

  /** Replaces the fault before it. It is in force for every byte and connection when this returns. */
  setFault(fault: EdgeFault): void {
    const heldBefore = holds(this.#toUpstream.fault)
    this.#apply(fault)
    if (fault.kind === 'refuse') {
      for (const connection of this.#connections) {
        this.#counters.cut += 1
        cut(connection)
      }
    } else if (!heldBefore) {
      this.#counters.held += this.#connections.size
    }
  }

  heal(): void {
    this.#apply(null)
  }

  /**
   * `accepted` does not include `refused`. `held` counts each connection that was open when a fault other than
   * `refuse` began or was made while it lasted. Bytes count when they are handed on, in both directions.
   */
  counters(): EdgeCounters {
    return { ...this.#counters }
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      for (const connection of this.#connections) cut(connection)
    })
  }

  #apply(fault: EdgeFault | null): void {
    this.#toUpstream.setFault(fault)
    this.#toClient.setFault(fault)
    for (const connection of this.#connections) {
      if (connection.upstream === undefined && fault?.kind !== 'silence' && fault?.kind !== 'refuse') this.#connectUpstream(connection)
      for (const lane of connection.lanes) lane.faultChanged()
    }
  }

  #accept(client: Socket): void {
    const fault = this.#toUpstream.fault
    client.on('error', () => {}) // the lane passes it on
    if (fault?.kind === 'refuse') {
      this.#counters.refused += 1
      client.resetAndDestroy()
      return
    }
    this.#counters.accepted += 1
    if (holds(fault)) this.#counters.held += 1
    const connection: ProxiedConnection = { client, upstream: undefined, lanes: [] }
    this.#connections.add(connection)
    client.once('close', () => this.#forgetWhenClosed(connection))
    if (fault?.kind !== 'silence') this.#connectUpstream(connection)
  }

  #connectUpstream(connection: ProxiedConnection): void {
    const { client } = connection
    if (this.#target.port === 0) {
      client.resetAndDestroy()
      return
    }
    const upstream = connect({ host: this.#target.host, port: this.#target.port, allowHalfOpen: true, noDelay: true })
    connection.upstream = upstream
    upstream.once('close', () => this.#forgetWhenClosed(connection))
    const onForwarded = (bytes: number): void => {
      this.#counters.bytesForwarded += bytes
    }
    connection.lanes = [
      new Lane(client, upstream, { link: this.#toUpstream, onForwarded }),
      new Lane(upstream, client, { link: this.#toClient, onForwarded }),
    ]
  }

  #forgetWhenClosed(connection: ProxiedConnection): void {
    if (connection.client.destroyed && connection.upstream?.destroyed !== false) this.#connections.delete(connection)
  }
}

const holds = (fault: EdgeFault | null): boolean => fault !== null && fault.kind !== 'refuse'

function cut(connection: ProxiedConnection): void {
  connection.client.resetAndDestroy()
  if (connection.upstream !== undefined) resetSocket(connection.upstream)
}
