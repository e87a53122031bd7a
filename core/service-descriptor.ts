import type { ReplicatedDatabase } from './declarations/database.js'
import type { Swap } from './declarations/swap.js'
import type { Toggles } from './declarations/toggles.js'
import type { AccessControl, RateLimit } from './declarations/access.js'
import type { DataImport } from './declarations/import.js'
import type { BackupDeclaration, DataDeclarations } from './declarations/backup.js'
import type { ConfigDeclaration } from './declarations/config.js'
import type { DataFiles } from './declarations/data-files.js'
import type { DocumentedRunbook, DocumentedTimes } from './declarations/documented.js'
import type { Observability } from './declarations/observability.js'
import type { UnitChanges } from './driver.js'
import type { Queue, Schedule } from './declarations/work.js'
import type { Degradation } from './declarations/degradation.js'
import type { Overload } from './declarations/overload.js'
import type { ComponentClone, Upgrade } from './declarations/upgrade.js'
import type { Procedure } from './procedure.js'
import type { Secret } from './redaction.js'
import type { RequirementId, ThresholdValues } from './requirement.js'

/** `seaworthy.yaml` after validation: defaults applied, paths absolute, durations in ms. */
export interface ServiceDescriptor {
  readonly schema: 'seaworthy/v1'
  readonly name: string
  /** Folder of the descriptor: relative paths in it start here. */
  readonly directory: string
  readonly target: ServiceTarget
  readonly facts: Readonly<Record<string, boolean | number | string>> // stateful, …
  readonly identity?: Identity
  /** It does not speak HTTP: a module of the user's own does the talking, behind an HTTP face of ours. */
  readonly client?: ClientDeclaration
  readonly balancer: BalancerSettings
  readonly health: Health
  readonly lifecycle: Lifecycle
  /** Operations by name. `slow`, `stream` and `hold` are the ones that can be caught in flight. */
  readonly traffic: Readonly<Record<string, Operation>>
  readonly data?: DataOperations
  readonly toggles?: Toggles
  readonly swap?: Swap
  readonly config?: ConfigDeclaration
  readonly degradation?: Degradation
  readonly overload?: Overload
  readonly access?: AccessControl
  readonly limits?: { readonly rate?: RateLimit }
  readonly import?: DataImport
  readonly queue?: Queue
  readonly schedule?: Schedule
  readonly docs?: { readonly times?: DocumentedTimes; readonly runbook?: DocumentedRunbook }
  readonly observability?: Observability
  readonly backup?: BackupDeclaration
  readonly database?: ReplicatedDatabase
  /** Absolute paths of modules that export suites of the user's own. */
  readonly suites?: readonly string[]
  /** Kept out of histories, logs, reports and everything that is printed. */
  readonly secrets?: readonly Secret[]
  readonly notApplicable: readonly NotApplicable[]
  readonly waivers: readonly Waiver[]
  readonly overrides: Readonly<Partial<Record<RequirementId, ThresholdValues>>>
}

/** What is run or reached. `remote` is there for that kind alone, which has no command, no image and no components. */
export interface ServiceTarget {
  /** `process`: started by the harness, templates in `command` and `env` as in `Unit`. `remote`: it runs elsewhere already. `compose`: the containers of a project. `swarm`: the tasks of a stack. `kubernetes`: a workload of a cluster. */
  readonly kind: 'process' | 'remote' | 'compose' | 'swarm' | 'kubernetes'
  readonly remote?: RemoteTarget
  /** With kind `compose` alone. Its units have no commands, and their restart policies and number are those that the driver reads. */
  readonly compose?: ComposeProject
  /** With kind `swarm` alone. Its units have no commands, and their restart policies and number are those that the driver reads. */
  readonly swarm?: SwarmStack
  /** With kind `kubernetes` alone: a workload that runs already. Nothing is started from here, and `replicas` holds what was read there. */
  readonly cluster?: ClusterTarget
  /** May hold nothing that matters: gives permission for `destructive` procedures. */
  readonly disposable: boolean
  /** Run once per deployment before the first start, like a package's install script. */
  readonly install?: readonly string[]
  /** Container image with all programs of the target, in which their commands work as they stand here. */
  readonly image?: string
  readonly replicas: Unit & { readonly count: number }
  readonly components: readonly Component[]
}

