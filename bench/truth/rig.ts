import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Network } from '../../drivers/network/network-protocol.js'
import { startNetwork } from '../../drivers/network/start-network.js'
import { openHistory } from '../../engine/history-file.js'
import { Recorder } from '../../engine/recorder.js'
import { createTraffic, type Traffic } from '../../engine/traffic/traffic.js'
import type { History, HistoryEvent } from '../../core/history.js'
import { harnessHealth, type HarnessHealth } from '../../core/reading.js'
import type { Operation, ServiceDescriptor } from '../../core/service-descriptor.js'
import { monotonicMs, type TargetPlan, type Truth } from './protocol.js'
import { startTarget, type Target } from './target.js'

const operation = (name: string, more: Partial<Operation>): Operation => ({
  name, method: 'GET', path: '/', headers: {}, expect: { status: [], json: {} }, mutates: false, timeoutMs: 10_000, weight: 1, streams: false, holdsBody: false, ...more,
})
/** "mutates" gives every request a key of its own, by which the log of the target knows it; a GET may be repeated all the same. */
export const item = operation('item', { path: '/item/{key}', mutates: true, expect: { status: [], json: { '/key': '{key}' } } })
export const postedItem = operation('posted item', { ...item, name: 'posted item', method: 'POST' })
const write = operation('write', { method: 'PUT', path: '/values/{key}', body: { value: '{value}' }, mutates: true })
const readStrong = operation('read', { path: '/values/{key}', expect: { status: [], json: { '/value': '{value}' } } })
const work = operation('work', { method: 'POST', path: '/work/{key}?ms={durationMs}', mutates: true, minDurationMs: 300, effect: { path: '/effects/{key}', pointer: '/count' } })

export const service: ServiceDescriptor = {
  schema: 'seaworthy/v1',
  name: 'synthetic target',
  directory: '/',
  target: { kind: 'process', disposable: true, replicas: { command: [], env: {}, restart: 'always', startAtBoot: true, count: 1 }, components: [] },
  facts: {},
  identity: { instanceHeader: 'x-instance', bootHeader: 'x-boot' },
  balancer: { intervalMs: 100, fall: 2, rise: 1, timeoutMs: 1_000 },
  health: { readinessPath: '/ready' },
  lifecycle: { stop: { signal: 'SIGTERM', graceMs: 3_000, allowedExitCodes: [0] }, startTimeoutMs: 30_000 },
  traffic: { item, write, work },
  data: { write, readStrong, maxLagMs: 0 },
  notApplicable: [],
  waivers: [],
  overrides: {},
}
export const instance = 'target'

/** The real instrument on the synthetic target: traffic engine, null control, recorder and history file. */
export interface Rig {
  readonly target: Target
  readonly traffic: Traffic
  readonly network: Network
  clock(): number
  record(event: HistoryEvent): void
}
export interface Measured {
  readonly history: History
  /** In the time of the history. */
  readonly truth: readonly Truth[]
  readonly health: HarnessHealth
}
export interface RigOptions {
  readonly folder: string
  readonly plan: TargetPlan
  /** Requests to the balancer pass our own balancer instead of going straight to the target. */
  readonly throughBalancer?: boolean
  readonly service?: ServiceDescriptor
}

const controlsPerSecond = 20

/** Does the work on a fresh target, and gives the history as it was read back from the disk, beside the truth. */
export async function measured(options: RigOptions, work: (rig: Rig) => Promise<void>): Promise<Measured> {
  const path = join(options.folder, `history-${randomUUID()}.ndjson`)
  await using target = await startTarget(options.plan)
  const network = await startNetwork(
    { balancer: { intervalMs: 100, fall: 100, rise: 1, timeoutMs: 5_000, readinessPath: '/ready', backends: [{ id: instance, host: target.url.hostname, port: Number(target.url.port) }] }, edges: [] },
    { environment: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' }, logFile: join(options.folder, 'network.log'), onEvent: () => {}, onUnexpectedExit: (reason) => console.error(`the network ended: ${reason}`) },
  )
  const originMs = monotonicMs()
  const clock = (): number => monotonicMs() - originMs
  const recorder = new Recorder(path, { runId: 'accuracy', scenario: 'accuracy', startedAt: new Date().toISOString() })
  const record = (event: HistoryEvent): void => recorder.record(event)
  const traffic = createTraffic({
    service: options.service ?? service, runKey: 'accuracy', clock, record, random: Math.random, signal: new AbortController().signal,
    entrypoint: options.throughBalancer === true ? network.balancerUrl : target.url,
    instances: [{ id: instance, url: target.url }],
    echo: network.echoUrl,
  })
  try {
    if (options.throughBalancer === true) await untilAnswering(network.balancerUrl)
    record({ kind: 'fact', name: 'instances', value: [instance], atMs: clock() })
    traffic.startNullControl(controlsPerSecond)
    await traffic.identify()
    await work({ target, traffic, network, clock, record })
    const truth = (await target.call('log')).map((one) => ({ ...one, atMs: one.atMs - originMs }))
    await traffic.close()
    recorder.close(clock())
    if (recorder.failure !== undefined) throw recorder.failure
    const history = openHistory(path)
    return { history, truth, health: harnessHealth(history, { fromMs: 0, toMs: Infinity }) }
  } finally {
    await traffic.close()
    recorder.close(clock())
    await network.close()
  }
}

async function untilAnswering(url: URL): Promise<void> {
  for (const endAt = performance.now() + 10_000; performance.now() < endAt; ) {
    if ((await fetch(new URL('/ready', url))).ok) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('the balancer did not reach the synthetic target within 10 s')
}

export const truthsOf = <W extends Truth['what']>({ truth }: Measured, what: W): Extract<Truth, { what: W }>[] =>
  truth.filter((one): one is Extract<Truth, { what: W }> => one.what === what)

export const pause = (forMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, forMs))
