import type { InstanceId } from './history.js'
import type { Capability, SafetyClass } from './requirement.js'
import type { BalancerSettings, ServiceDescriptor } from './service-descriptor.js'
import type { WorldSurvey } from './world-survey.js'

/** How a deployment is put in the world. A driver records nothing and judges nothing. */
export interface Driver {
  readonly name: string
  /** How many deployments there may be at one time; default: any number. One where all of them are the same service. */
  readonly deploymentsMax?: number
  /** Whether all that it starts runs on the processors of this machine. Default: that is not known. */
  readonly runsOnThisMachine?: boolean
  /** How long the end of a deployment may take, where putting the world back can take longer than half a minute. */
  endsWithinMs?(service: ServiceDescriptor): number
  /** Says whether this driver can work on this machine for this service, and why not. Never throws. */
  availability(service: ServiceDescriptor): Promise<{ readonly available: true } | { readonly available: false; readonly reason: string }>
  /** What it can do to this service, asked before anything is started. */
  offers(service: ServiceDescriptor): ReadonlySet<Capability>
  /** Why it does not offer what the service declares, where there is more to say than that it cannot. */
  whyNot?(capability: Capability, service: ServiceDescriptor): string | undefined
  /** The descriptor with what is not asked for because it can be read from the target. Changes nothing. Throws SeaworthyError. */
  observe?(service: ServiceDescriptor): Promise<ServiceDescriptor>
  /**
   * What there is of this service and of this run for others to see. Asked before the first deployment and after the last: a run
   * whose world differs did not put it back. Absent: nothing outlives the processes that the journal names. Throws SeaworthyError.
   */
  survey?(service: ServiceDescriptor, runId: string): Promise<WorldSurvey>
  /** Resolves when every component and replica has been started (not: is ready). Throws SeaworthyError. */
  deploy(service: ServiceDescriptor, options: DeployOptions): Promise<Deployment>
}

export interface DeployOptions {
  readonly runId: string
  /** An existing, empty folder of this deployment; everything it writes goes there. Short: sockets live in it. */
  readonly directory: string
  /**
   * Folder for what every deployment of a run may have made once, such as an initialised database to copy: `{shared}`
   * of the descriptor. Exists or can be made; whoever named it removes it.
   */
  readonly sharedDirectory: string
  readonly journal: Journal
  readonly signal: AbortSignal
  /** Variables for the services: SEAWORTHY_DEFECT and the marker SEAWORTHY_RUN. Nothing else of ours is passed on. */
  readonly environment: Readonly<Record<string, string>>
  /** Called with what the platform says of its own accord; times in hrtime milliseconds of this machine. */
  readonly onPlatformEvent: (event: DriverPlatformEvent) => void
  /**
   * Default `behind-proxies`: every dependency can be faulted, moved and counted. `direct`: nobody will, so a driver may let the units
   * reach their components themselves; then there are no edges, and controls of dependencies are refused.
   */
  readonly dependencies?: DependencyAccess
  /** Default true. False leaves the descriptor's install command out: an empty world that nobody prepared. */
  readonly install?: boolean
  /** The experiment is about what happens when the machine boots: the best reboot that there is, whatever it costs to make. */
  readonly reboots?: boolean
  /** What the run was allowed. Default: `safe`. What may be judged is settled before; a driver asks where what it does touches others than the service. */
  readonly allow?: SafetyClass
  /** Where the files are that a service is told the path of, a configuration or a backup say. It may not be there yet. Absent: it is told of none. */
  readonly filesDirectory?: string
  /** Why it may not be the one world that is there already, where a driver attaches to one. Absent: it may. */
  readonly apart?: ApartReason
}
/** `second`: it stands beside the first deployment of its scenario. `stays-in-force`: what is done to it cannot be taken back, and would be there for all that comes after. */
export type ApartReason = 'second' | 'stays-in-force'
export type DependencyAccess = 'behind-proxies' | 'direct'
export interface DriverPlatformEvent {
  /** `process-found`: it ran when a service was attached to, and was not started then. */
  readonly name: 'process-started' | 'process-found' | 'process-told-to-end' | 'process-exited' | 'backend-up' | 'backend-down' | 'network-started' | 'machine-booted' | 'machine-down' | 'cluster-surveyed' | 'cluster-lost' | 'node-cordoned' | 'node-uncordoned'
  readonly target: string
  readonly atHrtimeMs: number
  readonly detail: Readonly<Record<string, unknown>>
}

/**
 * What must be ended or put back if the harness dies. `record` returns after the entry is flushed to disk, and
 * is called before the thing exists or the fault is applied.
 */
export interface Journal {
  record(entry: JournalEntry): number // id of the entry
  done(id: number): void
}
export type JournalEntry =
  | { readonly kind: 'process-group'; readonly pid: number; readonly startTime: string; readonly what: string }
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'undo'; readonly fault: string; readonly target: string }
  /** A program of ours, for Node.js, that ends what is not a process of this machine; exit code 0 when nothing is left. */
  | { readonly kind: 'program'; readonly path: string; readonly parameters: readonly string[]; readonly what: string }

