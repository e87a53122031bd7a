import type { UnitChanges } from '../../core/driver.js'
import { InterventionFailed } from '../../core/errors.js'
import type { InstanceId } from '../../core/history.js'
import type { ScenarioContext } from '../../core/scenario.js'

/** Time beyond the declared windows, for what a busy machine adds to them. */
const slackMs = 3_000

export interface ReplacementPlan {
  readonly instances: readonly InstanceId[]
  /** What they run with afterwards; undefined: what is declared. */
  readonly changes: UnitChanges | undefined
  readonly label: string
}

export type ReplacementEnd =
  | { readonly ok: true }
  /** `intervention`: the harness could not do its part. `not-ready`: the replica did not come back; those after it are untouched. */
  | { readonly ok: false; readonly cause: 'intervention' | 'not-ready'; readonly instance: InstanceId; readonly error: string }

/**
 * The rolling procedure of the harness: for one replica after the other drain it, if a drain is declared, wait until it is
 * out of rotation, stop it, give it what it is to run with, start it, and wait until it is ready and in rotation again.
 * Ends at the first one that does not come back.
 */
export async function replaceInTurn(context: ScenarioContext, { instances, changes, label }: ReplacementPlan): Promise<ReplacementEnd> {
  for (const instance of instances) {
    try {
      const end = await replaceOne(context, { instance, changes, label })
      if (!end.ok) return end
    } catch (thrown) {
      if (!(thrown instanceof InterventionFailed)) throw thrown
      return { ok: false, cause: 'intervention', instance, error: thrown.message }
    }
  }
  return { ok: true }
}

interface OneReplacement extends Omit<ReplacementPlan, 'instances'> {
  readonly instance: InstanceId
}

async function replaceOne(context: ScenarioContext, { instance, changes, label }: OneReplacement): Promise<ReplacementEnd> {
  const { control, service } = context
  context.step(`replacing ${instance} (${label})`)
  if (service.lifecycle.drain !== undefined) {
    await control.drain(instance, label)
    await context.untilInRotation(instance, false, 2 * context.ejectWindowMs + slackMs)
  }
  await control.stop(instance, label)
  await control.configureUnit(instance, changes)
  await control.start(instance, label)
  const lacking = (error: string): ReplacementEnd => ({ ok: false, cause: 'not-ready', instance, error: `${instance} ${error}` })
  if (!(await context.untilReady(instance, service.lifecycle.startTimeoutMs))) return lacking(`was not ready within ${service.lifecycle.startTimeoutMs} ms of its start`)
  if (!(await context.untilInRotation(instance, true, context.returnWindowMs + slackMs))) return lacking('was ready and did not return to the rotation')
  return { ok: true }
}
