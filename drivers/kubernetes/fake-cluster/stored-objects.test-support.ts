import type { ClusterObject, ObjectMeta } from '../objects.js'

export type Kind = 'deployments' | 'statefulsets' | 'horizontalpodautoscalers' | 'pods' | 'endpointslices' | 'services' | 'poddisruptionbudgets' | 'events' | 'nodes'
export interface Change {
  readonly kind: Kind
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: ClusterObject
  readonly version: number
}

/** The objects of one namespace and the nodes, with one resource version for all of them and the changes a watch can begin at. */
export class StoredObjects {
  readonly #objects = new Map<Kind, Map<string, ClusterObject>>()
  readonly #changes: Change[] = []
  readonly #listeners = new Set<(change: Change) => void>()
  #version = 400
  #compacted = 0

  get version(): number {
    return this.#version
  }
  /** Versions below this are no longer to be had: 410. */
  get compacted(): number {
    return this.#compacted
  }
  compact(): void {
    this.#compacted = this.#version
  }

  list<T extends ClusterObject>(kind: Kind): readonly T[] {
    return [...(this.#objects.get(kind)?.values() ?? [])] as ClusterObject[] as T[]
  }
  get<T extends ClusterObject>(kind: Kind, name: string): T | undefined {
    return this.#objects.get(kind)?.get(name) as ClusterObject as T | undefined
  }

  /** Writes an object with a new resource version; one that is there already is changed. */
  put<T extends ClusterObject>(kind: Kind, object: T): T {
    const ofKind = this.#objects.get(kind) ?? new Map<string, ClusterObject>()
    this.#objects.set(kind, ofKind)
    const type = ofKind.has(object.metadata.name) ? 'MODIFIED' : 'ADDED'
    return this.#note(kind, type, object)
  }
  change<T extends ClusterObject>(kind: Kind, name: string, change: (object: T) => T): T | undefined {
    const object = this.get<T>(kind, name)
    return object === undefined ? undefined : this.put(kind, change(object))
  }
  remove(kind: Kind, name: string): void {
    const object = this.get(kind, name)
    if (object === undefined) return
    this.#note(kind, 'DELETED', object)
    this.#objects.get(kind)?.delete(name)
  }

  since(kind: Kind, version: number): readonly Change[] {
    return this.#changes.filter((change) => change.kind === kind && change.version > version)
  }
  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #note<T extends ClusterObject>(kind: Kind, type: Change['type'], object: T): T {
    this.#version += 1
    const versioned = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } }
    if (type !== 'DELETED') this.#objects.get(kind)?.set(object.metadata.name, versioned)
    const change: Change = { kind, type, object: versioned, version: this.#version }
    this.#changes.push(change)
    for (const listener of this.#listeners) listener(change)
    return versioned
  }
}

let made = 0
/** As the API server makes it. */
export function metadataOf(name: string, more: Partial<ObjectMeta> = {}): ObjectMeta {
  made += 1
  return { name, namespace: 'default', uid: `63ce18a2-83a8-456c-98f2-${String(made).padStart(12, '0')}`, resourceVersion: '0', creationTimestamp: new Date(Date.now() + made).toISOString().replace(/\.\d+Z$/, 'Z'), ...more }
}
