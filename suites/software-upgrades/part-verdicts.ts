import { failed, type Finding } from '../../core/check.js'
import type { History } from '../../core/history.js'
import { observationsOf } from '../../core/reading.js'
import { labels } from './names.js'
import { rollOutProbe, type RollOutEnd } from './roll-out.js'
import { rollOutSpan } from './roll-out-span.js'

/** What a platform did when it was told to upgrade one replica says something of an upgrade that was not made because of it; undefined where it says nothing. */

/** One replica could not be upgraded. */
export function partThatFailed(history: History): Finding | undefined {
  const half = rollOutSpan(history, labels.half)
  if (half?.by !== 'platform' || half.end.ok || half.end.cause !== 'platform') return undefined
  return failed(`the roll-out to ${half.release} did not succeed for the first replica: ${half.end.error ?? 'no reason given'}`)
}

/** One replica was upgraded, and could not be brought back: no upgrade can be taken back. */
export function partNotTakenBack(history: History): Finding | undefined {
  const half = rollOutSpan(history, labels.half)
  const end = observationsOf(history, rollOutProbe, labels.halfBack).at(-1)?.value as RollOutEnd | undefined
  if (half?.end.ok !== true || end?.ok !== false || end.cause !== 'platform') return undefined
  const { release } = half
  return failed(`one replica was upgraded to ${release}, and could not be brought back: ${end.error ?? 'no reason given'}`, [{ note: 'replicas that had been upgraded and did not come back', measured: half.end.stoppedAt?.length ?? 1, allowed: 0, unit: 'count' }])
}
