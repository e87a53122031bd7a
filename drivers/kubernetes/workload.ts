import { setTimeout as pause } from 'node:timers/promises'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import type { ClusterTarget } from '../../core/service-descriptor.js'
import { ClusterRefusal, type ApiClient } from './api-client.js'
import { selectorText, type Container, type DisruptionBudget, type EndpointSlice, type ObjectList, type Service, type Workload } from './objects.js'
import { partObstacle } from './roll-out-pace.js'
import { readScaling, type Scaling } from './scaling-obstacle.js'

export const workloadText = ({ workload }: ClusterTarget): string => `${workload.kind}/${workload.name}`
export const workloadPath = ({ namespace, workload }: ClusterTarget): string => `/apis/apps/v1/namespaces/${namespace}/${workload.kind}s/${workload.name}`
export const podsPath = ({ namespace }: ClusterTarget): string => `/api/v1/namespaces/${namespace}/pods`
export const slicesPath = ({ namespace }: ClusterTarget): string => `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`
export const slicesOf = ({ service }: ClusterTarget): Readonly<Record<string, string>> => ({ labelSelector: `kubernetes.io/service-name=${service}` })

/** Throws SW_CLUSTER_TARGET when there is none of that name. */
export async function readWorkload(api: ApiClient, target: ClusterTarget): Promise<Workload> {
  return found(() => api.request<Workload>({ path: workloadPath(target), doing: `reading ${workloadText(target)}` }), target, workloadText(target))
}

async function found<T>(read: () => Promise<T>, { namespace }: ClusterTarget, what: string): Promise<T> {
  try {
    return await read()
  } catch (thrown) {
    if (!(thrown instanceof ClusterRefusal) || thrown.status !== 404) throw thrown
    throw new SeaworthyError('SW_CLUSTER_TARGET', `while reading the target: found no ${what} in the namespace ${namespace}`, { cause: thrown })
  }
}

/** What the cluster says of a workload, instead of the descriptor. */
export interface Survey {
  readonly replicas: number
  readonly graceMs: number
  /** The kubelet's rhythm; undefined where the workload declares no readiness probe. */
  readonly rhythm: { readonly intervalMs: number; readonly timeoutMs: number; readonly fall: number; readonly rise: number } | undefined
  readonly readinessPath: string | undefined
  readonly selector: string
  readonly generation: number
  /** Port of the pods behind the Service. */
  readonly podPort: number
  /** Inside the cluster. */
  readonly serviceAddress: URL | undefined
  readonly update: { readonly type: string; readonly rolling: Readonly<Record<string, unknown>> }
  readonly budgets: readonly { readonly name: string; readonly minAvailable?: number | string; readonly maxUnavailable?: number | string; readonly allowed: number | undefined }[]
  readonly scaling: Scaling
  /** Why one pod alone cannot be brought to another release. */
  readonly partObstacle: string | undefined
}

/** Reads it all. Throws SW_CLUSTER_TARGET for what is not there, SW_CLUSTER_BUSY for a workload that is scaled to nothing, paused or being rolled out. */
export async function surveyCluster(api: ApiClient, target: ClusterTarget): Promise<Survey> {
  const workload = await readWorkload(api, target)
  const service = await found(() => api.request<Service>({ path: `/api/v1/namespaces/${target.namespace}/services/${target.service}`, doing: `reading service/${target.service}` }), target, `service/${target.service}`)
  const slices = await api.request<ObjectList<EndpointSlice>>({ path: slicesPath(target), query: slicesOf(target), doing: `reading the endpoint slices of ${target.service}` })
  const budgets = await api.request<ObjectList<DisruptionBudget>>({ path: `/apis/policy/v1/namespaces/${target.namespace}/poddisruptionbudgets`, doing: 'reading the disruption budgets' })
  const scaling = await readScaling(api, target, workload)
  const { spec, metadata } = workload
  const replicas = spec.replicas ?? 1
  const problem = obstacleIn(workload, replicas)
  if (problem !== undefined) throw new SeaworthyError('SW_CLUSTER_BUSY', `while reading ${workloadText(target)} in ${target.namespace}: ${problem}`, { exitCode: exitCodes.notConclusive })
  const podPort = slices.items.flatMap(({ ports }) => ports ?? []).find(({ port }) => port !== undefined)?.port
  if (podPort === undefined) throw new SeaworthyError('SW_CLUSTER_TARGET', `while reading the endpoint slices of service/${target.service} in ${target.namespace}: found no endpoint, expected those of ${workloadText(target)}`)
  const update = spec.strategy ?? spec.updateStrategy
  return {
    replicas,
    graceMs: (spec.template.spec.terminationGracePeriodSeconds ?? 30) * 1_000,
    ...probeOf(spec.template.spec.containers),
    selector: selectorText(spec.selector),
    generation: metadata.generation ?? 0,
    podPort,
    serviceAddress: addressOf(service),
    update: { type: update?.type ?? 'RollingUpdate', rolling: update?.rollingUpdate ?? {} },
    budgets: budgets.items.filter(({ spec: budget }) => covers(budget.selector?.matchLabels, spec.selector.matchLabels)).map(({ metadata: { name }, spec: budget, status }) => ({
      name,
      ...(budget.minAvailable === undefined ? {} : { minAvailable: budget.minAvailable }),
      ...(budget.maxUnavailable === undefined ? {} : { maxUnavailable: budget.maxUnavailable }),
      allowed: status?.disruptionsAllowed,
    })),
    scaling,
    partObstacle: partObstacle(spec),
  }
}

