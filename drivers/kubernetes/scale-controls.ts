import type { DeploymentControls, Instance, StopResult } from '../../core/driver.js'
import { notDone } from '../process/not-done.js'
import type { ClusterWorld } from './cluster-world.js'
import type { Pod } from './objects.js'
import { endOf, occupant } from './pod-controls.js'
import { isLive, saysReady, type PodSlot } from './pod-slots.js'
import { isRefusal } from './refusal.js'
import { orderOneLess, orderOneMore, type ScaleOrder } from './replica-count.js'
import { foreignObstacle, unstartedReason } from './unstarted-reason.js'
import { podsPath, readWorkload, workloadText } from './workload.js'

/** A controller that takes a pod away takes the one with the lowest cost of those that are ready. */
const deletionCost = 'controller.kubernetes.io/pod-deletion-cost'
const lowestCost = '-2147483648'
const seenWithinMs = 10_000

/** One replica more, and that same one away again: both are changes of the workload's number of replicas, carried out by its controller. */
export function scaleControls(world: ClusterWorld): Required<Pick<DeploymentControls, 'addInstance' | 'removeInstance'>> {
  return {
    async addInstance({ changes }) {
      if (changes !== undefined) throw notDone('adding a replica', 'other settings for it alone, which a controller gives to every pod or to none')
      return addInstance(world)
    },
    removeInstance: (target) => removeInstance(world, target),
  }
}

const orderOf = (world: ClusterWorld, doing: string): ScaleOrder => ({ runId: world.parts.options.runId, look: (workload) => world.requireOwn(workload, doing) })

async function addInstance(world: ClusterWorld): Promise<Instance> {
  const { api, target, service, survey } = world.parts
  const doing = 'adding a replica'
  world.requireKnown(doing)
  // It may have come to be since the run was planned.
  if (survey.scaling.obstacle !== undefined) throw notDone(doing, `that ${survey.scaling.obstacle}`)
  const ordered = await orderOneMore(api, target, orderOf(world, doing))
  world.generation = ordered.metadata.generation ?? 0
  const slot = world.slots.add()
  const filled = await world.until(doing, () => (slot.pod !== undefined && isLive(slot.pod) ? slot.pod : (world.slots.update(world.pods), undefined)), service.lifecycle.startTimeoutMs)
  const instance = world.slots.instances.find(({ id }) => id === slot.id)
  if (filled !== undefined && instance !== undefined) return instance
  const found = foreignObstacle(world.pods, await readWorkload(api, target)) ?? unstartedReason(world.pods) ?? 'none that runs'
  // What a controller, a scheduler or a registry does not manage is nothing the service did; and who goes on has as many replicas as before.
  await takeBack(world, slot)
  throw notDone(doing, found)
}

/** Of a replica that never ran. */
async function takeBack(world: ClusterWorld, slot: PodSlot): Promise<void> {
  const { api, target } = world.parts
  const doing = 'taking back a replica that does not run'
  const isOver = slot.pod === undefined ? undefined : world.beginScaleIn(slot.pod)
  slot.takesReplacements = false
  const ordered = await orderOneLess(api, target, doing, orderOf(world, doing))
  world.generation = ordered.metadata.generation ?? 0
  world.removeSlot(slot)
  isOver?.()
}

async function removeInstance(world: ClusterWorld, name: string): Promise<StopResult> {
  const { api, target } = world.parts
  const doing = `removing ${name}`
  const pod = occupant(world, name, 'removing')
  const slot = world.slots.named(name)
  if (slot !== world.slots.added) throw notDone(doing, 'a replica that this run did not add')
  requireNext(world, pod, doing)
  if (target.workload.kind === 'deployment') await markCheapest(world, pod, doing)
  slot.takesReplacements = false
  const isOver = world.beginScaleIn(pod)
  const startedAt = performance.now()
  try {
    const ordered = await orderOneLess(api, target, doing, orderOf(world, doing))
    world.generation = ordered.metadata.generation ?? 0
  } catch (thrown) {
    // Nothing was ordered: the pod stays, and what becomes of it is somebody else's doing again.
    if (isRefusal(thrown)) {
      world.withdraw(pod)
      slot.takesReplacements = true
    }
    isOver()
    throw thrown
  }
  try {
    return await endOf(world, pod, startedAt)
  } finally {
    world.removeSlot(slot)
    isOver()
  }
}

/** That the controller would take this pod and no other. Throws SW_NOT_DONE. */
function requireNext(world: ClusterWorld, pod: Pod, doing: string): void {
  const { target } = world.parts
  const others = world.pods.filter(({ metadata, status }) => metadata.uid !== pod.metadata.uid && metadata.deletionTimestamp === undefined && status.phase !== 'Failed' && status.phase !== 'Succeeded')
  const { name } = pod.metadata
  if (target.workload.kind === 'statefulset') {
    const later = others.find(({ metadata }) => ordinalOf(metadata.name) > ordinalOf(name))
    if (later !== undefined) throw notDone(doing, `${later.metadata.name}, which ${workloadText(target)} takes away before ${name}`)
  }
  // A Deployment would take that one first, and a StatefulSet wait for it.
  const unready = saysReady(pod) ? others.find((one) => !saysReady(one)) : undefined
  if (unready !== undefined) throw notDone(doing, `${unready.metadata.name}, which is not ready, so that ${workloadText(target)} would not take ${name} away now`)
}

const ordinalOf = (name: string): number => Number(name.slice(name.lastIndexOf('-') + 1))

/** Resolves when the cluster tells of the mark: the controller hears of it in the same way. */
async function markCheapest(world: ClusterWorld, { metadata: { name, uid } }: Pod, doing: string): Promise<void> {
  const { api, target } = world.parts
  await api.request({ method: 'PATCH', path: `${podsPath(target)}/${name}`, body: { metadata: { uid, annotations: { [deletionCost]: lowestCost } } }, doing: `telling the controller that ${name} is to go` })
  const marked = (): true | undefined => (world.pods.some(({ metadata }) => metadata.uid === uid && metadata.annotations?.[deletionCost] === lowestCost) ? true : undefined)
  if ((await world.until(doing, marked, seenWithinMs)) === true) return
  throw notDone(doing, `that the mark on ${name} for its controller was not told of within ${seenWithinMs / 1_000} s`)
}
