import { InterventionFailed, messageOf } from '../../core/errors.js'
import type { InstanceId } from '../../core/history.js'
import type { ScenarioContext } from '../../core/scenario.js'
import { labels, returnedProbe, type Returned } from './names.js'

/**
 * Brings a drained replica back and records whether it is: undrain where that is possible and works, else stop and
 * start. What it does not manage is for the checks to say, so a procedure that fails here does not end the scenario.
 */
export async function returnToService(context: ScenarioContext, target: InstanceId, options: { readonly rotation: boolean }): Promise<void> {
  const ready = (await undrained(context, target)) || (await restarted(context, target))
  await recordReturn(context, target, { ready, rotation: options.rotation })
}

/** Starts a replica that was killed or stopped, unless its supervisor does it, and records whether it is back. */
export async function comeBackAfterKill(context: ScenarioContext, target: InstanceId): Promise<void> {
  const { target: platform, lifecycle } = context.service
  const supervised = platform.replicas.restart !== 'never' && (await context.untilReady(target, lifecycle.startTimeoutMs))
  const ready = supervised || (await started(context, target))
  await recordReturn(context, target, { ready, rotation: true })
}

/** Waits for the balancer where asked, and records what was reached. */
export async function recordReturn(context: ScenarioContext, target: InstanceId, reached: { readonly ready: boolean; readonly rotation: boolean }): Promise<void> {
  const { ready, rotation } = reached
  const inRotation = ready && rotation && (await context.untilInRotation(target, true, 2 * context.returnWindowMs + context.ejectWindowMs))
  const returned: Returned = rotation ? { ready, inRotation } : { ready }
  context.observe(returnedProbe, target, returned)
}

/** Starts it and waits until it is ready; false when either is not managed. */
export async function started(context: ScenarioContext, target: InstanceId): Promise<boolean> {
  if (!(await tried(context, `starting ${target}`, () => context.control.start(target, labels.restore)))) return false
  return context.untilReady(target, context.service.lifecycle.startTimeoutMs)
}

async function undrained(context: ScenarioContext, target: InstanceId): Promise<boolean> {
  const { drain, undrain } = context.service.lifecycle
  // Where the declared drain is left alone the stop signal stood for it, after which there is nothing to undrain.
  if (undrain === undefined || drain?.endsInExit || context.leftAlone('lifecycle.drain') !== undefined) return false
  if (!(await tried(context, `undraining ${target}`, () => context.control.undrain(target, labels.restore)))) return false
  return context.untilReady(target, 2 * context.returnWindowMs + 1_000)
}

async function restarted(context: ScenarioContext, target: InstanceId): Promise<boolean> {
  // A drain that ended in an exit may have left nothing to stop.
  await tried(context, `stopping ${target}`, () => context.control.stop(target, labels.restore))
  return started(context, target)
}

/** Whether a procedure could be made that nothing else in the scenario rests on. */
export async function tried(context: ScenarioContext, what: string, act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act()
    return true
  } catch (thrown) {
    if (!(thrown instanceof InterventionFailed)) throw thrown
    context.step(`${what} was not possible: ${messageOf(thrown)}`)
    return false
  }
}
