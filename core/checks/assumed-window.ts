import { inconclusive, type Finding } from '../check.js'
import type { History } from '../history.js'
import { factOf, numberFact } from '../reading.js'
import { spanned } from './counted.js'

/**
 * A failure that rests on how fast the balancer takes a replica out. Where the balancer is the target's own and nobody declared
 * what it does, that time is a guess, and a slower balancer would make a sound service fail. What was judged otherwise stays.
 */
export function unlessAssumedWindow(finding: Finding, history: History): Finding {
  const { kind = 'seaworthy', declared } = (factOf(history, 'balancer') ?? {}) as { readonly kind?: string; readonly declared?: boolean }
  if (finding.outcome !== 'failed' || kind === 'seaworthy' || declared !== false) return finding
  const window = numberFact(history, 'ejectWindowMs')
  return inconclusive(
    `${finding.summary}; but how fast the balancer takes a replica out is not declared, and ${window === undefined ? 'its time' : spanned(window)} was assumed (declare balancer: { interval, fall, rise, timeout } as it is configured)`,
    finding.evidence,
  )
}
