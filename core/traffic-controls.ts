import type { InstanceId, ProofGrade } from './history.js'
import type { ProcedureValues, ReadValue, ValueProbe } from './procedure.js'
import type { Operation } from './service-descriptor.js'

/** The balancer, an instance past it, or a name that was made known with `traffic.address` or by a second deployment. */
export type Via = 'balancer' | InstanceId

export interface LoadSpec {
  readonly name: string // 'background'
  readonly ratePerSecond: number
  /** Names of operations or operations themselves, each in turn; or 'mixed': every operation of `traffic` with a weight. */
  readonly operations: 'mixed' | readonly (string | Operation)[]
  /** What placeholders of these operations other than {key}, {value}, {durationMs} and {token} stand for. */
  readonly values?: ProcedureValues
  /** Keys for the operations that read, each in turn, instead of any that are known. */
  readonly keys?: readonly string[]
  readonly via: Via
  /** `keep-alive`: a pool that grows as needed; `fresh`: a new connection for each request. */
  readonly connections: 'keep-alive' | 'fresh'
  /** Bound of the load, whatever happens. */
  readonly durationMaxMs: number
  readonly timeoutMs?: number
}
export interface Load {
  readonly name: string
  counts(): { readonly planned: number; readonly ended: number; readonly notOk: number }
  /** Until the load has reached its own bound and every request has ended. */
  finished(): Promise<void>
  /** Plans no more, waits for what is outstanding (each has its own timeout). */
  stop(): Promise<void>
}

/** A request of which half of the head is sent until it is released. */
export interface HalfSent extends Load {
  /** Once half of it is out; false when its connection ended before that. */
  underWay(): Promise<boolean>
  /** Sends the rest. */
  release(): void
}

export interface WitnessGroup {
  readonly group: string
  /** How many are proven to be executing, and with which proof. */
  readonly proven: number
  readonly proof: ProofGrade
  readonly keys: readonly string[]
  /** Until every one has ended, one way or the other. */
  ended(timeoutMs: number): Promise<boolean>
  /** Reads how often each effect happened and records it; from any healthy instance. */
  lookUpEffects(): Promise<void>
}

export interface TrafficControls {
  /** Open loop: sends at the planned instants whatever comes back. */
  start(spec: LoadSpec): Load
  /** k requests with unique effects, proven to be executing in the instance when this resolves. */
  witnesses(options: { readonly group: string; readonly instance: InstanceId; readonly count: number; readonly through?: 'direct' | 'balancer' }): Promise<WitnessGroup>
  /** One request that cannot finish by itself before `forMs`: body held open, or slow enough. Proven as a witness is. */
  stuck(options: { readonly group: string; readonly instance: InstanceId; readonly forMs: number }): Promise<WitnessGroup & { release(): void }>
  /** Persistent connections to one instance, each sending one request every `everyMs` (GET and POST in turn) until told to close; never reconnects. */
  keepAliveConnections(options: { readonly name: string; readonly instance: InstanceId; readonly connections: number; readonly everyMs: number; readonly durationMaxMs: number }): Load
  /** A persistent connection with a request that is half sent until released, and after its answer one every `everyMs` until told to close; never reconnects. Undefined where no request goes to the service itself. */
  halfSent(options: { readonly name: string; readonly instance: InstanceId; readonly everyMs: number; readonly durationMaxMs: number }): HalfSent | undefined
  /** Samples probes of instances directly, each on its own connection: observations `readiness`, `liveness` with { outcome, status, boot }. */
  sample(options: { readonly probes: readonly ('readiness' | 'liveness')[]; readonly instances: readonly InstanceId[]; readonly everyMs: number; readonly timeoutMs?: number }): { stop(): Promise<void> }
  /** One health answer with status, body (at most 4 kB), caching headers and duration: observation `health-answer`, with `state` as given. */
  readHealth(options: { readonly endpoint: 'readiness' | 'liveness' | 'detail'; readonly via: InstanceId | 'balancer'; readonly state: string }): Promise<void>
  /** One request, recorded. Returns the answer's body (JSON if it is) for the next request of a sequence. */
  send(options: SendOptions): Promise<Sent>
  /** Reads one value; recorded as observation `name` of target `via` with a ReadValue. Never throws for what the service answers. */
  readValue(options: ValueReading): Promise<ReadValue>
  /** The same again and again from each of these addresses, each reading on its own connection, whether the last one has ended or not. */
  sampleValues(options: Omit<ValueReading, 'via'> & { readonly via: readonly Via[]; readonly everyMs: number }): { stop(): Promise<void> }
  /** Makes another address known under a name that `via` takes from now on. */
  address(name: string, url: URL): void
  /** Load through the balancer in front of echo backends, one of them drained cleanly: requests of load `balancer-qualification`. */
  qualifyBalancer(options: { readonly ratePerSecond: number; readonly requests: number }): Promise<void>
  /** A new unique key of this run. */
  newKey(): string
  /** Reads every key that was written in this scenario through the strong read until the deadline; one request event (load 'reconcile') a read. Ends with `readNeverWritten`. */
  reconcile(options: { readonly load: string; readonly convergenceMs: number }): Promise<void>
  /** The negative control of read-backs: reads of a few keys that nobody ever wrote with each of these, requests of load `never-written`. */
  readNeverWritten(operations: readonly (string | Operation)[]): Promise<void>
}

export interface SendOptions {
  readonly load: string
  /** A name in `traffic` or `data`, or an operation of another section of the descriptor. */
  readonly operation: string | Operation
  readonly via: Via
  readonly key?: string
  readonly value?: string // else the one that belongs to the key
  readonly token?: string
  readonly values?: ProcedureValues
  readonly fresh?: boolean
  readonly timeoutMs?: number
}
export interface Sent {
  readonly id?: number // of the request event
  readonly outcome: string
  readonly status?: number
  readonly body?: unknown // JSON if it is
  readonly headers?: Readonly<Record<string, string>>
}
export interface ValueReading {
  readonly name: string // of the observation
  readonly probe: ValueProbe
  readonly via: Via
  readonly values?: ProcedureValues
  readonly timeoutMs?: number
}
