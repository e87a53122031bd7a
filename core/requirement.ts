/** Stable for ever, never positional: 'DRAIN-03'; 'X-ORDERS-01' of a suite of the user's own. */
export type RequirementId = `${Uppercase<string>}-${number}` | `X-${Uppercase<string>}-${number}`

export type Keyword = 'MUST' | 'SHOULD'
export type Level = 1 | 2 | 3
export type ProfileName = 'quick' | 'standard' | 'thorough'
/** What a procedure may do to the target: anything above `safe` needs permission. */
export type SafetyClass = 'safe' | 'disruptive' | 'destructive'

/**
 * What the descriptor or the driver must provide. A capability a descriptor does not declare makes the
 * requirement `missing` (or not-applicable, see `absence`); one the driver cannot do makes it `skipped`.
 */
export type Capability =
  | 'topology.instances' // at least two replicas with a direct address
  | 'topology.balancer'
  | 'topology.fixed-addresses' // a replica that is started again has the address it had
  | 'topology.identity'
  | 'health.readiness'
  | 'health.liveness'
  | 'health.detail'
  | 'lifecycle.start'
  | 'lifecycle.stop'
  | 'lifecycle.kill'
  | 'lifecycle.crash' // a kill that whoever supervises the replica takes for a crash, not for an order
  | 'lifecycle.hold'
  | 'lifecycle.reboot'
  | 'lifecycle.autostart' // a restart policy is declared
  | 'lifecycle.drain'
  | 'lifecycle.undrain'
  | 'fault.freeze'
  | 'fault.isolate'
  | 'fault.edge'
  | 'fault.data-files' // files of a stopped component can be damaged
  | 'topology.scale' // replicas can be added and removed
  | 'topology.swap' // a component can be replaced, cloned and given another address
  | 'lifecycle.apart' // a second deployment beside the first
  | 'lifecycle.upgrade' // two releases, and where a replica says which it runs
  | 'lifecycle.upgrade.part' // a roll-out can stop half way
  | 'lifecycle.upgrade.tool' // a roll-out tool of the service's own
  | 'lifecycle.upgrade.bad' // a release that must not get through
  | 'lifecycle.upgrade.features' // features that are new in the release upgraded to
  | 'lifecycle.clone' // a component can be cloned and swapped
  | 'traffic.http' // clients speak HTTP to it themselves
  | 'traffic.read'
  | 'traffic.witness' // a slow, streaming or held request
  | 'database.primary' // a component with the role db-primary
  | 'database.replicas' // at least one component with the role db-replica
  | 'database.counters' // each server of the database tells how much it read and wrote
  | 'database.lookUp' // each server can be asked for keys, past the service
  | 'database.pauseReplay' // read replicas can be made to lag, and asked for keys
  | 'database.readShares' // counters, or replay that can be paused
  | 'data.owner' // a component holds acknowledged writes
  | 'data.read.ordinary'
  | 'data.write'
  | 'toggles.list'
  | 'toggles.set'
  | 'toggles.probe'
  | 'toggles.legacy' // requests whose answers must be as before once the features are off
  | 'toggles.several' // at least two toggles
  | 'toggles.store' // a component keeps the states
  | 'release.features'
  | 'swap.components'
  | 'swap.moves' // a component may come back at another address
  | 'swap.roles' // a role that several components share
  | 'swap.handover'
  | 'data.read.strong'
  | 'data.read.value' // its answer is promised to carry the value, so that another one is noticed
  | 'data.delete'
  | 'data.list'
  | 'data.namespace' // keys that belong together
  | 'data.invariant' // transfers between accounts that leave the sum alone
  | 'data.accounts' // users with logins and objects of their own
  | 'data.sideEffects' // changes of an account's objects are announced, and that can be counted
  | 'data.metadata' // identity and times of an account's objects can be read
  | 'backup.create'
  | 'backup.restoreIsolated' // into another deployment
  | 'backup.restoreLive' // into the running service
  | 'backup.restoreAccount'
  | 'config.archive'
  | 'config.apply'
  | 'config.restore'
  | 'config.probe' // settings that can be changed and seen in behaviour
  | 'dependencies.soft' // components the service can do without, with the operations that use them
  | 'dependencies.hard' // shared components the service cannot do without
  | 'traffic.core' // operations that must go on whatever soft component is away
  | 'traffic.dependent'
  | 'traffic.independent'
  | 'traffic.composite' // an operation of several parts, of which some come from soft components
  | 'degraded.marker' // how degraded answers say so
  | 'traffic.heavy' // an operation that costs the service much and the harness little
  | 'load.rated'
  | 'queue.jobs' // jobs that are done later, with effects that can be counted
  | 'schedule.effects' // work that is due once a period
  | 'docs.times' // documented start and stop times
  | 'docs.runbook' // a text with a command for each operation
  | 'data.files' // files in which a component keeps data itself
  | 'lifecycle.start-drained'
  | 'degraded.mode' // a reduced mode can be entered and left
  | 'observability.metrics' // requests, errors and latency in the text format of Prometheus
  | 'traffic.error' // requests that provoke errors
  | 'acl.identities' // callers that may and may not, and how the list is changed
  | 'limits.rate' // a quota for each caller
  | 'limits.neighbour' // two callers with quotas of their own
  | 'import.run' // data from elsewhere, and where it is listed
  | 'import.rules' // single records can be blocked and overridden
  | 'import.changeLimit' // a share that may change, and how permission is given
  | 'import.malformed' // what becomes of a feed with malformed records
  | 'observability.logs' // a log of which every line can be read by a program
  | 'observability.logLevel' // debug output of single modules can be switched
  | 'observability.exceptions' // exceptions are collected, and can be provoked
  | 'fault.crash' // a replica can be made to end by an exception
  | 'observability.audit' // a record of what operators do, with two operators at least

