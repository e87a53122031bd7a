import parse from 'parse-prometheus-text-format'

/** One sample of an exposition: a series at one moment. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}
export interface Exposition {
  readonly samples: readonly Sample[]
  /** What is not in the format, at most a few; a scrape with one of these is refused as a whole by what reads metrics in earnest. */
  readonly errors: readonly string[]
}

const errorsMax = 5
const nameForm = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const valueForm = /^[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|Inf|NaN)$/

/**
 * Reads the text format. The parser merges the label sets of a typed histogram, so the types are kept from it and every series is read
 * by itself; and it takes what has the shape of a line for one, so names and values are looked at once more.
 */
export function readExposition(text: string): Exposition {
  const samples: Sample[] = []
  const errors: string[] = []
  for (const line of text.split('\n')) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const sample = sampleOf(trimmed)
    if (sample !== undefined) samples.push(sample)
    else if (errors.length < errorsMax) errors.push(trimmed.slice(0, 120))
  }
  return { samples, errors }
}

function sampleOf(line: string): Sample | undefined {
  let family
  try {
    family = parse(`${withoutExemplar(line)}\n`)[0] // it takes a last line without an end for nothing
  } catch {
    return undefined
  }
  const [metric] = family?.metrics ?? []
  if (family === undefined || metric === undefined || !nameForm.test(family.name) || !valueForm.test(metric.value)) return undefined
  if (metric.timestamp_ms !== undefined && !/^-?\d+(\.\d+)?$/.test(metric.timestamp_ms)) return undefined
  return { name: family.name, labels: metric.labels ?? {}, value: Number(metric.value.replace('Inf', 'Infinity')) }
}

/** OpenMetrics allows an example of what was counted after the value: ` # {trace_id="…"} 0.4`. */
const withoutExemplar = (line: string): string => line.replace(/ # \{[^}]*\} [^}]*$/, '')

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
    const bound = Number(labels['le'].replace('Inf', 'Infinity'))
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
