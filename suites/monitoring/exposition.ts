import { isComment, sampleOf, type Sample } from './exposition-line.js'

export interface Exposition {
  readonly samples: readonly Sample[]
  /** What is not in the format, at most a few; a scrape with one of these is refused as a whole by what reads metrics in earnest. */
  readonly errors: readonly string[]
}

const errorsMax = 5

/** Reads the text format of Prometheus or OpenMetrics, line by line: a series is what its own line says, whatever its type. */
export function readExposition(text: string): Exposition {
  const samples: Sample[] = []
  const errors: string[] = []
  for (const line of text.split('\n')) {
    const trimmed = line.trim()
    if (trimmed === '' || (trimmed.startsWith('#') && isComment(trimmed))) continue
    const sample = sampleOf(trimmed)
    if (sample !== undefined) samples.push(sample)
    else if (errors.length < errorsMax) errors.push(trimmed.slice(0, 120))
  }
  return { samples, errors }
}

/** The HTTP class of a status label: 200, 2xx and 2XX are 2. Undefined for what is none. */
export function statusClass(label: string | undefined): 2 | 3 | 4 | 5 | undefined {
  const [, digit] = /^([2-5])(\d\d|xx)$/i.exec(label ?? '') ?? []
  return digit === undefined ? undefined : (Number(digit) as 2 | 3 | 4 | 5)
}

/** A histogram over all label sets but `le`: cumulative counts at rising bounds, the last one Infinity. */
export interface Buckets {
  readonly bounds: readonly number[]
  readonly counts: readonly number[]
}
export function bucketsOf({ samples }: Exposition, metric: string): Buckets {
  const byBound = new Map<number, number>()
  for (const { name, labels, value } of samples) {
    if (name !== `${metric}_bucket` || labels['le'] === undefined) continue
    const bound = Number(labels['le'].replace(/^\+?Inf$/i, 'Infinity'))
    byBound.set(bound, (byBound.get(bound) ?? 0) + value)
  }
  const bounds = [...byBound.keys()].sort((a, b) => a - b)
  return { bounds, counts: bounds.map((bound) => byBound.get(bound) ?? 0) }
}

/** Index of the bucket that a value falls into; the number of bounds when it is above all of them. */
export function bucketIndex(bounds: readonly number[], value: number): number {
  const found = bounds.findIndex((bound) => value <= bound)
  return found === -1 ? bounds.length : found
}

/** Index of the bucket in which a quantile lies, or undefined when nothing was counted. */
export function bucketOfQuantile({ counts }: Pick<Buckets, 'counts'>, quantile: number): number | undefined {
  const total = counts.at(-1) ?? 0
  if (total <= 0) return undefined
  return counts.findIndex((count) => count >= quantile * total)
}
