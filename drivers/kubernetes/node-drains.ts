import { messageOf } from '../../core/errors.js'
import { notDone } from '../process/not-done.js'
import { hrtimeMs, type ClusterWorld } from './cluster-world.js'
import { forgetNode, noteNode, type NoteOrder } from './cordoned-nodes.js'
import { cordon, cordonObstacle, listNodes, nodeNote, uncordon, type Uncordoned } from './node-cordon.js'
import type { ClusterNode, Pod, Toleration, Workload } from './objects.js'
import { evictFrom } from './pod-eviction.js'
import type { PodSlot } from './pod-slots.js'
import { isRefusal } from './refusal.js'

/**
 * Drains of the nodes that single replicas are on: the node takes no new pods, that replica's pod is evicted, and the node is opened again when another pod has its place.
 * Pods of others, and other pods of the workload, stay where they are. What was not opened again is by the end of the deployment.
 */
export class NodeDrains {
  readonly #world: ClusterWorld
  /** Names of places whose replicas have been drained off a node and are not back, by the name of the node. */
  readonly #held = new Map<string, Set<string>>()

  constructor(world: ClusterWorld) {
    this.#world = world
  }

  /** Throws SW_NOT_DONE where the node is not this run's to cordon, or no other one is there for the replacement: then nothing is changed. */
  async drain(slot: PodSlot, pod: Pod): Promise<void> {
    const doing = `draining the node of ${slot.id}`
    const node = await this.#nodeFor(pod, doing)
    await this.#hold(node, slot, doing)
    try {
      await evictFrom(this.#world, slot, pod)
    } catch (thrown) {
      // The reason is worth more than what follows from it; and what is not taken back here is with the deployment.
      await this.release(slot).catch(() => undefined)
      throw thrown
    }
  }

  /** Opens the node that a replica was drained off, unless another one is drained off it too. Throws, and ends what can be judged, where that is not managed. */
  async release({ id }: PodSlot): Promise<void> {
    for (const [node, held] of this.#held) {
      if (!held.delete(id) || held.size > 0) continue
      this.#held.delete(node)
      const doing = `uncordoning the node ${node}`
      try {
        const { api, target, options } = this.#world.parts
        this.#tell('node-uncordoned', id, node, { result: await uncordon(api, node, options.runId) })
        await this.#changed(forgetNode(api, target, node, this.#order(doing)))
      } catch (thrown) {
        // A replica that is back must not be taken for one that is not.
        this.#world.lose(messageOf(thrown))
        throw thrown
      }
    }
  }

  /** That of a pod, where it may be drained. */
  async #nodeFor({ spec: { nodeName, tolerations = [] } }: Pod, doing: string): Promise<string> {
    const { api, options } = this.#world.parts
    if (options.allow !== 'destructive') throw notDone(doing, 'no permission: it keeps the pods of others off that node meanwhile, and needs --allow destructive')
    const nodes = await listNodes(api)
    const own = nodes.find(({ metadata }) => metadata.name === nodeName)
    if (own === undefined) throw notDone(doing, `no node ${nodeName ?? 'of its pod'}`)
    const obstacle = cordonObstacle(own, options.runId)
    if (obstacle !== undefined) throw notDone(doing, obstacle)
    if (!nodes.some((one) => one !== own && takesPods(one, tolerations))) throw notDone(doing, `no other node that is ready and takes its pod: a replacement would have no place while ${own.metadata.name} is cordoned`)
    return own.metadata.name
  }

  /** What is to be taken back is written down before it is done. */
  async #hold(node: string, { id, pod }: PodSlot, doing: string): Promise<void> {
    const { api, target, options } = this.#world.parts
    const held = this.#held.get(node) ?? new Set()
    if (held.size === 0) {
      const order = this.#order(doing)
      await this.#changed(noteNode(api, target, node, order))
      try {
        await cordon(api, node, nodeNote(target, options.runId))
      } catch (thrown) {
        // One whose answer got lost may have been carried out: then it stays written down.
        if (isRefusal(thrown)) await this.#changed(forgetNode(api, target, node, order)).catch(() => undefined)
        throw thrown
      }
      this.#tell('node-cordoned', id, node, { pod: pod?.metadata.name })
    }
    this.#held.set(node, held.add(id))
  }

  /** A change of ours is not somebody else's. */
  async #changed(workload: Promise<Workload>): Promise<void> {
    this.#world.generation = (await workload).metadata.generation ?? 0
  }

  #order(doing: string): NoteOrder {
    return { runId: this.#world.parts.options.runId, look: (workload) => this.#world.requireOwn(workload, doing) }
  }

  #tell(name: 'node-cordoned' | 'node-uncordoned', target: string, node: string, detail: { readonly pod?: string | undefined; readonly result?: Uncordoned }): void {
    this.#world.parts.options.onPlatformEvent({ name, target, atHrtimeMs: hrtimeMs(), detail: { node, ...detail } })
  }
}

/** Ready, not cordoned, and without a taint that keeps such a pod away. What else a scheduler asks for is for it to say. */
const takesPods = ({ spec, status }: ClusterNode, tolerations: readonly Toleration[]): boolean =>
  spec.unschedulable !== true &&
  status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true &&
  (spec.taints ?? []).every((taint) => taint.effect === 'PreferNoSchedule' || tolerations.some((one) => tolerates(one, taint)))

function tolerates({ key, operator = 'Equal', value = '', effect }: Toleration, taint: { readonly key: string; readonly value?: string; readonly effect: string }): boolean {
  if (effect !== undefined && effect !== '' && effect !== taint.effect) return false
  if (key === undefined || key === '') return operator === 'Exists'
  return key === taint.key && (operator === 'Exists' || value === (taint.value ?? ''))
}
