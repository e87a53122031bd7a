/** One sample of an exposition: a series at one moment. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const metricName = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const labelName = /[a-zA-Z_][a-zA-Z0-9_]*/y
const quoted = /"(?:[^"\\]|\\.)*"/y
const blanks = /[ \t]*/y
/** As Prometheus reads numbers: neither hexadecimal digits nor underscores, and NaN and Inf in any case. */
const number = /[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)(?=[ \t]|$)/iy
const types: ReadonlySet<string> = new Set(['counter', 'gauge', 'histogram', 'gaugehistogram', 'summary', 'untyped', 'unknown', 'stateset', 'info'])

/** Takes a line from left to right. */
class Scanner {
  private at = 0
  constructor(private readonly line: string) {}

  take(form: RegExp): string | undefined {
    form.lastIndex = this.at
    const [found] = form.exec(this.line) ?? []
    if (found !== undefined) this.at += found.length
    return found
  }
  /** One character, with the blanks before and after it. */
  has(character: string): boolean {
    const from = this.at
    this.take(blanks)
    if (this.line[this.at] !== character) {
      this.at = from
      return false
    }
    this.at += 1
    this.take(blanks)
    return true
  }
  get ended(): boolean {
    return this.line.slice(this.at).trim() === ''
  }
}

/**
 * A sample line of the text format 0.0.4 or of OpenMetrics 1.0 (with exemplar), names in quotes as of Prometheus 3 included. Undefined for
 * what Prometheus would refuse, and with it the whole scrape.
 */
export function sampleOf(line: string): Sample | undefined {
  const scanner = new Scanner(line)
  scanner.take(blanks)
  const plain = scanner.take(metricName)
  const labels = labelsOf(scanner, plain === undefined)
  const name = plain ?? labels?.name
  if (name === undefined || labels === undefined) return undefined
  scanner.take(blanks)
  const value = scanner.take(number)
  if (value === undefined) return undefined
  scanner.take(blanks)
  scanner.take(number) // a time stamp, in ms or (OpenMetrics) seconds
  if (scanner.has('#') && !isExemplar(scanner)) return undefined
  return scanner.ended ? { name, labels: labels.values, value: numberOf(value) } : undefined
}

/** What was counted may come with an example: labels, a value and a time stamp. */
function isExemplar(scanner: Scanner): boolean {
  if (labelsOf(scanner, true) === undefined) return false
  scanner.take(blanks)
  if (scanner.take(number) === undefined) return false
  scanner.take(blanks)
  scanner.take(number)
  return true
}

interface Labels {
  readonly values: Readonly<Record<string, string>>
  /** The name of the metric, when it stands among the labels in quotes. */
  readonly name?: string
}
function labelsOf(scanner: Scanner, named: boolean): Labels | undefined {
  if (!scanner.has('{')) return named ? undefined : { values: {} }
  const values = new Map<string, string>()
  let name: string | undefined
  let more = true
  while (!scanner.has('}')) {
    const key = more ? (scanner.take(labelName) ?? unquoted(scanner.take(quoted))) : undefined
    if (key === undefined) return undefined
    if (scanner.has('=')) {
      const value = unquoted(scanner.take(quoted))
      if (value === undefined || values.has(key)) return undefined
      values.set(key, value)
    } else if (named && name === undefined) name = key
    else return undefined
    more = scanner.has(',') // also behind the last one
  }
  return { values: Object.fromEntries(values), ...(name === undefined ? {} : { name }) }
}

const escapes: Readonly<Record<string, string>> = { '\\n': '\n', '\\"': '"', '\\\\': '\\' }
const unquoted = (text: string | undefined): string | undefined => text?.slice(1, -1).replaceAll(/\\./g, (escape) => escapes[escape] ?? escape)

function numberOf(text: string): number {
  const [, sign = '', infinite] = /^([+-]?)(inf)?/i.exec(text) ?? []
  if (infinite !== undefined) return sign === '-' ? -Infinity : Infinity
  return /nan/i.test(text) ? Number.NaN : Number(text)
}

/** Whether a line that begins with # may stand there: a TYPE has to be one that there is. */
export function isComment(line: string): boolean {
  const [, type] = /^#[ \t]+TYPE[ \t]+(?:"(?:[^"\\]|\\.)*"|\S+)[ \t]+(.*)$/.exec(line) ?? []
  return type === undefined || types.has(type.trim())
}
