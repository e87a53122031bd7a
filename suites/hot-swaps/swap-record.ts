import { eventsOf, type History, type RequestEvent } from '../../core/history.js'
import { interventionsOf, observationsOf, type Intervention, type Window } from '../../core/reading.js'
import { swapObservation, type SwapEdge, type SwapKind } from './names.js'

/** One swap with what surrounds it. */
export interface SwapRecord {
  readonly name: string
  readonly kind: SwapKind
  readonly beginMs: number
  readonly endMs: number
  readonly settled: boolean
  /** The exchange itself; of a replica its stop. */
  readonly exchange: Intervention | undefined
}

const exchangeName: Readonly<Record<SwapKind, string>> = { component: 'replace-component', move: 'replace-component', replica: 'stop' }
const labelOf = ({ name, kind }: Pick<SwapRecord, 'name' | 'kind'>): string => `${kind === 'move' ? 'move' : 'swap'} of ${name}`

/** Those that reached their end, in order. */
export function swapsOf(history: History, kinds: readonly SwapKind[]): SwapRecord[] {
  const edges = observationsOf(history, swapObservation).map((event) => ({ ...(event.value as SwapEdge), name: event.target, atMs: event.atMs }))
  const interventions = interventionsOf(history)
  return edges.flatMap((begin, index) => {
    if (begin.edge !== 'begin' || !kinds.includes(begin.kind)) return []
    const end = edges.slice(index + 1).find((one) => one.edge === 'end' && one.name === begin.name && one.kind === begin.kind)
    if (end === undefined) return []
    const label = labelOf(begin)
    const exchange = interventions.find((one) => one.name === exchangeName[begin.kind] && one.target === begin.name && one.label === label)
    return [{ name: begin.name, kind: begin.kind, beginMs: begin.atMs, endMs: end.atMs, settled: end.settled === true, exchange }]
  })
}

export const succeeds = ({ outcome }: RequestEvent): boolean => outcome === 'ok' || outcome === 'degraded'

/** Planned in the window, or a little before it and still under way in it. */
const underWayMs = 1_000
export const touching = (requests: readonly RequestEvent[], { fromMs, toMs }: Window): RequestEvent[] =>
  requests.filter((one) => one.plannedAtMs <= toMs && one.endedAtMs >= fromMs && one.plannedAtMs >= fromMs - underWayMs)

/** Starts of processes among these targets. */
export function startsIn(history: History, targets: readonly string[], { fromMs, toMs }: Window): string[] {
  const started: string[] = []
  for (const event of eventsOf(history, 'platform')) {
    if (event.name === 'process-started' && targets.includes(event.target) && event.atMs >= fromMs && event.atMs <= toMs) started.push(event.target)
  }
  return started
}
