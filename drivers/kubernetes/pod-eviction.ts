import { setTimeout as pause } from 'node:timers/promises'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import { ClusterRefusal } from './api-client.js'
import type { ClusterWorld } from './cluster-world.js'
import type { Pod } from './objects.js'
import type { PodSlot } from './pod-slots.js'
import { podsPath } from './workload.js'

const againMs = 250
const missing = 404
const tooManyRequests = 429

/**
 * Takes a pod away as the drain of a node does: only when its disruption budget allows it, which is asked again until a replacement had
 * time to become ready. Throws SW_CLUSTER_BUDGET when it was not allowed by then: nothing was done, and nothing is known of the service.
 */
async function evictPod(world: ClusterWorld, pod: Pod, signal: AbortSignal): Promise<void> {
  const { survey, service } = world.parts
  const { name } = pod.metadata
  const doing = `evicting the pod ${name}`
  const withinMs = service.lifecycle.startTimeoutMs
  const endAt = performance.now() + withinMs
  signal.throwIfAborted()
  world.order(pod)
  for (;;) {
    world.requireKnown(doing)
    const refusal = await refusalOf(world, pod, doing)
    if (refusal === undefined) return
    if (performance.now() > endAt) {
      world.withdraw(pod)
      const budgets = survey.budgets.map((one) => one.name).join(', ')
      const who = budgets === '' ? 'the API server' : `the disruption budget ${budgets}`
      // Without its cause: a refusal would count as a fault of the harness, and this one is an answer.
      throw new SeaworthyError('SW_CLUSTER_BUDGET', `while ${doing}: ${who} did not allow it within ${Math.round(withinMs / 1_000)} s: ${refusal.message}`, { exitCode: exitCodes.notConclusive })
    }
    await pause(againMs, undefined, { signal })
  }
}

/** `evictPod` of the pod in this place, which stays empty until it is started again. */
export async function evictFrom(world: ClusterWorld, slot: PodSlot, pod: Pod, signal = world.parts.options.signal): Promise<void> {
  slot.takesReplacements = false
  await evictPod(world, pod, signal).catch((thrown: unknown) => {
    slot.takesReplacements = true
    throw thrown
  })
}

/** Of a budget, or of a server that has too much to do; undefined when the pod goes or is gone. */
async function refusalOf(world: ClusterWorld, { metadata: { name, uid } }: Pod, doing: string): Promise<ClusterRefusal | undefined> {
  const { api, target } = world.parts
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: target.namespace }, deleteOptions: { preconditions: { uid } } }
  try {
    await api.request({ method: 'POST', path: `${podsPath(target)}/${name}/eviction`, body, doing })
    return undefined
  } catch (thrown) {
    if (!(thrown instanceof ClusterRefusal)) throw thrown
    if (thrown.status === missing) return undefined
    if (thrown.status === tooManyRequests) return thrown
    world.lose(thrown.message)
    throw thrown
  }
}
