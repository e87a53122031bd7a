import type { Load, ScenarioContext } from '../../core/scenario.js'
import { cleanMs } from './names.js'

/** Until no request of the load failed for a while. Whether that was so in time. */
export function untilClean(context: ScenarioContext, load: Load, timeoutMs: number): Promise<boolean> {
  let failuresSeen = load.counts().notOk
  let cleanSinceMs = context.now()
  return context.until(
    'traffic is clean',
    () => {
      const { notOk } = load.counts()
      if (notOk !== failuresSeen) cleanSinceMs = context.now()
      failuresSeen = notOk
      return context.now() - cleanSinceMs >= cleanMs[context.profile]
    },
    timeoutMs,
  )
}
