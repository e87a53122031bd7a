import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../../core/errors.js'
import type { ClusterTarget } from '../../core/service-descriptor.js'
import type { ApiClient } from './api-client.js'
import type { ObjectList, Pod } from './objects.js'
import { podsPath } from './workload.js'

interface ClusterEvent {
  readonly metadata: { readonly creationTimestamp?: string; readonly uid: string; readonly name: string; readonly resourceVersion: string }
  readonly involvedObject: { readonly kind: string; readonly name: string }
  readonly reason?: string
  readonly message?: string
  readonly lastTimestamp?: string | null
  readonly eventTime?: string | null
}

/** Evidence that the cluster keeps for a while only: logs of pods, which go with them, and its events. */
export class PodLogs {
  readonly #api: ApiClient
  readonly #target: ClusterTarget
  readonly #folder: string
  readonly #end = new AbortController()
  readonly #following: Promise<void>[] = []
  readonly #since = new Date().toISOString()
  readonly files = new Map<string, string>()

  constructor(api: ApiClient, target: ClusterTarget, folder: string) {
    this.#api = api
    this.#target = target
    this.#folder = folder
  }

  /** From now on what this pod writes is added to the log of the place it fills. */
  follow(slot: string, { metadata, spec: _, ...pod }: Pod): void {
    const file = join(this.#folder, `${slot}.log`)
    this.files.set(slot, file)
    const container = pod.status.containerStatuses?.[0]?.name
    this.#following.push(this.#copy(file, metadata.name, container))
  }

  /** Ends all copying. What could not be read is said in the log itself. */
  async close(): Promise<void> {
    this.#end.abort()
    await Promise.all(this.#following)
  }

  /** Events about the workload and its pods since the deployment began. */
  async keepEvents(names: ReadonlySet<string>): Promise<void> {
    const file = join(this.#folder, 'events.log')
    this.files.set('events', file)
    try {
      const { items } = await this.#api.request<ObjectList<ClusterEvent>>({ path: `/api/v1/namespaces/${this.#target.namespace}/events`, doing: 'reading the events', timeoutMs: 5_000 })
      const told = items.flatMap((event) => {
        const at = event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? ''
        const { kind, name } = event.involvedObject
        return at >= this.#since.slice(0, 19) && names.has(name) ? [`${at} ${kind}/${name} ${event.reason ?? ''} ${event.message ?? ''}`] : []
      })
      appendFileSync(file, told.map((line) => `${line}\n`).join(''))
    } catch (thrown) {
      appendFileSync(file, `seaworthy: the events could not be read: ${messageOf(thrown)}\n`)
    }
  }

  async #copy(file: string, pod: string, container: string | undefined): Promise<void> {
    const query = { follow: 'true', sinceTime: this.#since, ...(container === undefined ? {} : { container }) }
    try {
      for await (const piece of this.#api.pieces({ path: `${podsPath(this.#target)}/${pod}/log`, query, doing: `reading the log of ${pod}`, signal: this.#end.signal })) appendFileSync(file, piece)
    } catch (thrown) {
      if (!this.#end.signal.aborted) appendFileSync(file, `seaworthy: the log of ${pod} could not be read any further: ${messageOf(thrown)}\n`)
    }
  }
}
