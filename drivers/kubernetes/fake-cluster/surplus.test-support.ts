import type { Pod } from '../objects.js'

export const isReady = ({ status }: Pod): boolean => status.containerStatuses?.[0]?.ready === true

/** One that is not ready first, then the one that costs least, then the newest. */
export function surplusOfReplicaSet(live: readonly Pod[]): Pod | undefined {
  const costOf = ({ metadata }: Pod): number => Number(metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0)
  return [...live].sort((a, b) => Number(isReady(a)) - Number(isReady(b)) || costOf(a) - costOf(b) || (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '')).at(0)
}

export const ordinalOf = ({ metadata: { name } }: Pod): number => Number(name.slice(name.lastIndexOf('-') + 1))
export const surplusOfStatefulSet = (live: readonly Pod[]): Pod | undefined => [...live].sort((a, b) => ordinalOf(b) - ordinalOf(a)).at(0)
