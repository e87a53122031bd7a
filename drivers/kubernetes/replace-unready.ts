import { request } from 'undici'
import type { ClusterTarget } from '../../core/service-descriptor.js'
import { ClusterRefusal, type ApiClient } from './api-client.js'
import { selectorText, type ContainerStatus, type EndpointSlice, type ObjectList, type Pod } from './objects.js'
import { podAddress } from './pod-slots.js'
import { podsPath, readWorkload, slicesOf, slicesPath } from './workload.js'

const askedMs = 2_000
const goneAlready: readonly number[] = [404, 409]
/** Of a container that waits for what is on its way. */
const isBeginning: ReadonlySet<string | undefined> = new Set(['ContainerCreating', 'PodInitializing'])

/**
 * Every pod was ready when the run took the workload. One that says it is not, such as one that was drained and never
 * brought back, is deleted: its controller makes a fresh one. The pod itself is asked, as the cluster notices a drain only later. A StatefulSet waits for its pods before it
 * goes on: of one that never starts nobody else would rid it, whatever its template has become.
 * To be called while the run has the workload. Resolves to their names.
 */
export async function replaceUnready(api: ApiClient, target: ClusterTarget, readinessPath: string): Promise<readonly string[]> {
  const { spec } = await readWorkload(api, target)
  const slices = await api.request<ObjectList<EndpointSlice>>({ path: slicesPath(target), query: slicesOf(target), doing: `reading the endpoint slices of ${target.service}` })
  const port = slices.items.flatMap(({ ports }) => ports ?? []).find((one) => one.port !== undefined)?.port
  if (port === undefined) return []
  const pods = await api.request<ObjectList<Pod>>({ path: podsPath(target), query: { labelSelector: selectorText(spec.selector) }, doing: `listing pods of ${target.workload.name}` })
  const isSettled = ({ state }: ContainerStatus): boolean => state?.running !== undefined || (target.workload.kind === 'statefulset' && !isBeginning.has(state?.waiting?.reason))
  const settled = pods.items.filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && status.containerStatuses?.some(isSettled))
  const replaced = await Promise.all(
    settled.map(async (pod) => {
      if (await passes(new URL(readinessPath, podAddress(pod, port)))) return []
      const { name, uid } = pod.metadata
      await api.request({ method: 'DELETE', path: `${podsPath(target)}/${name}`, body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } }, doing: `replacing the pod ${name}, which is not ready` }).catch((thrown: unknown) => {
        if (!(thrown instanceof ClusterRefusal) || !goneAlready.includes(thrown.status)) throw thrown
      })
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
