import { setTimeout as pause } from 'node:timers/promises'
import type { PlatformRelease, PlatformRollOut } from '../../core/driver.js'
import type { ClusterWorld } from './cluster-world.js'
import type { Workload } from './objects.js'
import { isLive, namedAddresses } from './pod-slots.js'
import { orderRelease } from './release-template.js'
import { unstartedReason } from './unstarted-reason.js'
import { isRolledOut, readWorkload } from './workload.js'

const lookEveryMs = 100

/**
 * The roll-out of the workload's controller. It is over when its counters say so and the endpoints have lost the addresses of the pods that went, which is later;
 * stuck when the controller gives up (progressDeadlineSeconds). A workload whose controller never gives up is waited for until the time is up.
 */
export async function rollOut(world: ClusterWorld, release: PlatformRelease, timeoutMs: number): Promise<PlatformRollOut> {
  const { api, target, options } = world.parts
  const doing = `rolling ${release.name} out`
  world.requireKnown(doing)
  const endAt = performance.now() + timeoutMs
  let reached = 0
  const isOver = world.beginRollOut()
  try {
    const ordered = await orderRelease(api, target, release)
    const generation = ordered.metadata.generation ?? 0
    world.generation = generation
    for (;;) {
      world.requireKnown(doing)
      const workload = await readWorkload(api, target)
      const { status = {} } = workload
      if ((status.observedGeneration ?? 0) >= generation) {
        reached = Math.max(reached, status.updatedReplicas ?? 0)
        if (isRolledOut(workload) && endpointsAreThose(world)) {
          isOver()
          return { ok: true, reached }
        }
        const stuck = stuckReason(workload)
        if (stuck !== undefined) return { ok: false, error: withPods(world, stuck), reached }
      }
      if (performance.now() > endAt) return { ok: false, error: withPods(world, `the roll-out was neither over nor given up by its controller within ${Math.round(timeoutMs / 1_000)} s`), reached }
      await pause(lookEveryMs, undefined, { signal: options.signal })
    }
  } catch (thrown) {
    // Whether it was ordered is not known: what happens to pods from here on is nobody else's doing either.
    world.requireKnown(doing)
    throw thrown
  }
}

function endpointsAreThose(world: ClusterWorld): boolean {
  const named = namedAddresses(world.slices)
  const live = world.pods.filter(isLive).flatMap(({ status }) => status.podIP ?? [])
  const { slots } = world.slots
  return world.pods.length === slots.length && live.length === slots.length && named.size === live.length && live.every((address) => named.has(address)) && slots.every((slot) => world.isUp(slot))
}

const stuckReason = ({ status }: Workload): string | undefined => {
  const progressing = status?.conditions?.find(({ type }) => type === 'Progressing')
  return progressing?.status === 'False' ? `${progressing.reason ?? 'no reason given'}: ${progressing.message ?? ''}` : undefined
}

function withPods(world: ClusterWorld, reason: string): string {
  const pods = unstartedReason(world.pods)
  return pods === undefined ? reason : `${reason} (${pods})`
}