/** Where a workload is that an orchestrator runs, and how clients reach it. */
export interface ClusterTarget {
  /** Of the kubeconfig; default: its current one, or the service account of the pod that the harness runs in. */
  readonly context?: string
  readonly namespace: string
  readonly workload: { readonly kind: 'deployment' | 'statefulset'; readonly name: string }
  /** Name of the Service whose EndpointSlices say who gets requests. */
  readonly service: string
  /** Where clients reach it; default inside the cluster: the address of the Service. */
  readonly url?: URL
  /** What the stop signal that stands for a drain is. Default: its pod is taken away. `node`: its node is cordoned before that, so that the replacement is placed on another one. */
  readonly drain?: 'node'
  /** Read in the cluster: why its number of replicas is not a run's to change. */
  readonly notScaled?: string
  /** Read in the cluster: why one of its pods alone cannot be brought to another release. */
  readonly notInPart?: string
}

/** A service that the harness does not start: reached by URL, and acted on by shell commands of the user's. */
export interface RemoteTarget {
  /** Direct address of each replica, in order; without a path. `tcp:` when a client module does the talking. */
  readonly urls: readonly URL[]
  /** Commands for a shell. `{instance}`, `{index}`, `{host}`, `{port}`, `{url}`, `{signal}`, `{manner}` and `{graceMs}` are replaced. */
  readonly hooks: Readonly<Partial<Record<HookName, string>>>
  readonly hookTimeoutMs: number
  /** Where a machine says which boot it is in; a JSON pointer when the answer is JSON. Same placeholders. */
  readonly bootId?: { readonly url: string; readonly pointer?: string }
}
export type HookName = 'start' | 'stop' | 'kill' | 'signal' | 'hold' | 'release' | 'freeze' | 'thaw' | 'reboot' | 'logs'

/** Which containers are what: those with the labels of this project, and no other is ever touched. */
export interface ComposeProject {
  readonly project: string
  /** Absolute path of its file: brings the project up when it does not run. */
  readonly file?: string
  readonly replicas: ComposeService
  /** The project's own load balancer. Default: the only service with a published port. */
  readonly entry?: ComposeService
  /** By name of the component. */
  readonly components: Readonly<Record<string, ComposeService>>
  /** False: how a replica is stopped is read from its container. */
  readonly stopDeclared: boolean
}
export interface ComposeService {
  readonly services: readonly string[]
  /** Inside the container. Default: the only one that it exposes or, for the entry, publishes. */
  readonly port?: number
}

/** Which services of a swarm are what: those with the label of this stack, and no other is ever touched. */
export interface SwarmStack {
  readonly stack: string
  readonly replicas: StackService
  /** Where clients reach it: the load balancer of the stack. */
  readonly url: URL
  /** By name of the component. */
  readonly components: Readonly<Record<string, StackService>>
  /** False: how a replica is stopped is read from its service. */
  readonly stopDeclared: boolean
  /** As it was read: the health check of the tasks asks whether they are ready, so that one which is not is killed. */
  readonly killsUnready?: boolean
  /** As it was read: clients come in through the routing mesh, straight to the replicas. */
  readonly entryIsMesh?: boolean
  /** As it was read: components whose names lead to an address of the swarm, and not to their tasks. */
  readonly virtual?: readonly string[]
  /** As it was read: the data folder of the component of `data.files`. */
  readonly dataFolder?: DataFolder
  /** As it was read: services that would not come back after a reboot of their own accord. */
  readonly staysDown?: readonly string[]
  /** As it was read, where it may be copied: why it cannot be. */
  readonly notCopied?: string
}
/** Where the data of a component lie on this machine, or why they cannot be reached there. */
export type DataFolder = { readonly component: string } & ({ readonly folder: string } | { readonly problem: string })
export interface StackService {
  /** As the stack file has it. */
  readonly service: string
  /** Inside the container. Default: the only one that it publishes or exposes. */
  readonly port?: number
}

/**
 * One supervised process. In `command` and `env` these are replaced: `{instance}` its name, `{index}` its number
 * from 0, `{host}` and `{port}` where it must listen, `{data}` its folder that survives a reboot, `{run}` the
 * machine's volatile folder, `{machine}` the machine's persistent folder, `{shared}` a folder that all deployments of
 * a run share (for what is costly to make and can be copied), `{component:host}` and `{component:port}` the address of another component as seen from here. Using such an address declares a
 * dependency edge, and the harness puts a fault proxy on it.
 */
export interface Unit {
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly restart: RestartPolicy
  readonly startAtBoot: boolean
}
export type RestartPolicy = 'always' | 'on-failure' | 'never'

export interface Component extends Unit {
  readonly name: string
  readonly role: 'db-primary' | 'db-replica' | 'cache' | 'queue' | 'storage' | 'dependency'
  /** Hard: the service cannot serve without it. Soft: it must degrade instead. */
  readonly hard: boolean
  /** When it counts as up: it accepts TCP connections, or it answers this path with 2xx. */
  readonly ready: { readonly kind: 'tcp' } | { readonly kind: 'http'; readonly path: string }
  /** Holds acknowledged writes: killed together with the replicas by START-05. */
  readonly ownsData: boolean
}

