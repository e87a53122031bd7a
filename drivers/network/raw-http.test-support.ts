import { connect, createServer, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { LoadBalancer, type LoadBalancerSettings } from './load-balancer.js'
import { listenLocally } from './local-server.js'
import type { NetworkEvent } from './network-protocol.js'

/** Raw sockets for tests: what goes over the wire, byte by byte, without the manners of a library. */

export async function until(what: string, condition: () => boolean, limitMs = 10_000): Promise<void> {
  const untilMs = performance.now() + limitMs
  while (!condition()) {
    if (performance.now() > untilMs) throw new Error(`${what}: not within ${limitMs} ms`)
    await wait(2)
  }
}

/** One side of a TCP connection: what came, and how it ended. */
export class Wire {
  received = ''
  bytes = 0
  ended: 'fin' | 'reset' | undefined
  constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.received += chunk.toString('latin1')
      this.bytes += chunk.length
    })
    socket.on('end', () => (this.ended ??= 'fin'))
    socket.on('error', () => (this.ended ??= 'reset'))
  }
  send(text: string): void {
    this.socket.write(text, 'latin1')
  }
  has(text: string, limitMs?: number): Promise<void> {
    return until(`to receive ${JSON.stringify(text)}, got ${JSON.stringify(this.received.slice(0, 300))}`, () => this.received.includes(text), limitMs)
  }
  async end(): Promise<'fin' | 'reset'> {
    await until('the connection to end', () => this.ended !== undefined)
    return this.ended!
  }
}

export function openWire(port: number | string): Wire {
  const wire = new Wire(connect({ host: '127.0.0.1', port: Number(port), allowHalfOpen: true }))
  onTestFinished(() => void wire.socket.destroy())
  return wire
}

/**
 * A backend that answers readiness properly and hands each other connection to `script` once its first request
 * head has come. `requests` counts heads, so that a repeated request shows.
 */
export interface RawBackend {
  readonly port: number
  readonly wires: Wire[]
  requests: number
  ready: boolean
  close(): void
}
export async function startRawBackend(script: (wire: Wire, head: string) => void): Promise<RawBackend> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    const wire = new Wire(socket)
    let started = false
    socket.on('data', () => {
      if (started || !wire.received.includes('\r\n\r\n')) return
      started = true
      if (wire.received.startsWith('GET /ready ')) {
        socket.end(`HTTP/1.1 ${backend.ready ? 200 : 503} -\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
        return
      }
      backend.requests += 1
      backend.wires.push(wire)
      script(wire, wire.received)
    })
  })
  const close = (): void => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  onTestFinished(close)
  const backend: RawBackend = { port: await listenLocally(server), wires: [], requests: 0, ready: true, close }
  return backend
}

export const quickSettings: LoadBalancerSettings = { intervalMs: 50, timeoutMs: 2_000, rise: 1, fall: 3, readinessPath: '/ready' }

/** A balancer in front of these ports, named 'b0', 'b1', …; resolves when it sends to all of them. */
export async function startBalancer(
  ports: readonly number[],
  settings: Partial<LoadBalancerSettings> = {},
): Promise<{ readonly balancer: LoadBalancer; readonly port: string; readonly events: NetworkEvent[] }> {
  const events: NetworkEvent[] = []
  const balancer = await LoadBalancer.start({ ...quickSettings, ...settings }, (event) => events.push(event))
  onTestFinished(() => balancer.close())
  balancer.setBackends(ports.map((port, index) => ({ id: `b${index}`, host: '127.0.0.1', port })))
  await until('all backends up', () => ports.every((_, index) => balancer.isUp(`b${index}`)))
  return { balancer, port: balancer.url.port, events }
}

export const get = (path: string, headers = ''): string => `GET ${path} HTTP/1.1\r\nHost: balancer\r\n${headers}\r\n`
export const post = (path: string, headers: string): string => `POST ${path} HTTP/1.1\r\nHost: balancer\r\n${headers}\r\n`