/** Whether the controller has brought every pod to the present template, and none of another one is left in its counters. */
export function isRolledOut({ spec, metadata, status = {} }: Workload): boolean {
  const replicas = spec.replicas ?? 1
  const counters = [status.replicas, status.updatedReplicas, status.readyReplicas, status.availableReplicas]
  return (status.observedGeneration ?? 0) >= (metadata.generation ?? 0) && counters.every((count) => (count ?? 0) === replicas)
}

const restEveryMs = 200

/** Waits for a workload that is still on its way back from what was done to it. Throws as `surveyCluster`. */
export async function surveyAtRest(api: ApiClient, target: ClusterTarget, { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal }): Promise<Survey> {
  const endAt = performance.now() + timeoutMs
  for (;;) {
    try {
      return await surveyCluster(api, target)
    } catch (thrown) {
      const isBusy = thrown instanceof SeaworthyError && thrown.code === 'SW_CLUSTER_BUSY'
      if (!isBusy || performance.now() > endAt) throw thrown
      await pause(restEveryMs, undefined, { signal })
    }
  }
}

function obstacleIn({ spec, status, metadata }: Workload, replicas: number): string | undefined {
  if (replicas === 0) return 'it is scaled to 0 replicas'
  if (spec.paused === true) return 'its roll-out is paused'
  const [generation, observed] = [metadata.generation ?? 0, status?.observedGeneration]
  if (observed !== undefined && observed < generation) return `its controller has not seen its last change yet (generation ${generation}, seen ${observed})`
  const updated = status?.updatedReplicas ?? 0
  if ((status?.readyReplicas ?? 0) < replicas || updated < replicas || (status?.replicas ?? 0) > replicas) {
    return `a roll-out is going on or stuck (${status?.readyReplicas ?? 0} of ${replicas} ready, ${updated} of the present template, ${status?.replicas ?? 0} in all); a run begins with a workload at rest`
  }
  return undefined
}

/** Defaults of the API server where a field is absent. */
function probeOf(containers: readonly Container[]): Pick<Survey, 'rhythm' | 'readinessPath'> {
  const probe = containers.find(({ readinessProbe }) => readinessProbe !== undefined)?.readinessProbe
  if (probe === undefined) return { rhythm: undefined, readinessPath: undefined }
  return {
    rhythm: { intervalMs: (probe.periodSeconds ?? 10) * 1_000, timeoutMs: (probe.timeoutSeconds ?? 1) * 1_000, fall: probe.failureThreshold ?? 3, rise: probe.successThreshold ?? 1 },
    readinessPath: probe.httpGet?.path,
  }
}

function addressOf({ spec }: Service): URL | undefined {
  const port = spec.ports?.[0]?.port
  if (port === undefined || spec.clusterIP === undefined || spec.clusterIP === 'None' || spec.clusterIP === '') return undefined
  return new URL(`http://${spec.clusterIP.includes(':') ? `[${spec.clusterIP}]` : spec.clusterIP}:${port}`)
}

const covers = (budget: Readonly<Record<string, string>> | undefined, workload: Readonly<Record<string, string>> | undefined): boolean =>
  budget !== undefined && Object.entries(budget).every(([key, value]) => workload?.[key] === value)
