import type { UnitChanges } from '../driver.js'
import type { Procedure, ValueProbe } from '../procedure.js'
import type { Operation, ServiceDescriptor } from '../service-descriptor.js'
import type { ToggledFeature } from './toggles.js'

/** `lifecycle.upgrade`: the releases that can be deployed, and how one is rolled out. */
export interface Upgrade {
  /** Where a replica says which release it runs; read past the balancer. */
  readonly version: ValueProbe
  readonly releases: Readonly<Record<string, Release>>
  /** Name of the release that is deployed at first. */
  readonly from: string
  /** Name of the release that is upgraded to. */
  readonly to: string
  /** Names of releases that must not get through: they never become ready, or crash. */
  readonly bad: readonly string[]
  /** How many replicas may be missing at a time during a roll-out. */
  readonly maxUnavailable: number
  /**
   * The service's own roll-out tool, addressed to nobody. It knows `{release}` (a name of `releases`) and `{instances}`
   * ("replica-0=http://127.0.0.1:4711,…"): given some of them only, it rolls out to these alone. Without a tool the
   * harness replaces one replica after the other.
   */
  readonly rollOut?: Procedure
  /** Features that are new in `to`, off at first, and switched as `toggles` says. */
  readonly features: readonly ToggledFeature[]
  /** The tool's way back, where it is another one: as `rollOut`. */
  readonly rollBack?: Procedure
}

export interface Release {
  readonly name: string
  /** What the version reads as when a replica runs it. */
  readonly reads: string
  /** What a replica runs with to be of this release, for roll-outs by the harness or by the platform. */
  readonly changes: UnitChanges
  /** The image of this release, for roll-outs by the platform. */
  readonly image?: string
}

/** `lifecycle.clone`: how a component that is not replicated is upgraded by an exact clone and a swap. */
export interface ComponentClone {
  readonly component: string
  /** What the clone runs with: the new release. */
  readonly changes: UnitChanges
  /** Where the component itself says which release it is; read at its own address. */
  readonly version?: ValueProbe
  /** A write and a read of the service that end in this component. */
  readonly write: Operation
  readonly read: Operation
  /**
   * Commands, in this order: `copy` while writes go on, `freeze` (no further writes are accepted), `catchUp` (what the copy
   * missed). They know `{fromHost}`, `{fromPort}`, `{toHost}` and `{toPort}`. Then the name leads to the clone.
   */
  readonly copy: Procedure
  readonly freeze?: Procedure
  readonly catchUp?: Procedure
  /** Longest interruption of writes that is promised. */
  readonly interruptionMs: number
}

/** Whether a roll-out can be given some of the replicas only. */
export function canRollOutInPart({ rollOut, releases, to }: Upgrade): boolean {
  if (rollOut !== undefined) return JSON.stringify(rollOut).includes('{instances}')
  return changesSomething(releases[to]?.changes ?? {}) || releases[to]?.image !== undefined
}
/** Whether the target is on a platform that rolls releases out by itself. */
export const platformRollsOut = ({ target }: Pick<ServiceDescriptor, 'target'>): boolean => target.cluster !== undefined || target.swarm !== undefined
export const changesSomething = ({ command, env }: UnitChanges): boolean => command !== undefined || Object.keys(env ?? {}).length > 0
