import { evidenceRequestIds } from '../../core/evidence-requests.js'
import { messageOf } from '../../core/errors.js'
import type { History, ObservationEvent, RequestEvent } from '../../core/history.js'
import { ownLoads } from '../../core/own-loads.js'
import { countsAsLost } from '../../core/reading.js'
import type { HistoryOf } from '../../core/run-event.js'
import type { RunReport } from '../../core/run-report.js'
import { oneLine } from '../printable.js'
import { encodeMarks, MarkCollector } from './mark-collector.js'

/** What a scenario's drawing needs of its history, in the form in which it stands in the page. */
export interface ScenarioTrace {
  readonly scenario: string
  readonly kinds: readonly MarkKind[]
  /** See `encodeMarks`. */
  readonly marks: string
  /** Width of the cells of time that requests were summed up in; 0: every request is a mark. */
  readonly cellMs: number
  readonly lanes: readonly Lane[]
  readonly endMs: number
}
export interface MarkKind {
  readonly group: 'ok' | 'refused' | 'lost'
  readonly outcome: string
  readonly instance: string
  readonly request: string
  readonly answer: string
}
/** Readiness and version of one instance over time. */
export interface Lane {
  readonly target: string
  readonly spans: readonly { readonly fromMs: number; readonly toMs: number; readonly state: 'ready' | 'not-ready' | 'away' }[]
  readonly notes: readonly { readonly atMs: number; readonly text: string }[]
}

/** Everything that the page takes from histories. */
export interface Traces {
  readonly scenarios: ReadonlyMap<string, ScenarioTrace>
  /** Why a history could not be read. */
  readonly problems: ReadonlyMap<string, string>
  /** The requests that evidence names. */
  request(scenario: string, id: number): RequestEvent | undefined
}
export const noTraces: Traces = { scenarios: new Map(), problems: new Map(), request: () => undefined }

/** For all scenarios together: keeps the page below some megabytes however long a run was. */
const marksMax = 240_000
const marksOfScenarioMin = 4_000
const kindsMax = 500

/** Walks each history once, in bounded memory. A history that cannot be read costs only its own drawing. */
export function collectTraces(report: RunReport, historyOf: HistoryOf): Traces {
  const scenarios = new Map<string, ScenarioTrace>()
  const problems = new Map<string, string>()
  const requests = new Map<string, Map<number, RequestEvent>>()
  const wanted = wantedRequests(report)
  const total = report.scenarios.reduce((sum, one) => sum + one.requests, 0)
  for (const { id, requests: count } of report.scenarios) {
    const history = historyOf(id)
    if (history === undefined) continue
    const limit = Math.max(marksOfScenarioMin, Math.floor((marksMax * count) / Math.max(1, total)))
    const found = new Map<number, RequestEvent>()
    try {
      scenarios.set(id, traceOf(id, history, { limit, wanted: wanted.get(id) ?? new Set(), found }))
      requests.set(id, found)
    } catch (thrown) {
      problems.set(id, messageOf(thrown))
    }
  }
  return { scenarios, problems, request: (scenario, id) => requests.get(scenario)?.get(id) }
}

function wantedRequests(report: RunReport): ReadonlyMap<string, ReadonlySet<number>> {
  const wanted = new Map<string, Set<number>>()
  for (const [scenario, ids] of report.requirements.flatMap((one) => [...evidenceRequestIds(one)])) {
    const known = wanted.get(scenario) ?? new Set()
    wanted.set(scenario, known)
    for (const id of ids) known.add(id)
  }
  return wanted
}

interface Collecting {
  readonly limit: number
  readonly wanted: ReadonlySet<number>
  readonly found: Map<number, RequestEvent>
}

function traceOf(scenario: string, history: History, { limit, wanted, found }: Collecting): ScenarioTrace {
  const collector = new MarkCollector(limit)
  const kinds = new KindTable()
  const lanes = new LaneTable()
  let endMs = 0
  for (const event of history.events()) {
    if (event.kind === 'observation') lanes.observe(event)
    else if (event.kind === 'platform') lanes.note(event.target, event.atMs, platformWords[event.name])
    else if (event.kind === 'request') {
      endMs = Math.max(endMs, event.endedAtMs)
      if (wanted.has(event.id)) found.set(event.id, event)
      if (ownLoads.has(event.load) || event.outcome === 'cancelled') continue
      collector.add({ atMs: event.plannedAtMs, latencyMs: event.endedAtMs - event.plannedAtMs, kind: kinds.indexOf(event), id: event.id, count: 1 })
    }
  }
  return { scenario, kinds: kinds.kinds, marks: encodeMarks(collector.marks()), cellMs: collector.cellMs, lanes: lanes.lanes(), endMs: Math.round(endMs) }
}

