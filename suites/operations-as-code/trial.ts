import type { Performed } from '../../core/procedure.js'
import type { ScenarioContext } from '../../core/scenario.js'
import { withoutOutput, type Attempt } from './attempt.js'
import type { Form, OperatorTask } from './operations.js'

/** Value of an observation `trial`: an operation in one form, what it said, and what was seen. Its target is the operation. */
export interface Trial extends Attempt {
  readonly form: 'proper' | 'failing'
  readonly effectBefore: boolean
  readonly effectAfter: boolean
}

const effectWithinMs = 10_000
const effectEveryMs = 50
/** What an operation that said it failed does all the same is looked for this long. */
const unwantedEffectMs = 500

/** Carries out an operation once and looks for its effect: for long when it said that it succeeded, shortly when not. */
export async function tryOnce(context: ScenarioContext, task: OperatorTask, which: 'proper' | 'failing'): Promise<void> {
  const form = which === 'proper' ? task.proper : task.failing
  if (form === undefined) return
  const effectBefore = await form.effect()
  const performed = withoutOutput(await form.run(which))
  const effectAfter = await effectSeen(context, form, performed.ok ? Math.max(effectWithinMs, form.withinMs ?? 0) : unwantedEffectMs)
  noteTrial(context, task.name, { form: which, ...performed, effectBefore, effectAfter })
}

export const noteTrial = (context: ScenarioContext, name: string, trial: Trial): void => context.observe('trial', name, trial)

/** Without an entry in the history for each: the observation of the trial says it. */
async function effectSeen(context: ScenarioContext, form: Form, timeoutMs: number): Promise<boolean> {
  const endMs = context.now() + timeoutMs
  for (;;) {
    if (await form.effect()) return true
    if (context.now() >= endMs) return false
    await context.pause(effectEveryMs)
  }
}

export const answered = (performed: Pick<Performed, 'status' | 'exitCode'>): boolean => performed.status !== undefined || performed.exitCode !== undefined
