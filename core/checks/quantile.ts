/** A quantile of a sample with its 95 % confidence limits by order statistics: nothing is assumed of the distribution. */
export interface Quantile {
  readonly q: number
  readonly n: number
  readonly estimate: number
  /** With 95 % confidence the true quantile is at least this. */
  readonly lower: number
  /** … and at most this; undefined when the sample is too small to say. */
  readonly upper: number | undefined
}

/** So many samples are needed to speak of a quantile: ten beyond it. */
export const samplesFor = (q: number): number => Math.round(10 / (1 - q))

/** The highest of the given quantiles that the sample is large enough for, or undefined. */
export function highestQuantile(values: readonly number[], quantiles: readonly number[]): Quantile | undefined {
  const q = [...quantiles].sort((a, b) => b - a).find((one) => values.length >= samplesFor(one))
  return q === undefined ? undefined : quantileOf(values, q)
}

export function quantileOf(values: readonly number[], q: number): Quantile {
  const sorted = [...values].sort((a, b) => a - b)
  const n = sorted.length
  const at = (rank: number): number => sorted[Math.min(n, Math.max(1, rank)) - 1] ?? Number.NaN
  // How many of n values lie below the true quantile is binomial with probability q.
  const cumulative = binomialCumulative(n, q)
  let lowerRank = 1
  let upperRank: number | undefined
  for (let below = 0; below <= n; below++) {
    if (1 - (below === 0 ? 0 : (cumulative[below - 1] ?? 0)) >= 0.95) lowerRank = below
    if (upperRank === undefined && (cumulative[below] ?? 0) >= 0.95) upperRank = below + 1
  }
  return { q, n, estimate: at(Math.ceil(q * n)), lower: at(lowerRank), upper: upperRank === undefined || upperRank > n ? undefined : at(upperRank) }
}

/** P(X <= k) for k from 0 to n, X binomial with n trials and probability p. */
function binomialCumulative(n: number, p: number): number[] {
  const cumulative: number[] = []
  let logTerm = n * Math.log(1 - p)
  let sum = 0
  for (let k = 0; k <= n; k++) {
    sum += Math.exp(logTerm)
    cumulative.push(Math.min(1, sum))
    logTerm += Math.log(n - k) - Math.log(k + 1) + Math.log(p) - Math.log(1 - p)
  }
  return cumulative
}