export type AbsenceRule =
  | { readonly rule: 'fail' }
  | { readonly rule: 'na-justified' }
  | { readonly rule: 'na-structural'; readonly fact: string; readonly equals: boolean | number | string }

export type ThresholdUnit = 'ms' | 's' | 'requests' | 'per-second' | 'ratio' | 'count' | 'codes' | 'bytes'
export interface Threshold {
  readonly key: string // 'first_fail_within_s'
  readonly unit: ThresholdUnit
  readonly meaning: string
  readonly standard: number | readonly number[]
  /** Only where the profile differs from `standard`. */
  readonly quick?: number | readonly number[]
  readonly thorough?: number | readonly number[]
}

export interface DefectCard {
  readonly id: string // 'drain.kills-inflight'
  readonly how: string
  /** Only where an extra defect differs from what the requirement says of its first one. */
  readonly mustNotFire?: readonly RequirementId[]
  readonly mayFire?: readonly RequirementId[]
}

/** One entry of the checklist, and the card that `seaworthy explain` prints. */
export interface Requirement {
  readonly id: RequirementId
  readonly area: string // 'DRAIN'
  readonly title: string
  readonly keyword: Keyword
  readonly level: Level
  readonly weight: number
  readonly safety: SafetyClass
  readonly statement: string // one sentence that is true or false of a service
  readonly why: string
  readonly source: readonly string[]
  readonly needs: readonly Capability[]
  readonly absence: AbsenceRule
  readonly procedure: readonly string[]
  readonly passCriterion: string
  readonly thresholds: readonly Threshold[]
  readonly inconclusiveIf: readonly string[]
  readonly evidence: readonly string[]
  readonly remediation: string
  /** The first one detects, the others are extra. Each must make this requirement fail. */
  readonly defects: readonly DefectCard[]
  /** Requirements that must not be `failed` when only this requirement's defect is active. */
  readonly mustNotFire: readonly RequirementId[]
  /** Requirements for which a failure is a true consequence of the defect. */
  readonly mayFire: readonly RequirementId[]
  /** When one of these is failed or missing, this one is blocked: inconclusive, so that one broken feature is not counted many times. */
  readonly requires?: readonly RequirementId[]
  readonly limits?: string // what black-box testing cannot show here
}

export interface Area {
  readonly id: string // 'DRAIN'
  readonly title: string // the checklist's heading
}

/** Threshold values in force for one requirement in one run: by key. Recorded with the run. */
export type ThresholdValues = Readonly<Record<string, number | readonly number[]>>

/** The values of a requirement's thresholds under a profile, with a descriptor's overrides applied. */
export function thresholdValues(
  requirement: Requirement,
  profile: ProfileName,
  overrides: ThresholdValues = {},
): ThresholdValues {
  const values: Record<string, number | readonly number[]> = {}
  for (const threshold of requirement.thresholds) {
    const ofProfile = profile === 'standard' ? undefined : threshold[profile]
    values[threshold.key] = overrides[threshold.key] ?? ofProfile ?? threshold.standard
  }
  return values
}

/** A single number among the thresholds. A key that is not there is a mistake of ours, so it throws. */
export function numberThreshold(values: ThresholdValues, key: string): number {
  const value = values[key]
  if (typeof value !== 'number') throw new Error(`threshold ${key} is not a number: ${JSON.stringify(value)}`)
  return value
}
