import { shareWatchMs } from '../../core/checks/share-regained.js'
import type { InstanceId } from '../../core/history.js'
import type { ScenarioContext } from '../../core/scenario.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { labels } from './names.js'
import { tried } from './return-to-service.js'

/** Without traffic to the drained replica for this long, its share has fallen to zero. */
const withoutShareMs = 500
/** Watching goes on this long after a limit, so that the last reading lies behind it. */
const beyondLimitMs = 700
/** Of the background while a share is measured. */
export const sharesPerSecond = 50

/** What undoing a drain usually takes; a planning value. */
export const usualUndoMs = (service: ServiceDescriptor): number => 1_000 + shareWatchMs(service, { replicas: service.target.replicas.count, ratePerSecond: sharesPerSecond })

/**
 * Undoes a drain once the balancer sends nothing to the replica any more, and watches readiness and share until both have been
 * there or their limits have passed. Answers whether the replica is back in the rotation.
 */
export async function undoDrain(context: ScenarioContext, target: InstanceId): Promise<boolean> {
  const { drain, undrain } = context.service.lifecycle
  if (undrain === undefined || drain?.endsInExit) return false
  await context.untilInRotation(target, false, 2 * context.ejectWindowMs)
  await context.pause(withoutShareMs)
  context.step(`undoing the drain of ${target}`)
  const accepted = await tried(context, `undraining ${target}`, () => context.control.undrain(target, labels.undone))
  if (!(await context.untilReady(target, context.threshold('DRAIN-08', 'ready_within_s') * 1_000 + beyondLimitMs))) return false
  if (!(await context.untilInRotation(target, true, context.threshold('DRAIN-08', 'share_within_s') * 1_000))) return false
  await context.pause(shareWatchMs(context.service, { replicas: context.instances.length, ratePerSecond: sharesPerSecond }))
  return accepted
}