/** A module that exports the functions of `ClientModule`. */
export interface ClientDeclaration {
  readonly module: string // absolute path
  readonly env: Readonly<Record<string, string>>
  /** The module exports readOrdinary as well: a read that may lag. */
  readonly ordinaryRead?: boolean
}

/** Where an answer says which instance and which boot of it produced it: a header name. */
export interface Identity {
  readonly instanceHeader: string
  readonly bootHeader?: string
}

/** The balancer in front of the replicas. It never retries, so that no loss is hidden. */
export interface BalancerSettings {
  readonly intervalMs: number
  readonly fall: number // failing checks in a row before a replica gets no more requests
  readonly rise: number // passing checks in a row before it gets requests again
  readonly timeoutMs: number
  /** Nobody declared them: ours hold for a balancer of ours, and are a guess for any other. */
  readonly declared?: false
}
/** Longest time between a failing health check and the last request: interval x fall + timeout + 1 s. */
export const ejectWindowMs = (balancer: BalancerSettings): number =>
  balancer.intervalMs * balancer.fall + balancer.timeoutMs + 1_000
/** Longest time between a passing health check and the first request: interval x rise + 1 s. */
export const returnWindowMs = (balancer: BalancerSettings): number => balancer.intervalMs * balancer.rise + 1_000

export interface Health {
  readonly readinessPath: string
  readonly livenessPath?: string
  /** Answers JSON with status pass | warn | fail, version and the state of each dependency. */
  readonly detailPath?: string
}

export interface Lifecycle {
  readonly drain?: Procedure & { readonly deadlineMs: number; readonly endsInExit: boolean }
  readonly undrain?: Procedure
  /** What a replica runs with to start in drained state. */
  readonly startDrained?: UnitChanges
  readonly stop: { readonly signal: NodeJS.Signals; readonly graceMs: number; readonly allowedExitCodes: readonly number[] }
  /** How long a start may take until ready before it counts as not coming back. */
  readonly startTimeoutMs: number
  readonly upgrade?: Upgrade
  readonly clone?: ComponentClone
}

/**
 * One HTTP request. In `path`, `headers` and `body`: `{key}` a key (new for an operation that mutates, known for
 * one that reads), `{value}` the value that belongs to the key, `{durationMs}` how long it should take.
 */
export interface Operation {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown // JSON, with placeholders inside strings
  readonly expect: Expectation
  readonly mutates: boolean
  readonly timeoutMs: number
  /** Share in mixed traffic; 0 keeps it out. */
  readonly weight: number
  /** It runs at least this long (`slow`). */
  readonly minDurationMs?: number
  /** Its headers and first bytes arrive before the work is done (`stream`): proof grade A. */
  readonly streams: boolean
  /** The client can hold its body open (`hold`): proof grade C, on direct connections. */
  readonly holdsBody: boolean
  /** Where to read how often the effect with a key happened, and the JSON pointer to the number. */
  readonly effect?: { readonly path: string; readonly pointer: string }
  /** What of each answer is kept in its request event: name -> header or JSON pointer. */
  readonly capture?: Readonly<Record<string, { readonly header: string } | { readonly pointer: string }>>
}

export interface Expectation {
  readonly status: readonly number[]
  /** JSON pointer -> value (with placeholders) that must stand there. */
  readonly json: Readonly<Record<string, unknown>>
  /** The body must end with this text (with placeholders): shows that a stream is whole. */
  readonly bodyEndsWith?: string
  /** How an answer says that it is degraded, and what it promises then instead of `json` and `bodyEndsWith`. */
  readonly degraded?: DegradedExpectation
}

/** The marker is there when the header or the value is: neither absent nor empty, false, 0 or null. */
export interface DegradedExpectation {
  readonly marker: { readonly header: string } | { readonly pointer: string }
  readonly json: Readonly<Record<string, unknown>>
}

export interface DataOperations extends DataDeclarations {
  readonly write: Operation
  readonly readStrong?: Operation // must see every acknowledged write at once
  readonly readOrdinary?: Operation
  /** How long ordinary reads may lag behind. */
  readonly maxLagMs: number
  readonly files?: DataFiles
  /** A stateful sequence: `open` answers a token at `tokenPointer`, `resume` carries it as `{token}`. */
  readonly session?: { readonly open: Operation; readonly tokenPointer: string; readonly resume: Operation }
}

export interface NotApplicable {
  readonly requirement: RequirementId
  readonly reason: string
  readonly owner: string
  readonly until: string // yyyy-mm-dd
}
export type Waiver = NotApplicable
