/** Names that the scenarios write into the history and the checks read from it. */

/** The mixed load through all swaps. */
export const swapLoad = 'background'
export const componentsFact = 'swap-components'
export interface ComponentFact {
  readonly name: string
  readonly hard: boolean
}

/** What surrounds one swap: observation `swap` of what is swapped. */
export const swapObservation = 'swap'
export type SwapKind = 'component' | 'move' | 'replica'
export interface SwapEdge {
  readonly kind: SwapKind
  readonly edge: 'begin' | 'end'
  /** At the end: whether no request failed for a while. */
  readonly settled?: boolean
}
/** How long no request may fail until things count as settled: enough for the requests that a pass needs. */
export const cleanMs = { quick: 600, standard: 1_000, thorough: 1_000 } as const

/** Bytes on its edges show that a component is in use; they are awaited for so long. */
export const usageWithinMs = 5_000
export const edgeObservation = 'edge-traffic'

/** What surrounds the time in which the newcomer fills a role alone: observation `role-alone` of the role. */
export const roleObservation = 'role-alone'
export interface RoleEdge {
  readonly edge: 'begin' | 'alone' | 'release' | 'end'
  readonly newcomer: string
  readonly others: readonly string[]
}
export const roleLoad = (role: string): string => `role ${role}`

/** Writes through the handovers, and what surrounds each: observation `handover` of its number. */
export const writeLoad = 'writes'
export const readBackLoad = 'reconcile'
export const handoverObservation = 'handover'
export interface HandoverEdge {
  readonly edge: 'begin' | 'led' | 'fenced' | 'end'
  /** Components: who was the primary, and who is it now. */
  readonly from: string
  readonly to: string
}
export const promoteName = 'promote'
