import type { Check } from './check.js'
import type { DependencyAccess, DeployedComponent, Edge, EdgeFault, FileDamage, Instance, PlatformRelease, PlatformRollOut, PlatformRollOutOptions, RebootOptions, Removed, Replacement, ReplaceOptions, StopResult, UnitChanges } from './driver.js'
import type { InstanceId } from './history.js'
import type { Area, Capability, ProfileName, Requirement, RequirementId } from './requirement.js'
import type { Performed, Procedure, ProcedureValues } from './procedure.js'
import type { ServiceDescriptor } from './service-descriptor.js'
import type { TrafficControls } from './traffic-controls.js'

export type { HalfSent, Load, LoadSpec, Sent, SendOptions, TrafficControls, ValueReading, Via, WitnessGroup } from './traffic-controls.js'

/** One experiment on one fresh deployment. It acts and makes history; it never judges. */
export interface Scenario {
  readonly id: `${string}/${string}` // 'queue-draining/in-flight-requests-complete'
  readonly title: string // a sentence that is true or false
  /** Without these it cannot run at all. Single requirements may need more, see `Requirement.needs`. */
  readonly needs: readonly Capability[]
  readonly instanceCountMin: number
  /** Time for `exercise` alone, for this service and profile. */
  expectedMs(service: ServiceDescriptor, profile: ProfileName): number
  readonly lanes?: number // how many of the run's it takes, default 1: what measures how much a service can bear needs the machine more to itself
  /** `direct` for one that touches no dependency: it is spared the way through the fault proxies, which costs processor time. */
  readonly dependencies?: DependencyAccess
  readonly drainsUndeclared?: boolean // also where no drain is declared: where that touches others than the service it needs more permission than its requirements say
  /** Whether what it does to this service cannot be taken back, and would be there for whatever comes after: it gets a world of its own where a driver can make one beside the one that is there. */
  staysInForce?(service: ServiceDescriptor): boolean
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
  /** Why the driver leaves alone what the service declares; undefined where it does not. What a scenario `needs` never is. */
  leftAlone(capability: Capability): LeftAlone | undefined
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
  /** Until a component is up as it is declared: it accepts connections, or answers its path with 2xx. The gate does not wait for what the service can do without. */
  untilComponentReady(name: string, timeoutMs: number): Promise<boolean>
  /** Until the balancer itself sends to all of these again (share seen in answers), or to none of them. */
  untilInRotation(target: InstanceId, inRotation: boolean, timeoutMs: number): Promise<boolean>
  /** CP-GATE by hand, for example after the undo of a fault. A failed gate is recorded, not thrown. */
  gate(name: string): Promise<boolean>
  /** The instance that calls itself this in answers, as what it did may be signed; undefined where none does, or more than one. */
  instanceNamed(ownName: string): InstanceId | undefined
  /** What the processes of a target wrote since this was last asked (the first time: since they were deployed); recorded as observation `name`. */
  readLog(name: string, target: string): Promise<LogLines>
  readonly traffic: TrafficControls
  readonly control: ScenarioControls
  readonly files: ScenarioFiles
}

export interface LeftAlone {
  readonly reason: string
  /** The descriptor may allow it: `target.disposable`. */
  readonly mayBeAllowed: boolean
}

/** Whole lines of standard output and standard error. */
export interface LogLines {
  readonly lines: readonly string[]
  readonly bytes: number
  /** False when there is no log, or some of it was lost. */
  readonly complete: boolean
}

/** A folder of the scenario's own for what procedures write and read, such as backups. It is removed with the scenario. */
export interface ScenarioFiles {
  /** Absolute path for a file of this name; nothing is made. */
  path(name: string): string
  /** Writes a whole file of this name, over what is there. Returns its path. */
  write(name: string, text: string): Promise<string>
  /** The text of a file under an absolute path, such as one that the descriptor names; undefined when there is none. */
  read(path: string): Promise<string | undefined>
  /** What is there under this path now, or undefined when it is no file. */
  describe(path: string): Promise<{ readonly bytes: number; readonly sha256: string } | undefined>
  /** A copy that differs from the original by this damage alone. Returns its path. Throws InterventionFailed when there is no original. */
  damagedCopy(path: string, name: string, damage: CopyDamage): Promise<string>
}
export type CopyDamage = { readonly kind: 'cut'; readonly toBytes: number } | { readonly kind: 'flip-bit'; readonly atByte: number; readonly bit: number }

