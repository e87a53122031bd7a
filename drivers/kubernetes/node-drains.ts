import { messageOf } from '../../core/errors.js'
import { notDone } from '../process/not-done.js'
import { hrtimeMs, type ClusterWorld } from './cluster-world.js'
import { forgetNode, noteNode, type NoteOrder } from './cordoned-nodes.js'
import { cordon, cordonObstacle, cordonTaint, listNodes, nodeNote, uncordon, type Uncordoned } from './node-cordon.js'
import type { ClusterNode, Pod, Toleration, Workload } from './objects.js'
import { evictFrom } from './pod-eviction.js'
import type { PodSlot } from './pod-slots.js'
import { isRefusal } from './refusal.js'
import { readWorkload } from './workload.js'

/**
 * Drains of the nodes that single replicas are on: the node takes no new pods, that replica's pod is evicted, and the node is opened again when another pod has its place.
 * Pods of others, and other pods of the workload, stay where they are. What was not opened again is by the end of the deployment.
 */
export class NodeDrains {
  readonly #world: ClusterWorld
  /** Names of places whose replicas have been drained off a node and are not back, by the name of the node. */
  readonly #held = new Map<string, Set<string>>()
  /** Nodes that an order to cordon was given for, and none to open that was answered. */
  readonly #cordoned = new Set<string>()
  readonly #underWay = new Set<Promise<void>>()
  readonly #closing = new AbortController()

  constructor(world: ClusterWorld) {
    this.#world = world
  }

  /** Throws SW_NOT_DONE where the node is not this run's to cordon, or no other one is there for the replacement, or the deployment ends: then nothing is changed. */
  async drain(slot: PodSlot, pod: Pod): Promise<void> {
    const drained = this.#drained(slot, pod)
    this.#underWay.add(drained)
    return drained.finally(() => this.#underWay.delete(drained))
  }

  /**
   * From here on nothing is drained, and what is being drained goes no further: whoever drains may have been left behind. Resolves when none is under way, to the nodes
   * that may still be cordoned.
   */
  async close(): Promise<readonly string[]> {
    this.#closing.abort(notDone('draining a node', 'that the deployment ends'))
    await Promise.allSettled(this.#underWay)
    return [...this.#cordoned]
  }

  /** Another pod has the place of a replica: opens the node that it was drained off. Throws, and ends what can be judged, where that pod is on the same one. */
  async replaced(slot: PodSlot, { metadata, spec: { nodeName = '' } }: Pod): Promise<void> {
    const isSame = this.#held.get(nodeName)?.has(slot.id) === true
    await this.#release(slot)
    if (!isSame) return
    // It was placed before the node was cordoned, or by something that does not ask whether it is. Nothing the service did.
    const doing = `draining the node of ${slot.id}`
    const found = `its replacement ${metadata.name} on the same node ${nodeName}`
    this.#world.lose(`${doing}: found ${found}`)
    throw notDone(doing, found)
  }

  async #drained(slot: PodSlot, pod: Pod): Promise<void> {
    const doing = `draining the node of ${slot.id}`
    this.#closing.signal.throwIfAborted()
    const node = await this.#nodeFor(pod, doing)
    await this.#hold(node, slot, doing)
    try {
      await evictFrom(this.#world, slot, pod, AbortSignal.any([this.#world.parts.options.signal, this.#closing.signal]))
    } catch (thrown) {
      // The reason is worth more than what follows from it; and what is not taken back here is with the deployment.
      await this.#release(slot).catch(() => undefined)
      throw thrown
    }
  }

  /** Opens the node that a replica was drained off, unless another one is drained off it too. Throws, and ends what can be judged, where that is not managed. */
  async #release({ id }: PodSlot): Promise<void> {
    for (const [node, held] of this.#held) {
      if (!held.delete(id) || held.size > 0) continue
      this.#held.delete(node)
      const doing = `uncordoning the node ${node}`
      try {
        const { api, target, options } = this.#world.parts
        this.#tell('node-uncordoned', id, node, { result: await uncordon(api, node, options.runId) })
        this.#cordoned.delete(node)
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
    const { api, target, options } = this.#world.parts
    if (options.allow !== 'destructive') throw notDone(doing, 'no permission: it keeps the pods of others off that node meanwhile, and needs --allow destructive')
    const { spec } = await readWorkload(api, target)
    if (spec.template.spec.nodeName !== undefined) throw notDone(doing, `that the template says on which node its pods are (${spec.template.spec.nodeName}), cordoned or not`)
    if (tolerations.some((one) => tolerates(one, cordonTaint))) throw notDone(doing, `that its pod tolerates ${cordonTaint.key}: a replacement could be on the same node`)
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
    this.#closing.signal.throwIfAborted()
    if (held.size === 0) {
      const order = this.#order(doing)
      // An order of before whose answer got lost may still hold.
      const isFirst = !this.#cordoned.has(node)
      await this.#changed(noteNode(api, target, node, order))
      try {
        this.#closing.signal.throwIfAborted()
        this.#cordoned.add(node)
        await cordon(api, node, nodeNote(target, options.runId))
      } catch (thrown) {
        // One whose answer got lost may have been carried out: then it stays written down.
        if (isRefusal(thrown) && isFirst) {
          this.#cordoned.delete(node)
          await this.#changed(forgetNode(api, target, node, order)).catch(() => undefined)
        }
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
  // What says the same as the line above a moment later or longer.
  (spec.taints ?? []).every((taint) => taint.key === cordonTaint.key || taint.effect === 'PreferNoSchedule' || tolerations.some((one) => tolerates(one, taint)))

function tolerates({ key, operator = 'Equal', value = '', effect }: Toleration, taint: { readonly key: string; readonly value?: string; readonly effect: string }): boolean {
  if (effect !== undefined && effect !== '' && effect !== taint.effect) return false
  if (key === undefined || key === '') return operator === 'Exists'
  return key === taint.key && (operator === 'Exists' || value === (taint.value ?? ''))
}