export interface Deployment extends AsyncDisposable {
  /** Entry point for clients: the balancer. */
  readonly entrypoint: URL
  /** `kind`: 'seaworthy', else whose it is: then it is part of what is tested. `retries` null: nobody knows. */
  readonly balancer: BalancerSettings & { readonly kind: string; readonly retries: number | null }
  readonly instances: readonly Instance[]
  /** When the first of its replicas was started, where a platform takes its time before that which is no part of a start; in hrtime milliseconds of this machine. Absent: when the deployment was asked for. */
  readonly startedAtHrtimeMs?: number
  readonly components: readonly DeployedComponent[]
  readonly edges: readonly Edge[]
  /** Names of what runs in the target beside them although the descriptor does not say what it is: no fault is aimed at it. Absent: nobody looked. */
  readonly undeclared?: readonly string[]
  /** A plain echo server of ours on the same path as the target's replicas (null control). */
  readonly echo: URL
  readonly controls: DeploymentControls
  /** Evidence grade of a reboot on this driver. */
  readonly rebootGrade: 'demonstrated' | 'simulated'
  /** Why it is no better. */
  readonly rebootGradeReason?: string
  readonly logFiles: ReadonlyMap<string, string>
  /** Files that are there at the end, with what the platform says of a unit: JSON without anything that may be secret. */
  readonly inspections?: ReadonlyMap<string, string>
  /** Everything that a target said until now is in its log file when this resolves to true. Missing: it always is. Never throws. */
  bringLogUpToDate?(target: string): Promise<boolean>
  /** What the balancer counted so far. */
  balancerCounters(): Promise<BalancerCounters>
  /**
   * The same kind of balancer in front of echo backends of ours, to show that it loses nothing by itself: what
   * it loses on a clean drain of an echo server must not be charged to the service.
   */
  balancerQualification?(): Promise<BalancerQualification>
}
export interface BalancerQualification {
  readonly entrypoint: URL
  /** Drains one echo backend the right way: readiness fails, wait for the eject window, close. */
  drainOneBackend(): Promise<void>
  close(): Promise<void>
}
export interface Instance {
  readonly id: InstanceId
  readonly url: URL // direct address, past the balancer
}
export interface DeployedComponent {
  readonly name: string
  readonly role: string
  readonly hard: boolean
  readonly ownsData: boolean
  readonly host: string
  readonly port: number
}
/** A dependency edge with a fault proxy on it. */
export interface Edge {
  readonly from: string // instance or component
  readonly to: string // component
}
export interface EdgeCounters {
  readonly accepted: number
  readonly refused: number // connections refused or reset because of the fault
  readonly held: number // connections kept silent or delayed because of the fault
  readonly cut: number // established connections cut
  readonly bytesForwarded: number
}
export interface BalancerCounters {
  readonly requests: number
  readonly errors: number // answers the balancer made up itself: 502, 503, 504
  readonly retries: 0
  readonly byBackend: Readonly<Record<InstanceId, { readonly requests: number; readonly errors: number; readonly up: boolean }>>
}

export type EdgeFault =
  | { readonly kind: 'refuse' } // new connections reset at once, established ones cut
  | { readonly kind: 'silence' } // connections stay open, not a byte passes
  | { readonly kind: 'delay'; readonly delayMs: number }
  | { readonly kind: 'bandwidth'; readonly bytesPerSecond: number }

export interface StopResult {
  readonly exitCode: number | null
  readonly signal: string | null
  /** The grace period ended and the driver killed it. */
  readonly killed: boolean
  readonly durationMs: number
  /** Members of its process group or container that outlived the main process. They are ended too. */
  readonly survivors: readonly string[]
}
/** How the replica that the platform chose ended. */
export interface Removed extends StopResult {
  readonly instance: InstanceId
}
export interface ProcessState {
  /** Elsewhere than on this machine: a number that no other incarnation of the target is given. */
  readonly pid: number | null
  readonly state: 'running' | 'exited' | 'held'
  readonly restarts: number
}

/** Targets that come up later than the boot entry would start them, as machines of a cluster do after a power loss. */
export interface RebootOptions {
  readonly delayed?: readonly { readonly target: string; readonly byMs: number }[]
}

