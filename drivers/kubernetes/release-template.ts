import type { PlatformRelease } from '../../core/driver.js'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import type { ClusterTarget } from '../../core/service-descriptor.js'
import { ClusterRefusal, type ApiClient } from './api-client.js'
import type { Container, EnvironmentVariable, Workload } from './objects.js'
import { readWorkload, workloadPath, workloadText } from './workload.js'

/** Annotation with the containers that a workload had before the first roll-out of a run, as JSON: whoever cleans up puts them back. */
export const foundContainersAnnotation = 'seaworthy.dev/found-containers'

const triesMax = 5
const conflict = 409

/**
 * Gives a workload the template of a release, and writes down what it had in the same change. Resolves to the workload as the API server took it. Throws
 * SW_CLUSTER_TARGET where its pods are not replaced by a change of their template.
 */
export async function orderRelease(api: ApiClient, target: ClusterTarget, release: PlatformRelease): Promise<Workload> {
  return changed(api, target, `rolling ${release.name} out`, (workload) => {
    const { spec, metadata } = workload
    if (spec.updateStrategy?.type === 'OnDelete') throw new SeaworthyError('SW_CLUSTER_TARGET', `while rolling ${release.name} out: found the update strategy OnDelete on ${workloadText(target)}, expected RollingUpdate`, { exitCode: exitCodes.notConclusive })
    const { containers } = spec.template.spec
    const found = metadata.annotations?.[foundContainersAnnotation] ?? JSON.stringify(containers)
    return { metadata: { annotations: { [foundContainersAnnotation]: found } }, spec: { template: { spec: { containers: withRelease(containersIn(found) ?? containers, release) } } } }
  })
}

/** Puts the template back that was there before the first roll-out. Resolves to whether there was anything to put back. */
export async function putBackTemplate(api: ApiClient, target: ClusterTarget): Promise<boolean> {
  let found: string | undefined
  await changed(api, target, 'putting its containers back', ({ metadata }) => {
    found = metadata.annotations?.[foundContainersAnnotation]
    const containers = found === undefined ? undefined : containersIn(found)
    return containers === undefined ? undefined : { metadata: { annotations: { [foundContainersAnnotation]: null } }, spec: { template: { spec: { containers } } } }
  })
  return found !== undefined
}

/** Undefined for what is no list of containers: somebody else wrote it. */
function containersIn(text: string): readonly Container[] | undefined {
  try {
    const value = JSON.parse(text) as unknown
    return Array.isArray(value) && value.length > 0 ? (value as Container[]) : undefined
  } catch {
    return undefined
  }
}

/** The container that says whether it is ready is the service; of several without a probe the first. */
function withRelease(containers: readonly Container[], { changes, image }: PlatformRelease): readonly Container[] {
  const service = containers.find(({ readinessProbe }) => readinessProbe !== undefined) ?? containers[0]
  return containers.map((one) => {
    if (one !== service) return one
    const env = Object.entries(changes.env ?? {}).reduce<readonly EnvironmentVariable[]>((all, [name, value]) => [...all.filter((known) => known.name !== name), { name, value }], one.env ?? [])
    return { ...one, ...(image === undefined ? {} : { image }), ...(changes.command === undefined ? {} : { command: changes.command }), ...(env.length === 0 ? {} : { env }) }
  })
}

/** Changes a workload only if nobody did since it was read; reads it again otherwise. */
async function changed(api: ApiClient, target: ClusterTarget, doing: string, change: (workload: Workload) => { readonly metadata: object; readonly spec: object } | undefined): Promise<Workload> {
  for (let tries = 1; ; tries++) {
    const workload = await readWorkload(api, target)
    const wanted = change(workload)
    if (wanted === undefined) return workload
    try {
      const body = { ...wanted, metadata: { ...wanted.metadata, resourceVersion: workload.metadata.resourceVersion } }
      return await api.request<Workload>({ method: 'PATCH', path: workloadPath(target), body, doing: `${doing} (${workloadText(target)})` })
    } catch (thrown) {
      if (!(thrown instanceof ClusterRefusal) || thrown.status !== conflict || tries === triesMax) throw thrown
    }
  }
}
