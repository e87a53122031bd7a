import { drainsNodes } from '../../core/declarations/node-drain.js'
import type { DeploymentControls, StopResult } from '../../core/driver.js'
import { accepts } from '../network/accepts.js'
import { notDone } from '../process/not-done.js'
import { ClusterRefusal } from './api-client.js'
import type { ClusterWorld } from './cluster-world.js'
import type { NodeDrains } from './node-drains.js'
import type { ContainerStatus, Pod } from './objects.js'
import { evictFrom } from './pod-eviction.js'
import { isLive, type PodSlot } from './pod-slots.js'
import { rollOut } from './roll-out.js'
import { unstartedReason } from './unstarted-reason.js'
import { podsPath } from './workload.js'

/** The kubelet tells of an end when it has cleaned up. */
const tellsWithinMs = 30_000
const killed = 137
const missing = 404

/**
 * What can be done to the pods of a workload. A stop is the deletion of its pod: the kubelet sends the stop signal and
 * kills it after the pod's grace period, while the controller makes another one, which `start` takes into its place. A stop signal
 * alone, which stands for a drain, is an eviction where a disruption budget has a say, as in the drain of a node; and that drain where the target asks for it.
 */
export function podControls(world: ClusterWorld, nodes: NodeDrains): DeploymentControls {
  const { service, survey } = world.parts
  return {
    async stop(target) {
      const pod = occupant(world, target, 'stopping')
      const startedAt = performance.now()
      world.slots.named(target).takesReplacements = false
      await deletePod(world, pod)
      return endOf(world, pod, startedAt)
    },
    async start(target) {
      const slot = world.slots.named(target)
      slot.takesReplacements = true
      world.slots.update(world.pods)
      const doing = `waiting for the replacement of ${target}`
      const taken = await world.until(doing, () => (slot.pod !== undefined && isLive(slot.pod) && isThere(world, slot.pod) && !world.isToGo(slot.pod) ? slot.pod : (world.slots.update(world.pods), undefined)), service.lifecycle.startTimeoutMs)
      if (taken !== undefined) return nodes.replaced(slot, taken)
      const reason = unstartedReason(world.pods) ?? 'none that runs'
      // What a controller, a scheduler or a registry does not manage is nothing the service did.
      world.lose(`${doing}: found ${reason}`)
      throw notDone(doing, reason)
    },
    async signal(target, signal) {
      if (signal !== 'SIGTERM') throw notDone(`sending ${signal} to ${target}`, 'a cluster, which sends the stop signal of the image only')
      const pod = occupant(world, target, 'stopping')
      const slot = world.slots.named(target)
      if (drainsNodes(service)) return nodes.drain(slot, pod)
      if (survey.budgets.length > 0) return evictFrom(world, slot, pod)
      slot.takesReplacements = false
      await deletePod(world, pod)
    },
    async kill(targets) {
      const struck = targets.map((target) => ({ target, slot: world.slots.named(target), pod: occupant(world, target, 'killing') }))
      await Promise.all(struck.map(({ pod }) => deletePod(world, pod, 0)))
      return struck.map(({ target, slot }) => ({ target, pid: slot.incarnation }))
    },
    rollOut: (release, options) => rollOut(world, release, options),
    async hasEnded(target, incarnation) {
      const slot = world.slots.named(target)
      if (slot.incarnation === incarnation) return slot.pod === undefined || (!isThere(world, slot.pod) && !(await accepts(world.slots.addressOf(slot))))
      return true
    },
    async processState(target) {
      const slot = world.slots.named(target)
      const isRunning = slot.pod !== undefined && isThere(world, slot.pod) && slot.pod.status.phase === 'Running'
      const restarts = (slot.pod?.status.containerStatuses ?? []).reduce((sum, one) => sum + one.restartCount, 0)
      return { pid: isRunning ? slot.incarnation : null, state: isRunning ? 'running' : 'exited', restarts }
    },
  }
}

const isThere = (world: ClusterWorld, pod: Pod): boolean => world.pods.some(({ metadata }) => metadata.uid === pod.metadata.uid)

export function occupant(world: ClusterWorld, target: string, doing: string): Pod {
  world.requireKnown(`${doing} ${target}`)
  const { pod }: PodSlot = world.slots.named(target)
  if (pod === undefined || !isThere(world, pod)) throw notDone(`${doing} ${target}`, 'no pod in its place')
  return pod
}

/** One that is being deleted already only gets less time. The uid guards against a pod that took the name, as in a StatefulSet. */
async function deletePod(world: ClusterWorld, { metadata, ...pod }: Pod, graceSeconds?: number): Promise<void> {
  if (metadata.deletionTimestamp !== undefined && graceSeconds === undefined) return
  const { api, target } = world.parts
  world.order({ metadata, ...pod })
  try {
    await api.request({
      method: 'DELETE',
      path: `${podsPath(target)}/${metadata.name}`,
      body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: metadata.uid }, ...(graceSeconds === undefined ? {} : { gracePeriodSeconds: graceSeconds }) },
      doing: `deleting the pod ${metadata.name}`,
    })
  } catch (thrown) {
    if (thrown instanceof ClusterRefusal && thrown.status === missing) return
    // Nobody may go on as if it had been done, nor take what follows for the service's.
    if (thrown instanceof ClusterRefusal) world.lose(thrown.message)
    throw thrown
  }
}

/** How its main container ended, in the kubelet's words. Throws SW_NOT_DONE when nobody said. */
export async function endOf(world: ClusterWorld, pod: Pod, startedAt: number): Promise<StopResult> {
  const { graceMs } = world.parts.survey
  const doing = `waiting for the end of ${pod.metadata.name}`
  let last = pod
  const ended = await world.until(
    doing,
    () => {
      const now = world.pods.find(({ metadata }) => metadata.uid === pod.metadata.uid)
      last = now ?? world.slots.of(pod)?.pod ?? last
      const status = mainStatus(last)
      return status?.state?.terminated !== undefined ? { terminated: status.state.terminated } : now === undefined ? { terminated: undefined } : undefined
    },
    graceMs + tellsWithinMs,
  )
  const durationMs = performance.now() - startedAt
  if (ended?.terminated === undefined) throw notDone(doing, ended === undefined ? `a pod that does not end ${Math.round((graceMs + tellsWithinMs) / 1_000)} s after its deletion` : 'that it has gone, and that nobody told how its process ended')
  const { exitCode, reason } = ended.terminated
  return { exitCode, signal: null, killed: exitCode === killed && reason !== 'OOMKilled' && durationMs >= 0.9 * graceMs, durationMs, survivors: [] }
}

/** The container that is asked whether it is ready; of several without a probe the first. */
function mainStatus({ status }: Pod): ContainerStatus | undefined {
  return status.containerStatuses?.find(({ state }) => state?.terminated !== undefined && state.terminated.exitCode !== 0) ?? status.containerStatuses?.[0]
}