const platformWords: Readonly<Record<string, string>> = {
  'process-started': 'process started',
  'process-found': 'process found',
  'process-exited': 'process ended',
  'backend-down': 'balancer took it out',
  'backend-up': 'balancer took it in',
}

/** What marks have in common stands once in the page. */
class KindTable {
  readonly kinds: MarkKind[] = []
  readonly #indices = new Map<string, number>()

  indexOf(event: RequestEvent): number {
    const isDetailed = this.kinds.length < kindsMax
    const { outcome, method, operation, via, instance, status, code } = event
    const key = `${outcome}\n${method}\n${operation}\n${via}\n${instance ?? ''}\n${status ?? ''}\n${code ?? ''}`
    const known = this.#indices.get(key) ?? (isDetailed ? undefined : this.#indices.get(`${outcome}\n${method}\n${operation}`))
    if (known !== undefined) return known
    this.kinds.push(kindOf(event, isDetailed))
    this.#indices.set(isDetailed ? key : `${outcome}\n${method}\n${operation}`, this.kinds.length - 1)
    return this.kinds.length - 1
  }
}

/** A service that answers with ever new texts must not make the page grow: beyond a number of kinds only what is ours is kept. */
function kindOf(event: RequestEvent, isDetailed: boolean): MarkKind {
  const group = countsAsLost(event) ? 'lost' : event.outcome === 'polite-refusal' || event.outcome === 'reset-idle' ? 'refused' : 'ok'
  const instance = oneLine(event.instance ?? (event.via === 'balancer' ? '' : event.via))
  if (!isDetailed) return { group, outcome: event.outcome, instance: '', request: event.operation, answer: '' }
  return {
    group,
    outcome: event.outcome,
    instance,
    request: oneLine(`${event.method} ${event.operation} through ${event.via}`),
    answer: [event.status, event.code].filter((part) => part !== undefined).map((part) => oneLine(String(part))).join(' '),
  }
}

type LaneState = Lane['spans'][number]['state']

interface OpenLane {
  readonly spans: { fromMs: number; toMs: number; state: LaneState }[]
  readonly notes: { readonly atMs: number; readonly text: string }[]
  version: string | undefined
}
const lanesMax = 40
const spansMax = 400

class LaneTable {
  readonly #open = new Map<string, OpenLane>()

  /** Readings of readiness become spans, readings of a version become notes where it changes. */
  observe({ probe, target, atMs, value }: ObservationEvent): void {
    if (probe === 'readiness') this.#readiness(target, atMs, value)
    if (!probe.startsWith('version')) return
    const version = (value as { readonly value?: unknown } | null)?.value
    if (typeof version !== 'string' && typeof version !== 'number') return
    const lane = this.#lane(target)
    if (lane === undefined || lane.version === String(version)) return
    lane.version = String(version)
    this.note(target, atMs, `version ${String(version).slice(0, 40)}`)
  }

  note(target: string, atMs: number, text: string | undefined): void {
    const lane = text === undefined ? undefined : this.#lane(target)
    if (lane !== undefined && text !== undefined && lane.notes.length < spansMax) lane.notes.push({ atMs: Math.round(atMs), text: oneLine(text) })
  }

  /** Only what has a readiness is an instance. */
  lanes(): readonly Lane[] {
    return [...this.#open]
      .filter(([, { spans }]) => spans.length > 0)
      .map(([target, { spans, notes }]) => ({ target: oneLine(target), spans, notes }))
      .sort((a, b) => a.target.localeCompare(b.target, 'en', { numeric: true }))
  }

  #readiness(target: string, atMs: number, value: unknown): void {
    const outcome = (value as { readonly outcome?: unknown } | null)?.outcome
    const state: LaneState = outcome === 'pass' ? 'ready' : outcome === 'fail' ? 'not-ready' : 'away'
    const lane = this.#lane(target)
    if (lane === undefined) return
    const last = lane.spans.at(-1)
    if (last !== undefined) last.toMs = Math.round(atMs)
    if (last?.state === state || lane.spans.length >= spansMax) return
    lane.spans.push({ fromMs: Math.round(atMs), toMs: Math.round(atMs), state })
  }

  #lane(target: string): OpenLane | undefined {
    const known = this.#open.get(target)
    if (known !== undefined || this.#open.size >= lanesMax) return known
    const lane: OpenLane = { spans: [], notes: [], version: undefined }
    this.#open.set(target, lane)
    return lane
  }
}
