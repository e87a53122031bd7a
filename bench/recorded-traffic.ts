import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { startNetwork } from '../drivers/network/start-network.js'
import { quantileOf } from '../core/checks/quantile.js'
import { requestsOf } from '../core/reading.js'
import { openHistory } from '../engine/history-file.js'
import { Recorder } from '../engine/recorder.js'
import { createTraffic } from '../engine/traffic/traffic.js'
import { service } from './truth/rig.js'

export interface RecordedMeasurement {
  /** Answered requests that are in the history, a second. */
  readonly recordedPerSecond: number
  /** By how much the load took longer than planned, as a share of what was planned. */
  readonly slipShare: number
  readonly slipMsP99: number
  readonly notOk: number
}

/** The whole way of a request, from its plan to its line on the disk, on the one processor of this process; the echo server has another. */
export async function measureRecorded({ ratePerSecond, durationMs, folder }: { readonly ratePerSecond: number; readonly durationMs: number; readonly folder: string }): Promise<RecordedMeasurement> {
  const path = join(folder, `recorded-${randomUUID()}.ndjson`)
  await using network = await startNetwork(
    { balancer: { intervalMs: 250, fall: 2, rise: 1, timeoutMs: 1_000, readinessPath: '/', backends: [] }, edges: [] },
    { environment: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' }, logFile: join(folder, 'network.log'), onEvent: () => {}, onUnexpectedExit: (reason) => console.error(reason) },
  )
  const originMs = performance.now()
  const clock = (): number => performance.now() - originMs
  const recorder = new Recorder(path, { runId: 'bench', scenario: 'bench', startedAt: new Date().toISOString() })
  const echo = { ...service.traffic['item']!, name: 'echo', path: '/', mutates: false, expect: { status: [], json: {} } }
  const traffic = createTraffic({
    service: { ...service, traffic: { echo } }, runKey: 'bench', clock, record: (event) => recorder.record(event), random: Math.random, signal: new AbortController().signal,
    entrypoint: network.echoUrl, instances: [], echo: network.echoUrl,
  })
  const load = (name: string, forMs: number): Promise<void> => traffic.start({ name, ratePerSecond, operations: ['echo'], via: 'balancer', connections: 'keep-alive', durationMaxMs: forMs }).finished()
  await load('warm up', 500)
  await load('measured', durationMs)
  await traffic.close()
  recorder.close(clock())
  const requests = requestsOf(openHistory(path, { keepsEvents: false }), 'measured')
  const sent = requests.map((one) => one.sentAtMs ?? one.plannedAtMs)
  const slips = requests.map((one) => (one.sentAtMs ?? one.plannedAtMs) - one.plannedAtMs)
  const [firstMs, lastMs] = [requests.reduce((least, one) => Math.min(least, one.plannedAtMs), Infinity), sent.reduce((most, atMs) => Math.max(most, atMs), 0)]
  const notOk = requests.filter(({ outcome }) => outcome !== 'ok').length
  return {
    recordedPerSecond: ((requests.length - notOk) * 1_000) / (lastMs - firstMs),
    slipShare: (lastMs - firstMs) / durationMs - 1,
    slipMsP99: quantileOf(slips, 0.99).estimate,
    notOk,
  }
}
