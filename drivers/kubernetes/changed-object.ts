import { ClusterRefusal, type ApiClient } from './api-client.js'
import type { ClusterObject } from './objects.js'

const triesMax = 5
const conflict = 409

export interface Changing<T> {
  readonly path: string
  /** Of the change. */
  readonly query?: Readonly<Record<string, string>>
  /** For messages: 'cordoning node sea1'. */
  readonly doing: string
  readonly read: () => Promise<T>
}
export interface ObjectChange {
  readonly metadata: object
  readonly spec?: object
}

/** Changes an object only if nobody did since it was read; reads it again otherwise. Resolves to it as the API server took it, or as it was read where `change` wants nothing. */
export async function changedObject<T extends ClusterObject>(api: ApiClient, { path, query = {}, doing, read }: Changing<T>, change: (object: T) => ObjectChange | undefined | Promise<ObjectChange | undefined>): Promise<T> {
  for (let tries = 1; ; tries++) {
    const object = await read()
    const wanted = await change(object)
    if (wanted === undefined) return object
    try {
      const body = { ...wanted, metadata: { ...wanted.metadata, resourceVersion: object.metadata.resourceVersion } }
      return await api.request<T>({ method: 'PATCH', path, query, body, doing })
    } catch (thrown) {
      if (!(thrown instanceof ClusterRefusal) || thrown.status !== conflict || tries === triesMax) throw thrown
    }
  }
}
