import type { Pod, Workload } from './objects.js'

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

/** Words of the kubelet for an image that cannot be had: nothing of the service has run. */
const imageReasons: ReadonlySet<string> = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'RegistryUnavailable'])

/** What keeps pods from being there at all, and is neither the service's doing nor its release's. */
export function foreignObstacle(pods: readonly Pod[], { status }: Workload): string | undefined {
  for (const { metadata, status: { containerStatuses = [], conditions = [] } } of pods) {
    const reason = containerStatuses.map(({ state }) => state?.waiting?.reason ?? '').find((one) => imageReasons.has(one))
    if (reason !== undefined) return `${metadata.name}, whose image cannot be had: ${reason}`
    if (conditions.some((one) => one.type === 'PodScheduled' && one.status === 'False')) return `${metadata.name}, which has no node`
  }
  const failure = status?.conditions?.find((one) => (one.type === 'ReplicaFailure' && one.status === 'True') || one.reason === 'ReplicaSetCreateError')
  return failure === undefined ? undefined : `that its controller may not make pods: ${failure.message ?? failure.reason ?? 'no reason given'}`
}
