import { inconclusive, type Finding } from '../check.js'
import type { History } from '../history.js'
import { factOf, numberFact } from '../reading.js'
import { spanned } from './counted.js'

/**
 * A failure that rests on how fast the balancer takes a replica out. Where the balancer is the target's own and nobody declared
 * what it does, that time is a guess, and a slower balancer would make a sound service fail. What was judged otherwise stays, and
 * so does what `withoutWindow` finds to be failed as well: the same, judged as if the balancer never took anything out. A pass
 * says that it rests on a guess.
 */
export function unlessAssumedWindow(finding: Finding, history: History, withoutWindow?: () => Finding): Finding {
  const { kind = 'seaworthy', declared } = (factOf(history, 'balancer') ?? {}) as { readonly kind?: string; readonly declared?: boolean }
  if (kind === 'seaworthy' || declared !== false) return finding
  const windowMs = numberFact(history, 'ejectWindowMs')
  const assumed = windowMs === undefined ? 'its time' : spanned(windowMs)
  if (finding.outcome === 'passed') return { ...finding, summary: `${finding.summary} (how fast the balancer takes a replica out is not declared: ${assumed} was assumed)` }
  if (finding.outcome !== 'failed') return finding
  const anyhow = withoutWindow?.()
  if (anyhow?.outcome === 'failed') return anyhow
  return inconclusive(
    `${finding.summary}; but how fast the balancer takes a replica out is not declared, and ${assumed} was assumed (declare balancer: { interval, fall, rise, timeout } as it is configured)`,
    finding.evidence,
  )
}
