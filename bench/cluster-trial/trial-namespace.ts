import { setTimeout as pause } from 'node:timers/promises'
import { messageOf, SeaworthyError } from '../../core/errors.js'
import { ClusterRefusal, type ApiClient } from '../../drivers/kubernetes/api-client.js'
import type { ObjectList, Pod, Workload } from '../../drivers/kubernetes/objects.js'
import { unstartedReason } from '../../drivers/kubernetes/unstarted-reason.js'
import { collectionPath, resourceOf, type Manifest, type Resource } from './manifests.js'

export const trialLabel = 'seaworthy.dev/trial'

const askEveryMs = 500
const removedWithinMs = 180_000
const notFound = 404
const conflict = 409
/** Waiting does not make these better. */
const hopeless = /ImagePullBackOff|ErrImageNeverPull|InvalidImageName|CreateContainerConfigError/

interface Wanted extends Resource {
  readonly verb: 'create' | 'get' | 'list' | 'delete'
  readonly namespace?: string
}

/** Resolves to what the login may not do of all that a trial does. Throws when the API server does not answer. */
export async function missingForTrial(api: ApiClient, manifests: readonly Manifest[], namespace: string): Promise<readonly string[]> {
  const kinds = new Map(manifests.map((manifest) => [manifest.kind, resourceOf(manifest)]))
  const wanted: readonly Wanted[] = [
    ...(['create', 'get', 'delete'] as const).map((verb) => ({ verb, group: '', resource: 'namespaces' })),
    ...[...kinds.values()].map((one) => ({ ...one, verb: 'create' as const, namespace })),
    { verb: 'list', group: 'apps', resource: 'deployments', namespace },
    { verb: 'list', group: '', resource: 'pods', namespace },
  ]
  const missing = await Promise.all(wanted.map(async (one) => ((await isAllowed(api, one)) ? [] : [`${one.verb} ${one.resource}${one.group === '' ? '' : `.${one.group}`}`])))
  return missing.flat()
}

async function isAllowed(api: ApiClient, { verb, group, resource, namespace }: Wanted): Promise<boolean> {
  const resourceAttributes = { verb, group, resource, ...(namespace === undefined ? {} : { namespace }) }
  const review = await api.request<{ readonly status?: { readonly allowed?: boolean } }>({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } },
    doing: `asking whether it is allowed to ${verb} ${resource}`,
  })
  return review.status?.allowed === true
}

/** A namespace of one trial, with everything in it. */
export class TrialNamespace {
  readonly name: string
  readonly #api: ApiClient

  constructor(api: ApiClient, name: string) {
    this.#api = api
    this.name = name
  }

  async create(): Promise<void> {
    await this.#api.request({ method: 'POST', path: '/api/v1/namespaces', body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: this.name, labels: { [trialLabel]: 'true' } } }, doing: `creating the namespace ${this.name}` })
  }

  /** One that is there already was created by a request whose answer was lost: nobody else knows this namespace. */
  async apply(manifests: readonly Manifest[]): Promise<void> {
    for (const manifest of manifests) {
      const doing = `creating ${manifest.kind}/${manifest.metadata.name} in ${this.name}`
      await this.#api.request({ method: 'POST', path: collectionPath(manifest, this.name), body: manifest, doing }).catch((thrown: unknown) => {
        if (!(thrown instanceof ClusterRefusal) || thrown.reason !== 'AlreadyExists') throw thrown
      })
    }
  }

  /** Throws when not all Deployments have all their replicas within `timeoutMs`, or when one never will, with the reason. */
  async waitUntilReady({ timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal }): Promise<void> {
    const endAt = performance.now() + timeoutMs
    for (;;) {
      const unready = await this.#unready()
      if (unready.length === 0) return
      const reason = unstartedReason((await this.#api.request<ObjectList<Pod>>({ path: `/api/v1/namespaces/${this.name}/pods`, doing: `listing the pods of ${this.name}`, signal })).items)
      const isOver = performance.now() > endAt
      if (isOver || (reason !== undefined && hopeless.test(reason))) {
        throw new Error(`while waiting for the Deployments in ${this.name}: ${isOver ? `after ${Math.round(timeoutMs / 1_000)} s ` : ''}not all replicas are ready of ${unready.join(', ')}${reason === undefined ? '' : `; found ${reason}`}`)
      }
      await pause(askEveryMs, undefined, { signal })
    }
  }

  async #unready(): Promise<readonly string[]> {
    const { items } = await this.#api.request<ObjectList<Workload>>({ path: `/apis/apps/v1/namespaces/${this.name}/deployments`, doing: `listing the Deployments of ${this.name}` })
    return items.flatMap(({ metadata, spec, status }) => {
      const replicas = spec.replicas ?? 1
      const isSeen = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 1)
      return isSeen && status?.readyReplicas === replicas && status.replicas === replicas ? [] : [`${metadata.name} (${status?.readyReplicas ?? 0} of ${replicas})`]
    })
  }

  /** Resolves when it is gone with everything in it; an API server that does not answer is asked again. Throws when that takes too long. */
  async remove(): Promise<void> {
    const endAt = performance.now() + removedWithinMs
    let last = 'it is still there'
    while (performance.now() < endAt) {
      try {
        await this.#api.request({ method: 'DELETE', path: `/api/v1/namespaces/${this.name}`, doing: `deleting the namespace ${this.name}` })
      } catch (thrown) {
        if (thrown instanceof ClusterRefusal && thrown.status === notFound) return
        // One that is being deleted answers with a conflict.
        const passes = thrown instanceof SeaworthyError && (!(thrown instanceof ClusterRefusal) || thrown.status === conflict || thrown.status >= 500)
        if (!passes) throw thrown
        last = messageOf(thrown)
      }
      await pause(askEveryMs)
    }
    throw new Error(`while deleting the namespace ${this.name}: after ${removedWithinMs / 1_000} s ${last}. To be done by hand: kubectl delete namespace ${this.name}`)
  }
}
