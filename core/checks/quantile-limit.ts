import { quantileOf } from './quantile.js'

/**
 * Whether a quantile of what was measured is below a limit, as order statistics can tell with 95 % confidence: "p99 is at
 * most L" is the same as "at most 1 % are above L", which is a matter of counting.
 */
export interface QuantileQuestion {
  /** What never came (a request without an answer) is Infinity. */
  readonly values: readonly number[]
  /** 0.99 for p99. */
  readonly quantile: number
  readonly limit: number
}
export interface QuantileJudgement {
  readonly verdict: 'below' | 'above' | 'undecided'
  readonly n: number
  /** How many values are above the limit. */
  readonly above: number
  /** The value at the quantile in the sample; undefined for an empty one. */
  readonly estimate: number | undefined
}

/** `above` and `below` are certain to 95 %, whatever the distribution; between them nothing can be said. */
export function judgeQuantile({ values, quantile, limit }: QuantileQuestion): QuantileJudgement {
  const n = values.length
  const above = values.filter((one) => one > limit).length
  if (n === 0) return { verdict: 'undecided', n, above, estimate: undefined }
  const { lower, upper, estimate } = quantileOf(values, quantile)
  const verdict = upper !== undefined && upper <= limit ? 'below' : lower > limit ? 'above' : 'undecided'
  return { verdict, n, above, estimate }
}

/** 'p99', 'p90'. */
export const quantileName = (quantile: number): string => `p${Number((quantile * 100).toFixed(2))}`
