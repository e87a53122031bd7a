import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HistoryEvent, RequestEvent } from '../../core/history.js'
import type { Operation, ServiceDescriptor } from '../../core/service-descriptor.js'
import { createTraffic, type Traffic, type TrafficOptions } from './traffic.js'

/** For the tests of the traffic engine: a server that does what it is told, and traffic whose events are kept. */
export interface ScriptedServer {
  readonly url: URL
  readonly server: Server
  /** Requests whose head has arrived. */
  readonly received: string[]
  close(): Promise<void>
}

export async function scriptedServer(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<ScriptedServer> {
  const received: string[] = []
  const server = createServer((request, response) => {
    received.push(`${request.method} ${request.url}`)
    handle(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), server, received, close }
}

export function operation(name: string, more: Partial<Operation> = {}): Operation {
  return { name, method: 'GET', path: `/${name}`, headers: {}, expect: { status: [], json: {} }, mutates: false, timeoutMs: 5_000, weight: 1, streams: false, holdsBody: false, ...more }
}

export function serviceOf(operations: readonly Operation[], more: Partial<ServiceDescriptor> = {}): ServiceDescriptor {
  return {
    schema: 'seaworthy/v1',
    name: 'scripted',
    directory: '/',
    target: { kind: 'process', disposable: true, replicas: { command: [], env: {}, restart: 'never', startAtBoot: false, count: 1 }, components: [] },
    facts: {},
    identity: { instanceHeader: 'x-instance', bootHeader: 'x-boot' },
    balancer: { intervalMs: 100, fall: 2, rise: 1, timeoutMs: 100 },
    health: { readinessPath: '/ready', livenessPath: '/live' },
    lifecycle: { stop: { signal: 'SIGTERM', graceMs: 1_000, allowedExitCodes: [0] }, startTimeoutMs: 1_000 },
    traffic: Object.fromEntries(operations.map((one) => [one.name, one])),
    notApplicable: [],
    waivers: [],
    overrides: {},
    ...more,
  }
}

export interface Rig {
  readonly traffic: Traffic
  readonly events: HistoryEvent[]
  readonly abort: AbortController
  clock(): number
  requests(load?: string): RequestEvent[]
}

/** Traffic on one or more servers; the first is the balancer too, and every one is an instance `i-0`, `i-1` … */
export function rigOn(urls: readonly URL[], service: ServiceDescriptor, more: Partial<TrafficOptions> = {}): Rig {
  const events: HistoryEvent[] = []
  const abort = new AbortController()
  const startedAt = performance.now()
  const clock = (): number => performance.now() - startedAt
  const traffic = createTraffic({
    service,
    runKey: 'test',
    entrypoint: urls[0]!,
    instances: urls.map((url, index) => ({ id: `i-${index}`, url })),
    echo: urls[0]!,
    clock,
    record: (event) => events.push(event),
    random: Math.random,
    signal: abort.signal,
    ...more,
  })
  const requests = (load?: string): RequestEvent[] => events.filter((event) => event.kind === 'request').filter((event) => load === undefined || event.load === load)
  return { traffic, events, abort, clock, requests }
}

export async function until(condition: () => boolean, timeoutMs = 10_000): Promise<void> {
  const endAt = performance.now() + timeoutMs
  while (!condition()) {
    if (performance.now() > endAt) throw new Error('the condition did not come true in time')
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
