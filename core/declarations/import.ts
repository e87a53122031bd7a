import type { Procedure, ValueProbe } from '../procedure.js'

/** Data that is imported from elsewhere: how an import is run, what a feed looks like, and what operators can do about it. */
export interface DataImport {
  /** With the placeholder {feed} (its text) or {file} (a path to it). */
  readonly run: Procedure
  /** The same with explicit permission to change more than the limit. */
  readonly runPermitted?: Procedure
  readonly feed: FeedFormat
  /** Where all imported records are listed. */
  readonly records: { readonly probe: ValueProbe; readonly key: string; readonly value: string }
  readonly rules?: ImportRules
  /** Share of the records that an import may change without permission, in (0, 1). */
  readonly changeShareMax?: number
  /** What becomes of a feed with malformed records. */
  readonly malformed?: MalformedPolicy
  /** Where it is seen that an import was stopped: something that is neither absent nor empty, false, 0 or null. */
  readonly alert?: ValueProbe
}

/** A feed is the header (if any) and one line a record. */
export interface FeedFormat {
  readonly header?: string
  /** With the placeholders {key} and {value}. */
  readonly line: string
  /** A line that is not a record. */
  readonly malformedLine?: string
}

/** Rules for single records, by their keys. */
export interface ImportRules {
  readonly block: Procedure // {key}
  readonly override: Procedure // {key}, {value}
  readonly clear: Procedure // {key}: whatever the rule
}

export type MalformedPolicy =
  | { readonly kind: 'all-or-nothing' }
  /** JSON pointer in the answer of the import to what was rejected: a number, or a list with an entry each. */
  | { readonly kind: 'skip-and-report'; readonly rejected: string }

export type FeedRecord = readonly [key: string, value: string]

/** The text of a feed; `malformedAt` are positions among the records before which a malformed line stands. */
export function feedText({ header, line, malformedLine = '' }: FeedFormat, records: readonly FeedRecord[], malformedAt: readonly number[] = []): string {
  const lines = records.flatMap(([key, value], index) => {
    const broken = malformedAt.filter((at) => at === index).map((at) => filled(malformedLine, `broken-${at}`, 'none'))
    return [...broken, filled(line, key, value)]
  })
  return [...(header === undefined ? [] : [header]), ...lines].map((text) => `${text}\n`).join('')
}

const filled = (line: string, key: string, value: string): string => line.replaceAll('{key}', () => key).replaceAll('{value}', () => value)