/** What a driver cannot do here is simply absent. Targets are instance ids or component names. */
export interface DeploymentControls {
  start?(target: string): Promise<void>
  /** The platform's stop: the stop signal to the main process, SIGKILL after the grace period. Not restarted. */
  stop?(target: string, options: { readonly signal: NodeJS.Signals; readonly graceMs: number }): Promise<StopResult>
  /** SIGKILL to all members of all targets at one instant, outside the supervision (a crash, not an operator). */
  kill?(targets: readonly string[]): Promise<readonly { readonly target: string; readonly pid: number }[]>
  /** Keep a target down against its supervisor, until `release`. */
  hold?(target: string): Promise<void>
  release?(target: string): Promise<void>
  signal?(target: string, signal: NodeJS.Signals): Promise<void>
  freeze?(target: string): Promise<void>
  thaw?(target: string): Promise<void>
  faultEdge?(edge: Edge, fault: EdgeFault): Promise<void>
  healEdge?(edge: Edge): Promise<void>
  edgeCounters?(edge: Edge): Promise<EdgeCounters>
  /** Shuts the machine down in order or by power loss, and boots it. Resolves when the boot entry runs. */
  reboot?(manner: 'orderly' | 'power-loss', options?: RebootOptions): Promise<{ readonly bootIdBefore: string; readonly bootIdAfter: string }>
  processState?(target: string): Promise<ProcessState>
  /** Where processes are not in this machine's process table: whether the one with this number (of `processState`) has ended. */
  hasEnded?(target: string, pid: number): Promise<boolean>
  /** From its next start on the target runs with these instead of the declared ones; undefined: with the declared ones. */
  configureUnit?(target: string, changes: UnitChanges | undefined): Promise<void>
  /** One more replica, started, and behind the balancer as soon as it is ready. */
  addInstance?(options: { readonly changes?: UnitChanges }): Promise<Instance>
  /** Out of the balancer's list, with what is in flight going on, then stopped as the platform does it. Its id is not given again. */
  removeInstance?(target: InstanceId, options: { readonly signal: NodeJS.Signals; readonly graceMs: number }): Promise<StopResult>
  /** One replica less where the platform chooses which, as it takes one away: `instance` is the one that went. */
  removeAnyInstance?(options: { readonly graceMs: number }): Promise<Removed>
  /** Another process in the place of a component: every edge to it leads to the new one when this resolves. */
  replaceComponent?(name: string, options: ReplaceOptions): Promise<Replacement>
  /** A second process of a component beside the first, with a name, a port and an empty data folder of its own; no edge leads to it yet. */
  cloneComponent?(name: string, options: { readonly as: string; readonly changes?: UnitChanges }): Promise<DeployedComponent>
  /** The name of a component leads to another address from now on: new connections go there, established ones are cut. Undefined: to its own again. */
  redirectDependency?(component: string, to: { readonly host: string; readonly port: number } | undefined): Promise<void>
  /**
   * The platform's own roll-out of a release to all replicas. Resolves when the platform says that it is over or stuck, or when the time is up. Throws
   * SeaworthyError when it could not be ordered. What it changed is put back at the latest when the deployment ends, also by whoever cleans up after a dead run.
   */
  rollOut?(release: PlatformRelease, options: PlatformRollOutOptions): Promise<PlatformRollOut>
  /** Plain files in the data folder of a stopped target whose path, relative to it, matches. */
  listDataFiles?(target: string, pattern: RegExp): Promise<readonly { readonly path: string; readonly bytes: number }[]>
  /** Bytes of one of them as they are, and its size; fewer where it ends before. */
  readDataFile?(target: string, path: string, region: { readonly fromByte: number; readonly bytes: number }): Promise<{ readonly size: number; readonly bytes: Uint8Array }>
  /** Damages one of them in place. */
  damageDataFile?(target: string, path: string, damage: FileDamage): Promise<void>
  /**
   * Takes the damages of a target back where nobody has changed what was damaged since, running or not. Offered where its data
   * outlive the deployment; then it is also done when the deployment ends, and by whoever cleans up after a dead run. Resolves to what
   * became of the last one; throws SW_NOT_DONE where that stays.
   */
  undoDataDamage?(target: string): Promise<'taken-back' | 'repaired'>
}

/** What the platform is told that every replica shall be from now on. What the changes do not name is as it was found. */
export interface PlatformRelease {
  readonly name: string
  readonly changes: UnitChanges
  readonly image?: string
}
export interface PlatformRollOutOptions {
  readonly timeoutMs: number
  /** To one replica, of the platform's choice, and no further until something else is rolled out. Only where a driver offers `lifecycle.upgrade.part`. */
  readonly inPart?: boolean
}
export interface PlatformRollOut {
  readonly ok: boolean
  /** Of one in part that got there: which replicas are of the release. */
  readonly instances?: readonly InstanceId[]
  /** Why not. */
  readonly error?: string
  /** How many replicas of this release there were at most, as the platform counts them. */
  readonly reached: number
  /** How many of them there were instead of replicas of before, at most: what a platform makes in addition takes nobody's place. */
  readonly displaced: number
}

/** Changes to what a unit runs with. `env` is merged with the declared one, templates as there. */
export interface UnitChanges {
  readonly command?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}
export interface ReplaceOptions {
  readonly address: 'same' | 'new'
  readonly data: 'kept' | 'empty'
  readonly changes?: UnitChanges
}
export interface Replacement {
  readonly pidBefore: number | null
  readonly pidAfter: number | null
  readonly addressBefore: string // host:port
  readonly addressAfter: string
}
export type FileDamage =
  | { readonly kind: 'truncate'; readonly toBytes: number }
  | { readonly kind: 'overwrite'; readonly fromByte: number; readonly bytes: number } // with the inverse of what is there
  | { readonly kind: 'append'; readonly bytes: number }
