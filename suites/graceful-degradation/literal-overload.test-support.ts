import { fact, intervention, requests } from '../../core/checks/literal-events.test-support.js'
import type { HistoryEvent, RequestEvent } from '../../core/history.js'
import { capacityProbe, capturedRetryAfter, loads, oneMissing, overloadFact, reducedModeEntered, reducedModeLeft, type Capacity } from './overload-names.js'

/** A service that can do 100 requests per second, is offered twice as much for 6 s, and does well. Changed by each test. */
export const capacityPerSecond = 100
export const overloadSpan = { fromMs: 10_000, toMs: 16_000 } as const
export const afterwardsSpan = { fromMs: 16_000, toMs: 23_000 } as const

const capacity = (atMs: number, value: Partial<Capacity> = {}): HistoryEvent => ({ kind: 'observation', probe: capacityProbe, target: 'service', atMs, value: { offeredPerSecond: 130, goodputPerSecond: capacityPerSecond, saturated: true, ...value } })
export const capacities = (...values: readonly Partial<Capacity>[]): HistoryEvent[] => values.map((value, index) => capacity(3_000 + 2_000 * index, value))

interface Sent {
  readonly load: string
  readonly fromMs: number
  readonly toMs: number
  readonly perSecond: number
}
const served = { operation: 'search', status: 200, outcome: 'ok', bytesRead: 4_000 } as const
function sent({ load, fromMs, toMs, perSecond }: Sent, more: (index: number) => Partial<RequestEvent> = () => ({})): HistoryEvent[] {
  return requests({ fromMs, toMs, everyMs: 1_000 / perSecond }, { load }).map((one, index): RequestEvent => ({ ...one, ...served, instance: `r${index % 2}`, boot: 'b', sentAtMs: one.plannedAtMs, endedAtMs: one.plannedAtMs + 105, ...more(index) }))
}
const refused = (plannedAtMs: number): Partial<RequestEvent> => ({ outcome: 'polite-refusal', status: 429, endedAtMs: plannedAtMs + 4, captured: { [capturedRetryAfter]: '1' } })

export function overloadEvents(): HistoryEvent[] {
  const overload = sent({ load: loads.overload, ...overloadSpan, perSecond: 200 }).map((event) => (event.kind === 'request' && Math.round(event.plannedAtMs / 5) % 2 === 1 ? { ...event, ...refused(event.plannedAtMs) } : event))
  const health = ['r0', 'r1', 'r2'].flatMap((target) =>
    (['readiness', 'liveness'] as const).flatMap((probe) => requests({ fromMs: 0, toMs: 40_000, everyMs: 500 }, { load: 'x' }).map(({ plannedAtMs }): HistoryEvent => ({ kind: 'observation', probe, target, sentAtMs: plannedAtMs, atMs: plannedAtMs + 3, value: { outcome: 'pass', boot: 'b' } }))),
  )
  const switches = ['r0', 'r1', 'r2'].flatMap((target) => [
    ...intervention({ name: reducedModeEntered, target, label: '', issuedAtMs: 23_100, acknowledgedAtMs: 23_110 }),
    ...intervention({ name: reducedModeLeft, target, label: '', issuedAtMs: 25_300, acknowledgedAtMs: 25_310 }),
  ])
  return [
    fact('instances', ['r0', 'r1', 'r2']),
    fact(overloadFact, { operation: 'search', deadlineMs: 1_000, ratedPerSecond: 50 }),
    ...capacities({}, { goodputPerSecond: 102 }),
    ...sent({ load: loads.usual, fromMs: 7_500, toMs: 9_900, perSecond: 50 }),
    ...overload,
    ...sent({ load: loads.afterwards, ...afterwardsSpan, perSecond: 50 }),
    ...switches,
    ...sent({ load: loads.reduced, fromMs: 23_200, toMs: 25_200, perSecond: 50 }, (index) => ({ outcome: 'degraded', bytesRead: 500, endedAtMs: 23_200 + index * 20 + 30 })),
    ...sent({ load: loads.fullAgain, fromMs: 25_400, toMs: 27_400, perSecond: 50 }),
    ...intervention({ name: 'hold', target: 'r2', label: oneMissing, issuedAtMs: 28_000, acknowledgedAtMs: 28_010, witnessedAtMs: 28_100, undoneAtMs: 36_000 }),
    ...sent({ load: loads.rated, fromMs: 30_000, toMs: 35_000, perSecond: 50 }),
    ...requests({ fromMs: 0, toMs: 40_000, everyMs: 100 }, { load: 'null-control', via: 'echo' }),
    ...health,
  ]
}

export const changedIn = (events: readonly HistoryEvent[], load: string, change: (request: RequestEvent, index: number) => Partial<RequestEvent>): HistoryEvent[] => {
  let index = 0
  return events.map((event) => (event.kind === 'request' && event.load === load ? { ...event, ...change(event, index++) } : event))
}
