import type { Procedure } from '../procedure.js'

/** What may be taken out of its role and replaced while the service runs. */
export interface Swap {
  /** One entry for every component of the target, in its order. */
  readonly components: readonly SwappableComponent[]
  /** Roles that several components share, each able to fill it alone. */
  readonly roles: readonly SharedRole[]
  readonly handover?: Handover
}

export interface SwappableComponent {
  readonly name: string
  /** What the fresh one starts with: the storage of the old one, or nothing. */
  readonly data: 'kept' | 'empty'
  /** It may come back at another address under the same name. */
  readonly moves: boolean
}

export interface SharedRole {
  readonly name: string
  /** The first one is swapped; then the others are taken away. */
  readonly members: readonly string[]
  /** Names in `traffic` that must be served as long as one member is there. */
  readonly operations: readonly string[]
  /** How long a member that was swapped in may take to be ready for the whole role, as the service promises it. */
  readonly takeUpWithinMs?: number
}

/** A planned change of the primary data component. */
export interface Handover {
  readonly primary: string
  readonly standby: string
  /**
   * Makes the standby the primary and keeps the old one from taking writes. Knows {primaryHost}, {primaryPort}, {standbyHost} and {standbyPort},
   * past all fault proxies. The name of the primary is led to the new one by the harness afterwards.
   */
  readonly promote: Procedure
  /** What a fresh process in the old primary's place runs with, as a standby of the new one. Knows {primaryHost} and {primaryPort}. */
  readonly rejoin: { readonly command: readonly string[]; readonly env: Readonly<Record<string, string>> }
  /** Longest time without an acknowledged write that is promised. */
  readonly writeInterruptionMs: number
}
