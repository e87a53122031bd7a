import type { Check } from './check.js'
import type { DeployedComponent, Edge, EdgeFault, Instance, StopResult } from './driver.js'
import type { InstanceId, ProofGrade } from './history.js'
import type { Area, Capability, ProfileName, Requirement, RequirementId } from './requirement.js'
import type { ServiceDescriptor } from './service-descriptor.js'

/** One experiment on one fresh deployment. It acts and makes history; it never judges. */
export interface Scenario {
  readonly id: `${string}/${string}` // 'queue-draining/in-flight-requests-complete'
  readonly title: string // a sentence that is true or false
  /** Without these it cannot run at all. Single requirements may need more, see `Requirement.needs`. */
  readonly needs: readonly Capability[]
  readonly instanceCountMin: number
  /** Time for `exercise` alone, for this service and profile. */
  expectedMs(service: ServiceDescriptor, profile: ProfileName): number
  exercise(context: ScenarioContext): Promise<void>
  /** At least one; a scenario without checks does not load. */
  readonly checks: readonly Check[]
}

export interface Suite {
  readonly id: string // 'queue-draining'
  readonly title: string // heading of the checklist
  readonly areas: readonly Area[]
  readonly requirements: readonly Requirement[]
  readonly scenarios: readonly Scenario[]
}

/**
 * Everything a scenario may use. All of it records; nothing of it judges. Waiting returns whether the
 * condition came true in time and never throws for that: what it means is for the checks to say.
 */
export interface ScenarioContext {
  readonly service: ServiceDescriptor
  readonly profile: ProfileName
  readonly instances: readonly Instance[]
  readonly components: readonly DeployedComponent[]
  readonly edges: readonly Edge[]
  /** interval x fall + timeout + 1 s of the balancer in front. */
  readonly ejectWindowMs: number
  readonly returnWindowMs: number
  readonly signal: AbortSignal
  /** Ids of the requirements that were selected and can be judged: parts that serve no one may be left out. */
  readonly selected: ReadonlySet<RequirementId>
  /** From the run's seed: repeatable for the same seed and scenario. In [0, 1). */
  random(): number
  /** A number of the requirement's thresholds in force, for sizes and durations. */
  threshold(requirement: RequirementId, key: string): number
  now(): number // ms on the scenario's clock
  /** Tells people what is going on, and opens a phase in the history. */
  step(message: string): void
  fact(name: string, value: unknown): void
  observe(probe: string, target: string, value: unknown): void
  /** For a measured span only, such as "let the traffic run for 6 s". Never to wait for something to happen. */
  pause(durationMs: number): Promise<void>
  /** Polls until the condition holds; records an observation `wait` { what, satisfied, tookMs }. */
  until(what: string, condition: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean>
  untilReady(target: InstanceId, timeoutMs: number): Promise<boolean>
  /** Until the balancer itself sends to all of these again (share seen in answers), or to none of them. */
  untilInRotation(target: InstanceId, inRotation: boolean, timeoutMs: number): Promise<boolean>
  /** CP-GATE by hand, for example after the undo of a fault. A failed gate is recorded, not thrown. */
  gate(name: string): Promise<boolean>
  readonly traffic: TrafficControls
  readonly control: ScenarioControls
}

export interface LoadSpec {
  readonly name: string // 'background'
  readonly ratePerSecond: number
  /** Names of operations, or 'mixed': every operation of the descriptor with a weight. */
  readonly operations: 'mixed' | readonly string[]
  readonly via: 'balancer' | InstanceId
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
  /** Samples probes of instances directly, each on its own connection: observations `readiness`, `liveness` with { outcome, status, boot }. */
  sample(options: { readonly probes: readonly ('readiness' | 'liveness')[]; readonly instances: readonly InstanceId[]; readonly everyMs: number; readonly timeoutMs?: number }): { stop(): Promise<void> }
  /** One health answer with status, body (at most 4 kB), caching headers and duration: observation `health-answer`, with `state` as given. */
  readHealth(options: { readonly endpoint: 'readiness' | 'liveness' | 'detail'; readonly via: InstanceId | 'balancer'; readonly state: string }): Promise<void>
  /** One request, recorded. Returns the answer's body (JSON if it is) for the next request of a sequence. */
  send(options: { readonly load: string; readonly operation: string; readonly via: 'balancer' | InstanceId; readonly key?: string; readonly token?: string; readonly fresh?: boolean; readonly timeoutMs?: number }): Promise<{ readonly outcome: string; readonly status?: number; readonly body?: unknown }>
  /** Load through the balancer in front of echo backends, one of them drained cleanly: requests of load `balancer-qualification`. */
  qualifyBalancer(options: { readonly ratePerSecond: number; readonly requests: number }): Promise<void>
  /** A new unique key of this run. */
  newKey(): string
  /** Reads every key that was written in this scenario through the strong read until the deadline; one request event (load 'reconcile') a read. */
  reconcile(options: { readonly load: string; readonly convergenceMs: number }): Promise<void>
}

/** An applied fault that must be taken back. `undo` may be called twice; it also runs when the scenario ends. */
export interface AppliedFault {
  undo(): Promise<void>
}

/**
 * Faults and procedures. Each writes its undo to disk first, is recorded as an intervention, and resolves when it
 * is witnessed (or could not be: then `witnessed` is missing in the history). Throws InterventionFailed when it
 * could not be made at all.
 */
export interface ScenarioControls {
  drain(target: InstanceId, label?: string): Promise<void>
  undrain(target: InstanceId, label?: string): Promise<void>
  stop(target: string, label?: string): Promise<StopResult>
  start(target: string, label?: string): Promise<void>
  kill(targets: readonly string[], label?: string): Promise<void>
  /** Kills and keeps down until undone. */
  killAndHold(target: string, label?: string): Promise<AppliedFault>
  freeze(target: string, label?: string): Promise<AppliedFault>
  /** Cuts every dependency edge of one instance. */
  isolate(target: InstanceId, label?: string): Promise<AppliedFault>
  /** A fault on the edges of all instances (or one) to a component. With `background` the witness is not waited for. */
  faultDependency(options: { readonly component: string; readonly fault: EdgeFault; readonly from?: InstanceId; readonly label?: string; readonly background?: boolean }): Promise<AppliedFault>
  reboot(manner: 'orderly' | 'power-loss', label?: string): Promise<void>
}
