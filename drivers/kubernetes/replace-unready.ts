import { request } from 'undici'
import type { ClusterTarget } from '../../core/service-descriptor.js'
import type { ApiClient } from './api-client.js'
import { deleteLeftBehind, deletePod, listPods } from './left-behind.js'
import type { EndpointSlice, ObjectList } from './objects.js'
import { podAddress } from './pod-slots.js'
import { readWorkload, slicesOf, slicesPath } from './workload.js'

const askedMs = 2_000

/**
 * Every pod was ready when the run took the workload. One that says it is not, such as one that was drained and never
 * brought back, is deleted: its controller makes a fresh one. The pod itself is asked, as the cluster notices a drain only later.
 * To be called while the run has the workload. Resolves to their names.
 */
export async function replaceUnready(api: ApiClient, target: ClusterTarget, readinessPath: string): Promise<readonly string[]> {
  const workload = await readWorkload(api, target)
  const pods = await listPods(api, target, workload)
  await deleteLeftBehind(api, target, workload, () => pods)
  const slices = await api.request<ObjectList<EndpointSlice>>({ path: slicesPath(target), query: slicesOf(target), doing: `reading the endpoint slices of ${target.service}` })
  const port = slices.items.flatMap(({ ports }) => ports ?? []).find((one) => one.port !== undefined)?.port
  if (port === undefined) return []
  const running = pods.filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && status.containerStatuses?.some(({ state }) => state?.running !== undefined))
  const replaced = await Promise.all(
    running.map(async (pod) => {
      if (await passes(new URL(readinessPath, podAddress(pod, port)))) return []
      const { name } = pod.metadata
      await deletePod(api, target, pod, `replacing the pod ${name}, which is not ready`)
      return [name]
    }),
  )
  return replaced.flat()
}

/** One that is just starting is not ready either, and is replaced by another that starts: no harm is done. */
async function passes(url: URL): Promise<boolean> {
  try {
    const { statusCode, body } = await request(url, { headersTimeout: askedMs, bodyTimeout: askedMs, signal: AbortSignal.timeout(askedMs), reset: true })
    await body.dump()
    return statusCode >= 200 && statusCode < 400
  } catch {
    return false
  }
}
