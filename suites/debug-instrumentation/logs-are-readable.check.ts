import { failed, inconclusive, passed, type Check, type Evidence } from '../../core/check.js'
import { counted } from '../../core/checks/counted.js'
import { factOf, observationsOf } from '../../core/reading.js'
import { numberThreshold } from '../../core/requirement.js'
import type { LogLines } from '../../core/scenario.js'
import type { History } from '../../core/history.js'
import { isProblem, readLine } from './log-line.js'
import { correlatedObservation, logReading, logsFact, type Correlated, type CorrelatedKind, type LogsFact } from './names.js'

const shownMax = 3

/** DBUG-01: every line can be read by a program, and what is about a request can be found by its id. */
export const logsAreReadable: Check = {
  id: 'logs-are-readable',
  requirement: 'DBUG-01',
  evaluate(history, thresholds) {
    const of = (key: string): number => numberThreshold(thresholds, key)
    const fact = factOf(history, logsFact) as LogsFact | undefined
    if (fact === undefined) return inconclusive('no log was read')
    const { lines, incomplete } = linesOf(history, fact)
    if (incomplete.length > 0) return inconclusive(`the log of ${incomplete.join(', ')} could not be read from its beginning to its end`)
    if (lines.length === 0) return inconclusive('no line was written to standard output or standard error, so that there may be another log')
    const read = lines.map((text) => ({ text, line: readLine(text, fact.fields) }))
    const broken = read.flatMap(({ text, line }) => (isProblem(line) ? [{ text, problem: line.problem }] : []))
    const long = lines.filter((line) => Buffer.byteLength(line) > of('line_bytes_max'))
    const ratio = 1 - broken.length / lines.length
    const evidence: Evidence[] = [
      { note: `lines that can be read, of ${lines.length}`, measured: Number(ratio.toFixed(4)), allowed: of('parse_ratio_min'), unit: 'ratio' },
      ...broken.slice(0, shownMax).map(({ text, problem }): Evidence => ({ note: `a line ${problem}: ${JSON.stringify(text.slice(0, 160))}` })),
    ]
    if (ratio < of('parse_ratio_min')) return failed(`${broken.length} of ${counted(lines.length, 'line')} cannot be read: one ${broken[0]?.problem ?? ''}`, evidence)
    if (long.length > 0) return failed(`${counted(long.length, 'line')} is longer than ${of('line_bytes_max')} bytes`, evidence)
    const sent = observationsOf(history, correlatedObservation).map(({ value }) => value as Correlated)
    const answered = sent.filter(({ status }) => status !== undefined)
    const found = new Set(read.flatMap(({ line }) => (isProblem(line) || line.correlation === undefined ? [] : [line.correlation])))
    const lost = answered.filter(({ id }) => !found.has(id))
    const coverage = answered.length === 0 ? 0 : 1 - lost.length / answered.length
    evidence.push({ note: `requests whose id stands in a line, of ${answered.length}`, measured: Number(coverage.toFixed(4)), allowed: of('id_coverage_min'), unit: 'ratio' })
    if (answered.length > 0 && coverage < of('id_coverage_min')) return failed(`the ids of ${lost.length} of ${counted(answered.length, 'request')} stand in no line at ${fact.fields.correlation}`, evidence)
    const few = tooFew(answered, of)
    return few === undefined ? passed(`${counted(lines.length, 'line')} can be read, and the id of ${answered.length - lost.length} of ${counted(answered.length, 'request')} was found`, evidence) : inconclusive(few, evidence)
  },
}

function linesOf(history: History, { instances }: LogsFact): { readonly lines: readonly string[]; readonly incomplete: readonly string[] } {
  const readings = instances.map((instance) => ({ instance, values: observationsOf(history, logReading, instance).map(({ value }) => value as LogLines) }))
  return {
    lines: readings.flatMap(({ values }) => values.flatMap((value) => value.lines)).filter((line) => line !== ''),
    incomplete: readings.filter(({ values }) => values.length === 0 || values.some((value) => !value.complete)).map(({ instance }) => instance),
  }
}

function tooFew(answered: readonly Correlated[], of: (key: string) => number): string | undefined {
  const count = (kind: CorrelatedKind): number => answered.filter((one) => one.kind === kind).length
  const failing = answered.filter((one) => one.kind === 'failing' && (one.status ?? 0) >= 500).length
  if (failing < of('failing')) return `${failing} requests failed with a status of 500 or more, needs ${of('failing')}`
  if (count('awkward') < of('awkward')) return `${count('awkward')} requests with awkward parameters were answered, needs ${of('awkward')}`
  if (answered.length < of('requests')) return `${answered.length} requests were answered, needs ${of('requests')}`
  return undefined
}
