import { fact, intervention, requests } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { capturedMissing, capturedPart, degradationFact, degradationLoad, hardOutage, release, type DeclaredDegradation, type FaultKind } from './names.js'

/** A service of five operations that loses recommendations and reviews in every way, and does well. Changed by each test. */
export const declared: DeclaredDegradation = {
  core: ['read', 'write', 'item'],
  independent: ['read', 'write'],
  dependents: { recommendations: ['item'], reviews: ['reviews'] },
  composite: { operation: 'page', parts: [{ name: 'stock' }, { name: 'recommendations', component: 'recommendations' }, { name: 'reviews', component: 'reviews' }] },
  marked: ['item', 'reviews', 'page'],
  cachedForMs: 0,
}

export interface LiteralFault {
  readonly component: string
  readonly kind: FaultKind
  readonly fromMs: number
  readonly toMs: number
}
const faultMs = 3_000
export const faults: readonly LiteralFault[] = (
  [
    ['recommendations', 'refuse', 3_000],
    ['reviews', 'refuse', 6_200],
    ['recommendations', 'silence', 9_400],
    ['reviews', 'silence', 12_600],
    ['recommendations', 'delay', 17_400],
    ['reviews', 'delay', 17_400],
  ] as const
).map(([component, kind, fromMs]) => ({ component, kind, fromMs, toMs: fromMs + faultMs }))
export const endMs = 24_000
const backWithinMs = 500
export const everyMs = 36

/** Parts of the page that are away at some time: during a fault, and for a little while after it. */
const awayAt = (atMs: number): string[] => [...new Set(faults.filter((one) => atMs >= one.fromMs && atMs < one.toMs + backWithinMs).map((one) => one.component))]

function answerOf(operation: string, atMs: number, index: number): Partial<RequestEvent> {
  const key = `k${index % 3}`
  const away = awayAt(atMs)
  const source = operation === 'item' ? 'recommendations' : operation
  if (operation !== 'page') return { key, outcome: away.includes(source) ? 'degraded' : 'ok', status: 200 }
  const parts = { stock: `stock of ${key}`, recommendations: ['anchor'], reviews: { stars: 4 } }
  const there = Object.entries(parts).filter(([name]) => !away.includes(name)).map(([name, value]) => [capturedPart(name), value] as const)
  return { key, outcome: away.length > 0 ? 'degraded' : 'ok', status: 200, captured: { ...Object.fromEntries(there), [capturedMissing]: away } }
}

function faultEvents({ component, kind, fromMs, toMs }: LiteralFault): HistoryEvent[] {
  return [
    ...intervention({ name: 'fault-dependency', target: component, label: `${component} ${kind}`, issuedAtMs: fromMs - 5, acknowledgedAtMs: fromMs, witnessedAtMs: fromMs + 80, undoneAtMs: toMs + 5, detail: { fault: { kind } } }),
    { kind: 'observation', probe: release, target: component, atMs: toMs, value: { kind } },
  ]
}

const operations = ['read', 'write', 'item', 'reviews', 'page']

/** All of it, in the order it happened. */
export function degradationEvents(): HistoryEvent[] {
  const load = operations.flatMap((operation, offset) =>
    requests({ fromMs: offset * 7, toMs: endMs, everyMs }, { load: degradationLoad }).map((one, index): RequestEvent => ({ ...one, via: 'balancer', instance: `r${index % 2}`, boot: `boot-${index % 2}`, operation, ...answerOf(operation, one.plannedAtMs, index) })),
  )
  const control = requests({ fromMs: 0, toMs: endMs, everyMs: 100 }, { load: 'null-control', via: 'echo' })
  return [fact('instances', ['r0', 'r1']), fact(degradationFact, declared), ...faults.flatMap(faultEvents), ...load, ...control]
}

/** Changes requests of the load that match; the others stay. */
export function changed(events: readonly HistoryEvent[], matches: (request: RequestEvent) => boolean, change: (request: RequestEvent) => Partial<RequestEvent>): HistoryEvent[] {
  return events.map((event) => (event.kind === 'request' && event.load === degradationLoad && matches(event) ? { ...event, ...change(event) } : event))
}
export const during = (fault: LiteralFault, operation?: string) => (request: RequestEvent): boolean =>
  request.plannedAtMs >= fault.fromMs && request.plannedAtMs <= fault.toMs && (operation === undefined || request.operation === operation)
export const faultOf = (component: string, kind: FaultKind): LiteralFault => faults.find((one) => one.component === component && one.kind === kind)!

export const without = (events: readonly HistoryEvent[], drop: (event: HistoryEvent) => boolean): HistoryEvent[] => events.filter((event) => !drop(event))
export const unwitnessed = (events: readonly HistoryEvent[]): HistoryEvent[] => without(events, (event) => event.kind === 'intervention' && event.phase === 'witnessed')
export const isFault = (event: HistoryEvent, component: string, kind: FaultKind): boolean => event.kind === 'intervention' && event.label === `${component} ${kind}`

/** A shared dependency is away from 1 s to 4 s; liveness of both replicas is asked four times a second, and requests fail. */
export function outageEvents(livenessOutcome: (atMs: number, instance: string) => string = () => 'pass'): HistoryEvent[] {
  const liveness = ['r0', 'r1'].flatMap((target) =>
    requests({ fromMs: 0, toMs: 6_000, everyMs: 250 }, { load: 'x' }).map(({ plannedAtMs }): HistoryEvent => ({ kind: 'observation', probe: 'liveness', target, sentAtMs: plannedAtMs, atMs: plannedAtMs + 3, value: { outcome: livenessOutcome(plannedAtMs, target), boot: `boot-${target}` } })),
  )
  const load = requests({ fromMs: 0, toMs: 6_000, everyMs: 50 }, { load: degradationLoad }).map((one): RequestEvent => (one.plannedAtMs >= 1_000 && one.plannedAtMs < 4_000 ? { ...one, outcome: 'error-status', status: 503 } : one))
  return [
    fact('instances', ['r0', 'r1']),
    ...intervention({ name: 'fault-dependency', target: 'database', label: hardOutage, issuedAtMs: 990, acknowledgedAtMs: 1_000, witnessedAtMs: 1_100, undoneAtMs: 4_010, detail: { fault: { kind: 'refuse' } } }),
    { kind: 'observation', probe: release, target: 'database', atMs: 4_000, value: {} },
    ...liveness,
    ...load,
  ]
}
export { historyOf }
