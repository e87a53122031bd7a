/**
 * What happened in one scenario, in the order it was written. All times are milliseconds on the run's
 * monotonic clock (`process.hrtime`, shared by all processes of one machine), counted from the start of the
 * scenario. Written as NDJSON from the first event on; checks read it and nothing else.
 */
export type InstanceId = string;
/** What became of one request (requirement DRAIN-03 and the validity notes on keep-alive races). */
export type RequestOutcome = 'ok' | 'degraded' | 'polite-refusal' | 'refused' | 'reset-before-send' | 'reset-idle' | 'reset-in-flight' | 'closed-in-flight' | 'truncated' | 'timeout' | 'error-status' | 'wrong-content' | 'cancelled';
export interface RequestEvent {
    readonly kind: 'request';
    readonly id: number;
    readonly load: string;
    readonly operation: string;
    readonly method: string;
    readonly via: string;
    readonly key?: string;
    readonly value?: string;
    readonly plannedAtMs: number;
    readonly sentAtMs?: number;
    readonly firstByteAtMs?: number;
    readonly endedAtMs: number;
    readonly outcome: RequestOutcome;
    readonly status?: number;
    readonly code?: string;
    readonly detail?: string;
    readonly instance?: InstanceId;
    readonly boot?: string;
    readonly connection?: number;
    readonly reused?: boolean;
    readonly idleMs?: number;
    readonly bytesRead?: number;
    readonly closeAnnounced?: boolean;
}
/** Strength of the proof that a request was executing when an event began: A and B are proofs, C only on a direct connection, D never. */
export type ProofGrade = 'A' | 'B' | 'C' | 'D';
export interface WitnessEvent {
    readonly kind: 'witness';
    readonly request: number;
    readonly group: string;
    readonly instance: InstanceId;
    readonly proof: ProofGrade;
    readonly provenAtMs: number;
    /** How often the request's effect was found afterwards; absent while not looked up or not possible. */
    readonly effects?: number;
}
/**
 * A fault or a procedure. One event per phase, all with the same `id`: issued (undo already on disk), then
 * acknowledged or failed, then witnessed (proof from the target itself), then undone or undo-failed.
 */
export interface InterventionEvent {
    readonly kind: 'intervention';
    readonly id: number;
    readonly name: string;
    readonly target: string;
    readonly phase: 'issued' | 'acknowledged' | 'failed' | 'witnessed' | 'undone' | 'undo-failed';
    readonly atMs: number;
    readonly label?: string;
    readonly witness?: string;
    readonly error?: string;
    readonly detail?: Readonly<Record<string, unknown>>;
}
/** One reading of something outside the request traffic: readiness, liveness, boot id, share, effect count … */
export interface ObservationEvent {
    readonly kind: 'observation';
    readonly probe: string;
    readonly target: string;
    readonly sentAtMs?: number;
    readonly atMs: number;
    readonly value: unknown;
}
/** Result of one steady-state gate (10 s of clean traffic in the standard profile, all instances ready). */
export interface GateEvent {
    readonly kind: 'gate';
    readonly name: string;
    readonly passed: boolean;
    readonly startedAtMs: number;
    readonly atMs: number;
    readonly requests: number;
    readonly failed: number;
    readonly reason?: string;
}
/** A span of the scenario, for people and for checks that judge over a named window. */
export interface PhaseEvent {
    readonly kind: 'phase';
    readonly name: string;
    readonly atMs: number;
}
/** Something that is known rather than measured: declared settings, the evidence grade, instance ids. */
export interface FactEvent {
    readonly kind: 'fact';
    readonly name: string;
    readonly value: unknown;
    readonly atMs: number;
}
/** What the platform said of its own accord: a process started, exited, was restarted; the balancer ejected. */
export interface PlatformEvent {
    readonly kind: 'platform';
    readonly name: string;
    readonly target: string;
    readonly atMs: number;
    readonly detail?: Readonly<Record<string, unknown>>;
}
/** The exercise did not reach its end. Nothing may be judged `passed` after this. */
export interface IncompleteEvent {
    readonly kind: 'incomplete';
    readonly atMs: number;
    readonly reason: string;
    /** Whose fault it is: an intervention that could not be made, a deadline, our own defect, or the user. */
    readonly cause: 'intervention' | 'deadline' | 'harness' | 'interrupted';
}
export type HistoryEvent = RequestEvent | WitnessEvent | InterventionEvent | ObservationEvent | GateEvent | PhaseEvent | FactEvent | PlatformEvent | IncompleteEvent;
/** A recorded history that can be walked any number of times; it need not fit in memory. */
export interface History {
    events(): Iterable<HistoryEvent>;
}
/** A history from literal events, for tests and small runs. */
export declare function historyOf(events: readonly HistoryEvent[]): History;
/** Every event of one kind, in recorded order. */
export declare function eventsOf<K extends HistoryEvent['kind']>(history: History, kind: K): Generator<Extract<HistoryEvent, {
    kind: K;
}>>;
