import type { Pod } from './objects.js'

/** Why no replacement runs: the image cannot be had, or there is no node for it. */
export function unstartedReason(pods: readonly Pod[]): string | undefined {
  for (const { metadata, status } of pods) {
    const waiting = status.containerStatuses?.find(({ state }) => state?.waiting !== undefined)?.state?.waiting?.reason
    if (waiting !== undefined && waiting !== 'ContainerCreating') return `${metadata.name}, which waits: ${waiting}`
    const scheduled = status.conditions?.find(({ type }) => type === 'PodScheduled')
    if (scheduled?.status === 'False') return `${metadata.name}, which has no node: ${scheduled.reason ?? 'not scheduled'}`
  }
  return undefined
}
