import type { History, RequestEvent } from '../../core/history.js'
import { factOf, interventionsOf, observationsOf, requestsOf } from '../../core/reading.js'
import { interventions, readingOf, restoredLoads, wasCut, type CorpusFact, type Listed, type Reading } from './vocabulary.js'

/** Whether and how a backup was restored in isolation. */
export type Restoration = { readonly state: 'restored'; readonly tookMs: number } | { readonly state: 'refused' | 'not-tried' | 'not-witnessed'; readonly why: string }

export function restorationOf(history: History, label: string): Restoration {
  const [found] = interventionsOf(history, interventions.isolated, label)
  if (found === undefined) return { state: 'not-tried', why: apartWhy(history) ?? `the backup ${label} was not restored` }
  if (wasCut(found)) return { state: 'not-tried', why: `the restore of the backup ${label} did not reach its end` }
  if (found.acknowledgedAtMs === undefined) return { state: 'refused', why: `the restore of the backup ${label} did not succeed: ${found.error ?? 'it never ended'}` }
  if (found.witness === undefined) return { state: 'not-witnessed', why: `the restore of the backup ${label} said that it succeeded, and no change of the data was seen` }
  return { state: 'restored', tookMs: found.acknowledgedAtMs - found.issuedAtMs }
}

function apartWhy(history: History): string | undefined {
  const ready = observationsOf(history, 'apart-ready')
  if (ready.length === 0) return 'there was no second deployment to restore into'
  return ready.some(({ value }) => (value as { readonly ready: boolean }).ready) ? undefined : 'the second deployment to restore into did not become ready'
}

/** What was read of each key, by key. */
export function readingsOf(history: History, load: string): Map<string, { readonly reading: Reading; readonly request: RequestEvent }> {
  return new Map(requestsOf(history, load).map((request) => [request.key ?? '', { reading: readingOf(request), request }]))
}

/** One record of the ledger and what became of it in a copy. */
export interface Compared {
  readonly key: string
  readonly kind: string
  /** When its last change was acknowledged. */
  readonly acknowledgedAtMs: number
  readonly reading: Reading
  readonly request: RequestEvent | undefined
}
export interface Comparison {
  /** Must be there as written. */
  readonly records: readonly Compared[]
  /** Must not be there. */
  readonly deleted: readonly Compared[]
  /** Written one after the other until the backup and beyond. */
  readonly marks: readonly Compared[]
  /** Keys of the corpus' prefix that nobody ever wrote; undefined when the copy was not listed. */
  readonly unexpected: readonly string[] | undefined
}

export function comparisonOf(history: History, label: string): Comparison | undefined {
  const corpus = factOf(history, 'corpus') as CorpusFact | undefined
  if (corpus === undefined) return undefined
  const of = restoredLoads(label)
  const acknowledged = acknowledgements(history)
  const compare = (load: string, records: readonly { readonly key: string; readonly kind: string }[], operation: string): Compared[] => {
    const readings = readingsOf(history, load)
    return records.flatMap(({ key, kind }) => {
      const acknowledgedAtMs = acknowledged.get(`${operation} ${key}`)
      const found = readings.get(key)
      return acknowledgedAtMs === undefined ? [] : [{ key, kind, acknowledgedAtMs, reading: found?.reading ?? 'unread', request: found?.request }]
    })
  }
  const marks = [...acknowledged.keys()].filter((name) => name.startsWith('mark.write ')).map((name) => ({ key: name.slice('mark.write '.length), kind: 'mark' }))
  const listed = observationsOf(history, 'listed', label).at(-1)?.value as Listed | undefined
  const written = new Set([...corpus.records.map(({ key }) => key), ...attempted(history)])
  return {
    records: compare(of.corpus, corpus.records, 'corpus.write'),
    deleted: compare(of.deleted, corpus.deleted.map((key) => ({ key, kind: 'deleted' })), 'corpus.delete'),
    marks: compare(of.marks, marks, 'mark.write'),
    unexpected: listed?.keys?.filter((key) => key.startsWith(corpus.prefix) && !written.has(key)) ?? undefined,
  }
}

/** 'operation key' -> when it was acknowledged. */
function acknowledgements(history: History): Map<string, number> {
  const found = new Map<string, number>()
  for (const load of ['prepare', 'marks']) {
    for (const { operation, key, outcome, endedAtMs } of requestsOf(history, load)) if (outcome === 'ok' && key !== undefined) found.set(`${operation} ${key}`, endedAtMs)
  }
  return found
}
const attempted = (history: History): string[] => requestsOf(history, 'prepare').flatMap(({ key }) => (key === undefined ? [] : [key]))
