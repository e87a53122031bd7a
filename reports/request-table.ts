import type { RequestEvent } from '../core/history.js'
import type { RequirementReport } from '../core/run-report.js'
import { formatMeasurement } from './format.js'
import { shortText } from './terminal/event-lines.js'

/** The requests that one line of evidence names. */
export interface EvidenceRequests {
  readonly check: string
  readonly scenario: string
  readonly note: string
  readonly measured: number | null
  readonly allowed: number | null
  readonly unit: string | null
  readonly requests: readonly RequestEvent[]
  /** Ids that the history does not have. */
  readonly notFound: readonly number[]
}

const columns = ['id', 'planned', 'took', 'request', 'via', 'instance', 'outcome', 'answer'] as const

/** The very requests behind the findings on a requirement, a table for each line of evidence. */
export function requestTables({ id, outcome, summary }: Pick<RequirementReport, 'id' | 'outcome' | 'summary'>, evidence: readonly EvidenceRequests[]): string {
  const tables = evidence.length === 0 ? ['Its evidence names no requests.'] : evidence.map(tableOf)
  return `${[`${shortText(id)} ${outcome}: ${shortText(summary)}`, ...tables].join('\n\n')}\n`
}

function tableOf({ check, scenario, note, measured, requests, notFound }: EvidenceRequests): string {
  const rows = [columns, ...requests.map(rowOf)]
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => (row[index] ?? '').length)))
  const count = measured !== null && measured > requests.length ? `, the first ${requests.length}` : ''
  return [
    `${shortText(note)}${measured === null ? '' : `: ${formatMeasurement(measured, undefined)}`}${count}`,
    `${shortText(check)}, in ${shortText(scenario)}`,
    ...rows.map((row) => `  ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ').trimEnd()}`),
    ...(notFound.length === 0 ? [] : [`  not in the history: ${notFound.join(', ')}`]),
  ].join('\n')
}

const rowOf = (one: RequestEvent): readonly string[] => [
  String(one.id),
  `${(one.plannedAtMs / 1_000).toFixed(3)} s`,
  `${Math.round(one.endedAtMs - one.plannedAtMs)} ms`,
  shortText(`${one.method} ${one.operation}${one.key === undefined ? '' : ` ${one.key}`}`),
  shortText(one.via),
  shortText(one.instance ?? '–'),
  one.outcome,
  shortText([one.status, one.code, one.detail].filter((part) => part !== undefined).join(' ') || '–'),
]
