/** A percentile with its 95 % limits by order statistics (normal approximation of the binomial). */
export interface Percentile {
  readonly value: number
  readonly lower: number
  readonly upper: number
}

/** The highest percentile that so many samples can carry: they must be at least 10 / (1 - p). */
export function percentileFor(samples: number): number | undefined {
  return [0.99, 0.95, 0.9, 0.8].find((p) => samples >= Math.round(10 / (1 - p)))
}

/** At least one sample. */
export function atPercentile(samples: readonly number[], p: number): Percentile {
  const sorted = [...samples].sort((a, b) => a - b)
  const n = sorted.length
  const spread = 1.96 * Math.sqrt(n * p * (1 - p))
  const at = (rank: number): number => sorted[Math.min(n, Math.max(1, Math.ceil(rank))) - 1] ?? Number.NaN
  return { value: at(n * p), lower: at(n * p - spread), upper: at(n * p + spread + 1) }
}
