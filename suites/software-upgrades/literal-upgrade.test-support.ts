import { fact, readies, request, requests } from '../../core/checks/literal-events.test-support.js'
import type { HistoryEvent, RequestEvent } from '../../core/history.js'
import { labels, loads, probes } from './names.js'
import type { RollOutEnd, RollOutWay } from './roll-out.js'

/** A roll-out of three replicas, a turn of 4 s each, from 1 s to 13 s; traffic until 15 s. Times in ms. */
export const instances = ['r1', 'r2', 'r3'] as const
export const turnMs = (instance: string): { readonly fromMs: number; readonly toMs: number } => {
  const fromMs = 1_200 + 4_000 * instances.findIndex((one) => one === instance)
  return { fromMs, toMs: fromMs + 3_000 }
}
export const beginMs = 1_000
export const endMs = 13_000
const trafficEndMs = 15_000

export const observation = (probe: string, target: string, atMs: number, value: unknown): HistoryEvent => ({ kind: 'observation', probe, target, sentAtMs: atMs - 2, atMs, value })

export const facts = (): HistoryEvent[] => [
  fact('instances', instances),
  fact('ejectWindowMs', 2_000),
  fact('upgrade', { from: { name: 'v1', reads: '1.0.0' }, to: { name: 'v2', reads: '2.0.0' }, maxUnavailable: 1, session: true }),
]

export interface Span {
  readonly label?: string
  readonly fromMs?: number
  readonly toMs?: number
  readonly by?: RollOutWay
  readonly end?: RollOutEnd
  readonly release?: readonly [name: string, reads: string]
}
export function rolledOut({ label = labels.upgrade, fromMs = beginMs, toMs = endMs, by = 'tool', end = { phase: 'ended', ok: true }, release = ['v2', '2.0.0'] }: Span = {}): HistoryEvent[] {
  const [name, reads] = release
  return [observation('roll-out', label, fromMs, { phase: 'begun', release: name, reads, by, instances }), observation('roll-out', label, toMs, end)]
}

/** Readiness and version of one replica: the old process, then none that is ready, then the new one. */
export function replaced(instance: string, [before, after]: readonly [string, string] = ['1.0.0', '2.0.0'], boots: readonly [string, string] = [`${instance}-old`, `${instance}-new`]): HistoryEvent[] {
  const { fromMs, toMs } = turnMs(instance)
  const version = (atMs: number, value: string, boot: string): HistoryEvent => observation(probes.version, instance, atMs, { outcome: 'read', status: 200, value, boot })
  return [
    ...readies({ fromMs: 100, toMs: fromMs, everyMs: 125 }, 'pass', boots[0], instance),
    ...readies({ fromMs, toMs, everyMs: 125 }, 'fail', undefined, instance),
    ...readies({ fromMs: toMs, toMs: trafficEndMs, everyMs: 125 }, 'pass', boots[1], instance),
    version(500, before, boots[0]),
    version(14_000, after, boots[1]),
  ]
}

export const reads = (): RequestEvent[] => requests({ fromMs: 0, toMs: trafficEndMs, everyMs: 20 }, { load: loads.reads(labels.upgrade), via: 'balancer' })

export function writesOf(load: string): RequestEvent[] {
  let number = 0
  return requests({ fromMs: 0, toMs: trafficEndMs, everyMs: 50 }, { load, operation: 'write', method: 'PUT', via: 'balancer' }).map((one) => ({ ...one, key: `k${++number}` }))
}
export const readBack = (writes: readonly RequestEvent[], load: string): RequestEvent[] => writes.map(({ key }) => request(16_000, { load, via: 'balancer', ...(key === undefined ? {} : { key }) }))

/** Two requests under way in each replica when it leaves, and their effects. */
export function inFlight(load: string = loads.inFlight(labels.upgrade)): HistoryEvent[] {
  return instances.flatMap((instance) =>
    [0, 1].flatMap((number): HistoryEvent[] => {
      const atMs = turnMs(instance).fromMs - 500 + 100 * number
      const key = `${load} ${instance} ${number}`
      return [request(atMs, { load, key, method: 'POST', via: 'balancer', instance, boot: `${instance}-old`, firstByteAtMs: atMs + 10, endedAtMs: atMs + 1_500 }), observation(probes.effect, key, 16_000, 1)]
    }),
  )
}

/** The same by a platform: another process, ready already, is put in the place of each replica at its turn, and nobody sees one that is not ready. */
export function goodPlatformUpgrade(): HistoryEvent[] {
  const switched = (instance: string): HistoryEvent[] => {
    const { fromMs } = turnMs(instance)
    const isReady = (event: HistoryEvent): boolean => !(isProbe('readiness')(event) && (event as { value: { outcome: string } }).value.outcome === 'fail')
    return [...replaced(instance).filter(isReady), ...readies({ fromMs, toMs: fromMs + 3_000, everyMs: 125 }, 'pass', `${instance}-new`, instance), { kind: 'platform', name: 'process-started', target: instance, atMs: fromMs }]
  }
  const rest = without(goodUpgrade(), (event) => isProbe('roll-out')(event) || isProbe('readiness')(event) || isProbe(probes.version)(event))
  return [...rest, ...rolledOut({ by: 'platform', end: { phase: 'ended', ok: true, reached: 3, displaced: 3 } }), ...instances.flatMap(switched)]
}

/** Everything as it should be. */
export function goodUpgrade(): HistoryEvent[] {
  const writes = writesOf(loads.writes(labels.upgrade))
  return [...facts(), ...rolledOut(), ...instances.flatMap((one) => replaced(one)), ...reads(), ...writes, ...inFlight(), ...readBack(writes, loads.reconcile(labels.upgrade))]
}

export const without = (events: readonly HistoryEvent[], drop: (event: HistoryEvent) => boolean): HistoryEvent[] => events.filter((event) => !drop(event))
export const isOf = (load: string) => (event: HistoryEvent): boolean => event.kind === 'request' && event.load === load
export const isProbe = (probe: string, target?: string) => (event: HistoryEvent): boolean => event.kind === 'observation' && event.probe === probe && (target === undefined || event.target === target)
/** The events of one replica are others. */
export const instead = (instance: string, events: readonly HistoryEvent[], all: readonly HistoryEvent[] = goodUpgrade()): HistoryEvent[] => [
  ...without(all, (event) => isProbe('readiness', instance)(event) || isProbe(probes.version, instance)(event)),
  ...events,
]
