import type { Load, ScenarioContext } from './scenario.js'

/** Until no request of a load failed for so long, so that what fails next is due to what is done next. False when that did not happen in time. */
export async function untilTrafficIsClean(context: Pick<ScenarioContext, 'now' | 'until'>, load: Load, { cleanMs, timeoutMs }: { readonly cleanMs: number; readonly timeoutMs: number }): Promise<boolean> {
  let failuresSeen = load.counts().notOk
  let cleanSinceMs = context.now()
  return context.until(
    'traffic is clean',
    () => {
      const { notOk } = load.counts()
      if (notOk !== failuresSeen) cleanSinceMs = context.now()
      failuresSeen = notOk
      return context.now() - cleanSinceMs >= cleanMs
    },
    timeoutMs,
  )
}
