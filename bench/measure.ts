export interface Measure {
  readonly name: string
  readonly unit: string
  readonly median: number
  readonly min: number
  readonly max: number
  readonly repeats: number
  /** What the median should be at most. */
  readonly target?: { readonly max: number }
}

/** What a section of the benchmark works with. */
export interface Bench {
  /** For files of the benchmark; removed at its end. */
  readonly folder: string
  /** Fewer and smaller points, for every change. */
  readonly short: boolean
  /** Also a history of ten million requests. */
  readonly huge: boolean
  repeated<T>(work: () => Promise<T>, timesMax?: number): Promise<readonly T[]>
  add(name: string, unit: string, samples: readonly number[], target?: { readonly max: number }): void
  medianOfNamed(name: string): number
}

export function medianOf(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

export const shown = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2))
