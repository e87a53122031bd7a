import type { Load, ScenarioContext } from './scenario.js'

/** So many requests have to end in a clean span: silence is not clean. */
const endedMin = 5

/**
 * Until no request of a load failed for so long, so that what fails next is due to what is done next: as many as were under way when that span began, and some more, have ended in
 * it. False when that did not happen in time.
 */
export async function untilTrafficIsClean(context: Pick<ScenarioContext, 'now' | 'until'>, load: Load, { cleanMs, timeoutMs }: { readonly cleanMs: number; readonly timeoutMs: number }): Promise<boolean> {
  let since = { ...load.counts(), atMs: context.now() }
  return context.until(
    'traffic is clean',
    () => {
      const now = load.counts()
      if (now.notOk !== since.notOk) since = { ...now, atMs: context.now() }
      return context.now() - since.atMs >= cleanMs && now.ended >= since.planned + endedMin
    },
    timeoutMs,
  )
}
