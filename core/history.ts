/**
 * What happened in one scenario, in the order it was written. All times are milliseconds on the run's
 * monotonic clock (`process.hrtime`, shared by all processes of one machine), counted from the start of the
 * scenario. Written as NDJSON from the first event on; checks read it and nothing else.
 */
export type InstanceId = string

/** What became of one request (requirement DRAIN-03 and the validity notes on keep-alive races). */
export type RequestOutcome =
  | 'ok' // valid answer
  | 'degraded' // valid answer with the declared marker
  | 'polite-refusal' // 429 or 503 with Retry-After, or any refusal with Connection: close
  | 'refused' // nothing was sent: ECONNREFUSED, connect timeout
  | 'reset-before-send' // connected, then reset before a byte of the request was written
  | 'reset-idle' // reused connection, no response byte, failed within 50 ms of sending
  | 'reset-in-flight' // RST with no response byte, later than that or on a fresh connection
  | 'closed-in-flight' // orderly FIN with no response byte
  | 'truncated' // the response began and did not end
  | 'timeout'
  | 'error-status' // another 5xx, or a 4xx nobody expected
  | 'wrong-content' // 2xx with a body that is not what the operation promises
  | 'cancelled' // given up by the harness: never counted for or against the service

export interface RequestEvent {
  readonly kind: 'request'
  readonly id: number
  readonly load: string // the traffic stream it belongs to: 'background', 'witness', 'null-control' …
  readonly operation: string // name in the descriptor: 'read', 'write', 'slow' …
  readonly method: string
  readonly via: string // 'balancer', or the instance or address it was sent to directly
  readonly key?: string
  readonly value?: string // what a write wrote
  readonly plannedAtMs: number
  readonly sentAtMs?: number // request headers handed to the kernel; absent: nothing was sent
  readonly firstByteAtMs?: number // response headers seen
  readonly endedAtMs: number
  readonly outcome: RequestOutcome
  readonly status?: number
  readonly code?: string // errno or undici code of the failure
  readonly detail?: string // why content was wrong, at most 200 characters
  readonly instance?: InstanceId // who answered, by the declared identity
  readonly boot?: string // which boot of it
  readonly connection?: number // number of the connection within the load
  readonly reused?: boolean
  readonly idleMs?: number // how long the connection had been idle
  readonly bytesRead?: number
  readonly closeAnnounced?: boolean // the answer carried Connection: close
  readonly captured?: Readonly<Record<string, unknown>> // what the operation's `capture` found in the answer
}

/** Strength of the proof that a request was executing when an event began: A and B are proofs, C only on a direct connection, D never. */
export type ProofGrade = 'A' | 'B' | 'C' | 'D'

export interface WitnessEvent {
  readonly kind: 'witness'
  readonly request: number // id of the request event
  readonly group: string // which batch: 'drain-1', 'kill-control'
  readonly instance: InstanceId
  readonly proof: ProofGrade
  readonly provenAtMs: number
  /** How often the request's effect was found afterwards; absent while not looked up or not possible. */
  readonly effects?: number
}

/**
 * A fault or a procedure. One event per phase, all with the same `id`: issued (undo already on disk), then
 * acknowledged or failed, then witnessed (proof from the target itself), then undone or undo-failed.
 */
export interface InterventionEvent {
  readonly kind: 'intervention'
  readonly id: number
  readonly name: string // 'drain', 'kill', 'freeze', 'reboot' …
  readonly target: string // instance, component, or 'machine'
  readonly phase: 'issued' | 'acknowledged' | 'failed' | 'witnessed' | 'undone' | 'undo-failed'
  readonly atMs: number
  readonly label?: string // 'drain-1', 'kill-control'
  readonly witness?: string // what was seen: 'old pid 4711 gone, boot id changed'
  readonly error?: string
  readonly detail?: Readonly<Record<string, unknown>>
}

/** One reading of something outside the request traffic: readiness, liveness, boot id, share, effect count … */
export interface ObservationEvent {
  readonly kind: 'observation'
  readonly probe: string
  readonly target: string // instance, component, 'machine', 'harness', 'balancer'
  readonly sentAtMs?: number
  readonly atMs: number
  readonly value: unknown
}

/** Result of one steady-state gate (10 s of clean traffic in the standard profile, all instances ready). */
export interface GateEvent {
  readonly kind: 'gate'
  readonly name: string // 'baseline', 'settled after drain'
  readonly passed: boolean
  readonly startedAtMs: number
  readonly atMs: number
  readonly requests: number
  readonly failed: number
  readonly reason?: string // which probe failed and how
}

/** A span of the scenario, for people and for checks that judge over a named window. */
export interface PhaseEvent {
  readonly kind: 'phase'
  readonly name: string
  readonly atMs: number
}

/** Something that is known rather than measured: declared settings, the evidence grade, instance ids. */
export interface FactEvent {
  readonly kind: 'fact'
  readonly name: string
  readonly value: unknown
  readonly atMs: number
}

/** What the platform said of its own accord: a process started, exited, was restarted; the balancer ejected. */
export interface PlatformEvent {
  readonly kind: 'platform'
  readonly name: string // 'process-started', 'process-found', 'process-exited', 'backend-down', 'backend-up'
  readonly target: string
  readonly atMs: number
  readonly detail?: Readonly<Record<string, unknown>>
}

/** The exercise did not reach its end. Nothing may be judged `passed` after this. */
export interface IncompleteEvent {
  readonly kind: 'incomplete'
  readonly atMs: number
  readonly reason: string
  /** Whose fault it is: an intervention that could not be made, a deadline, our own defect, or the user. */
  readonly cause: 'intervention' | 'deadline' | 'harness' | 'interrupted'
}

export type HistoryEvent =
  | RequestEvent
  | WitnessEvent
  | InterventionEvent
  | ObservationEvent
  | GateEvent
  | PhaseEvent
  | FactEvent
  | PlatformEvent
  | IncompleteEvent

/** What a reader wants of a history: events of one kind, and of requests those of one load, planned in a span. */
export interface Selection {
  readonly kind: HistoryEvent['kind']
  readonly load?: string | undefined
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
}

/** A recorded history that can be walked any number of times; it need not fit in memory. */
export interface History {
  events(): Iterable<HistoryEvent>
  /** All events of the selection, in recorded order, and possibly others: for a history that can find them without reading everything. */
  select?(selection: Selection): Iterable<HistoryEvent>
  /** As `endOf` says, for a history that knows it. */
  endAtMs?(): number
}

/** A history from literal events, for tests and small runs. */
export function historyOf(events: readonly HistoryEvent[]): History {
  return { events: () => events }
}

/** At least the events of the selection, in recorded order: readers look again at what they get. */
export const selected = (history: History, selection: Selection): Iterable<HistoryEvent> => history.select?.(selection) ?? history.events()

/** When an event was over. */
export const timeOf = (event: HistoryEvent): number => (event.kind === 'request' ? event.endedAtMs : event.kind === 'witness' ? event.provenAtMs : event.atMs)

/** When the last of what is recorded was over. */
export function endOf(history: History): number {
  if (history.endAtMs !== undefined) return history.endAtMs()
  let lastMs = 0
  for (const event of history.events()) lastMs = Math.max(lastMs, timeOf(event))
  return lastMs
}

/** Every event of one kind, in recorded order. */
export function* eventsOf<K extends HistoryEvent['kind']>(
  history: History,
  kind: K,
): Generator<Extract<HistoryEvent, { kind: K }>> {
  for (const event of selected(history, { kind })) {
    if (event.kind === kind) yield event as Extract<HistoryEvent, { kind: K }>
  }
}
