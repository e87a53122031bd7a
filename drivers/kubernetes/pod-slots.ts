import type { Instance } from '../../core/driver.js'
import type { EndpointSlice, Pod } from './objects.js'

/** What fills the place of one replica. A pod that is replaced leaves it to another with another name and address. */
export interface PodSlot {
  readonly id: string
  pod: Pod | undefined
  /** A number that no other pod of this run has. */
  incarnation: number
  /** False while the replica is stopped as far as the scenario goes: its replacement, which runs already, waits for the start. */
  takesReplacements: boolean
}

/** Pods of the workload by the places they fill, the ones that lived first in order of their names. */
export class PodSlots {
  readonly #slots: PodSlot[]
  readonly #port: number
  #instances: readonly Instance[] = []
  readonly #onAssigned: (slot: PodSlot, pod: Pod) => void
  #incarnations = 0
  #given = 0
  #added: PodSlot | undefined

  constructor(count: number, port: number, onAssigned: (slot: PodSlot, pod: Pod) => void) {
    this.#port = port
    this.#onAssigned = onAssigned
    this.#slots = []
    for (let index = 0; index < count; index++) this.#open()
  }

  get slots(): readonly PodSlot[] {
    return this.#slots
  }

  /** The place of the replica that this run added, while there is one. */
  get added(): PodSlot | undefined {
    return this.#added
  }

  /** One place more. */
  add(): PodSlot {
    this.#added = this.#open()
    return this.#added
  }

  /** Its name is not given again. */
  remove(slot: PodSlot): void {
    this.#slots.splice(this.#slots.indexOf(slot), 1)
    this.#instances = this.#instances.filter(({ id }) => id !== slot.id)
    if (this.#added === slot) this.#added = undefined
  }

  #open(): PodSlot {
    const slot: PodSlot = { id: `replica-${this.#given++}`, pod: undefined, incarnation: 0, takesReplacements: true }
    const addressOf = (): URL => this.addressOf(slot)
    this.#slots.push(slot)
    this.#instances = [
      ...this.#instances,
      {
        id: slot.id,
        get url() {
          return addressOf()
        },
      },
    ]
    return slot
  }

  /** With addresses that follow the pods. */
  get instances(): readonly Instance[] {
    return this.#instances
  }

  /** Throws for a name of nothing. */
  named(id: string): PodSlot {
    const slot = this.slots.find((one) => one.id === id)
    if (slot === undefined) throw new Error(`there is no replica ${id}`)
    return slot
  }

  of(pod: Pod): PodSlot | undefined {
    return this.slots.find((slot) => slot.pod?.metadata.uid === pod.metadata.uid)
  }

  /** Of a slot whose pod has gone: the address it had. Nothing answers there, unless the cluster gave it away again. */
  addressOf({ pod }: PodSlot): URL {
    return podAddress(pod, this.#port)
  }

  /** Gives every empty place that waits for one a pod that has none, one that is ready first, and every pod its newest state. */
  update(pods: readonly Pod[]): void {
    for (const slot of this.slots) slot.pod = pods.find(({ metadata }) => metadata.uid === slot.pod?.metadata.uid) ?? slot.pod
    const present = new Set(pods.map(({ metadata }) => metadata.uid))
    const free = pods
      .filter((pod) => isLive(pod) && this.of(pod) === undefined)
      .sort((a, b) => Number(saysReady(b)) - Number(saysReady(a)) || (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '') || a.metadata.name.localeCompare(b.metadata.name))
    for (const slot of this.slots) {
      const isTaken = slot.pod !== undefined && present.has(slot.pod.metadata.uid) && isLive(slot.pod)
      if (isTaken || !slot.takesReplacements) continue
      const pod = free.shift()
      if (pod === undefined) return
      slot.pod = pod
      slot.incarnation = ++this.#incarnations
      this.#onAssigned(slot, pod)
    }
  }
}

/** It runs, has an address and was not told to go. */
export const isLive = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined && status.phase === 'Running' && status.podIP !== undefined && status.containerStatuses?.every(({ state }) => state?.terminated === undefined) !== false

export const saysReady = ({ status }: Pod): boolean => status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true

/** Where nobody listens: for a place that has never had a pod. */
const nowhere = '127.0.0.1:9'

export function podAddress(pod: Pod | undefined, port: number): URL {
  const address = pod?.status.podIP
  return new URL(`http://${address === undefined ? nowhere : `${address.includes(':') ? `[${address}]` : address}:${port}`}`)
}

/** Addresses that get new requests. A slice that does not say is ready, as the API defines it. */
export function readyAddresses(slices: readonly EndpointSlice[]): ReadonlySet<string> {
  return new Set(slices.flatMap(({ endpoints }) => (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false).flatMap(({ addresses }) => addresses)))
}

/** Addresses that the slices still name, ready or not. */
export function namedAddresses(slices: readonly EndpointSlice[]): ReadonlySet<string> {
  return new Set(slices.flatMap(({ endpoints }) => (endpoints ?? []).flatMap(({ addresses }) => addresses)))
}