/** Value of an observation `edge-traffic`. What a fault refused or held is not in it. */
export interface EdgeTraffic {
  readonly connections: number
  readonly bytes: number
}

/** How a procedure is carried out and recorded. */
export interface PerformOptions {
  readonly name: string // of the intervention: 'config.apply'
  /** An instance, 'balancer', or 'operator' for a command that is not about one instance. */
  readonly target: string
  readonly label?: string
  readonly values?: ProcedureValues
  readonly timeoutMs?: number
  /** Proof by other means than the procedure's own word that it had its effect; its answer is recorded. */
  readonly witness?: (performed: Performed) => Promise<string | undefined>
}

/**
 * A second deployment of the same service beside the first, with storage of its own and no traffic but what the scenario
 * sends: for fresh instances and isolated restores. It ends with the scenario at the latest. Its name is an address for
 * traffic and procedures (its balancer), and so are the ids of its instances, `name/replica-0`.
 */
export interface ApartDeployment {
  readonly name: string
  /** When it was started: asked for, or the first of its replicas where the platform has to make much before that. On the clock of the scenario. */
  readonly startedAtMs: number
  readonly instances: readonly Instance[]
  readonly components: readonly DeployedComponent[]
  /** Whether every instance was ready in time. */
  ready(timeoutMs: number): Promise<boolean>
  end(): Promise<void>
}
export interface ApartOptions {
  readonly name: string // 'apart-fresh', short, lower case
  readonly replicas: number
  /** For every replica of it. */
  readonly changes?: UnitChanges
  /** Default true; false leaves out the install command. */
  readonly install?: boolean
}

/** An applied fault that must be taken back. `undo` may be called twice; it also runs when the scenario ends. */
export interface AppliedFault {
  /** When it was in place, in ms of the scenario. What must last a given time lasts it from here: to apply a fault can take seconds. */
  readonly appliedAtMs: number
  undo(): Promise<void>
}

export interface DamagedFile {
  readonly path: string
  /** Where its data outlive the deployment: takes the damage back, recorded as `undo-damage`. */
  readonly undo?: () => Promise<void>
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
  reboot(manner: 'orderly' | 'power-loss', label?: string, options?: RebootOptions): Promise<void>
  /** Carries out a declared procedure: an intervention of its name, acknowledged when it said ok, else failed. Never throws for a refusal. */
  perform(procedure: Procedure, options: PerformOptions): Promise<Performed>
  /** What a target runs with from its next start on; undefined: what is declared. Not an intervention by itself, recorded as observation `unit-changes`. */
  configureUnit(target: string, changes: UnitChanges | undefined): Promise<void>
  /** The platform's own roll-out, recorded as `rollOut` of `replicas`; that it did not succeed is an answer too. */
  rollOut(release: PlatformRelease, options: PlatformRollOutOptions & { readonly label: string }): Promise<PlatformRollOut>
  addInstance(options?: { readonly changes?: UnitChanges; readonly label?: string }): Promise<Instance>
  removeInstance(target: InstanceId, label?: string): Promise<StopResult>
  /** Recorded as `remove-instance` of `replicas`, with the one that the platform chose in its detail (`instance`). */
  removeAnyInstance(label?: string): Promise<Removed>
  /** Witnessed by another process, or another address, in the component's place. */
  replaceComponent(name: string, options: ReplaceOptions & { readonly label?: string }): Promise<Replacement>
  cloneComponent(name: string, options: { readonly as: string; readonly changes?: UnitChanges; readonly label?: string }): Promise<DeployedComponent>
  /** The name leads to another component, such as a clone or a replica that was promoted. */
  redirectDependency(component: string, to: { readonly host: string; readonly port: number }, label?: string): Promise<AppliedFault>
  /** Connections and bytes of all instances to a component so far, on the edges that bear its name; also recorded as observation `edge-traffic`. */
  readEdges(component: string): Promise<EdgeTraffic>
  /** Damages the first file of a stopped target that matches; how may depend on its size. Throws InterventionFailed when none does. */
  damageDataFile(target: string, pattern: RegExp, damage: FileDamage | ((bytes: number) => FileDamage), label?: string): Promise<DamagedFile>
  deployApart(options: ApartOptions): Promise<ApartDeployment>
}
