import { fact, intervention, requests, stall } from '../../core/checks/literal-events.test-support.js'
import type { Check, Finding } from '../../core/check.js'
import type { FeedRecord } from '../../core/declarations/import.js'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { changedFeed, firstFeed, spread, underRules } from './feeds.js'
import { alertAfter, doneObservation, importFact, importIntervention, importLoad, recordsAfter, ruleIntervention, ruleLabel, type ImportDone, type ImportFact, type ImportName } from './names.js'
import { requirements } from './requirements.js'

/** Literal histories of imports of 200 records with a limit of 20 %. Times are ms. */
export const first = firstFeed(200)
export const little = changedFeed(first, spread(30, 200), 'second')
export const much = changedFeed(little, spread(80, 200), 'third')
export const last = changedFeed(much, (index) => index < 10 || index >= 190, 'fourth')
/** Only what stands before the malformed lines in the middle. */
export const half = changedFeed(much, (index) => index < 10, 'fourth')
export const blocked = ['item-010', 'item-020']
export const overridden: readonly FeedRecord[] = [['item-030', 'ours of item-030']]
export const withRules = underRules(first, blocked, overridden)

export const preamble = (more: Partial<ImportFact> = {}): HistoryEvent[] => [
  fact(importFact, { key: '/key', value: '/value', policy: 'skip-and-report', changeShareMax: 0.2, hasAlert: true, blocked, overridden, malformed: 5, ...more } satisfies ImportFact),
]

const observation = (probe: string, target: string, atMs: number, value: unknown): HistoryEvent => ({ kind: 'observation', probe, target, sentAtMs: atMs - 2, atMs, value })

export interface LiteralImport extends Partial<ImportDone> {
  readonly name: ImportName
  readonly fed: readonly FeedRecord[]
  /** What is there afterwards; default: what was fed. Undefined: it cannot be read. */
  readonly after?: readonly FeedRecord[] | undefined
  readonly alert?: unknown
}
const order: readonly ImportName[] = ['ruled', 'unruled', 'below', 'above', 'permitted', 'empty', 'broken', 'broken-again', 'mended']

export function imported(one: LiteralImport): HistoryEvent[] {
  const { name, fed, after, alert, ok = true, told = true, ...more } = { after: one.fed, ...one }
  const atMs = 1_000 * (1 + order.indexOf(name))
  const value = after?.map(([key, text]) => ({ key, value: text }))
  return [
    ...intervention({ name: importIntervention, label: name, issuedAtMs: atMs - 50, ...(ok ? { acknowledgedAtMs: atMs } : {}) }),
    observation(doneObservation, name, atMs, { fed, ok, told, ...more }),
    observation(recordsAfter(name), 'balancer', atMs + 100, value === undefined ? { outcome: 'timeout' } : { outcome: 'read', status: 200, value }),
    observation(alertAfter(name), 'balancer', atMs + 200, alert === undefined ? { outcome: 'absent', status: 200 } : { outcome: 'read', status: 200, value: alert }),
  ]
}

/** Every import of the scenario as it should be, with some in another way; null leaves one out. */
export function everything(otherwise: Partial<Record<ImportName, Partial<LiteralImport> | null>> = {}): HistoryEvent[] {
  const stopped = { ok: false, error: 'found 409, expected a 2xx answer', alert: 'stopped' }
  const usual: readonly LiteralImport[] = [
    { name: 'ruled', fed: first, after: withRules },
    { name: 'unruled', fed: first },
    { name: 'below', fed: little },
    { name: 'above', fed: much, after: little, ...stopped },
    { name: 'permitted', fed: much },
    { name: 'empty', fed: [], after: much, ...stopped },
    { name: 'broken', fed: last, rejected: 5 },
    { name: 'broken-again', fed: last, rejected: 5 },
    { name: 'mended', fed: last, rejected: 0 },
  ]
  return usual.flatMap((one) => {
    const other = otherwise[one.name]
    return other === null ? [] : imported({ ...one, ...other })
  })
}
export const rules = (isSet: (label: string) => boolean = () => true): HistoryEvent[] => {
  const labels = [...blocked.map((key) => ruleLabel('block', key)), ...overridden.map(([key]) => ruleLabel('override', key)), ...[...blocked, ...overridden.map(([key]) => key)].map((key) => ruleLabel('clear', key))]
  return labels.flatMap((label, index) => intervention({ name: ruleIntervention, label, issuedAtMs: 100 + index, ...(isSet(label) ? { acknowledgedAtMs: 105 + index } : {}) }))
}
export const load = (everyMs = 50): HistoryEvent[] => requests({ fromMs: 6_500, toMs: 9_500, everyMs }, { load: importLoad, via: 'balancer' })
export const disturbance = (atMs: number): HistoryEvent => stall(atMs, 30_000)

export function judge(check: Check, events: readonly HistoryEvent[]): Finding {
  const requirement = requirements.find((one) => one.id === check.requirement)!
  return check.evaluate(historyOf(events), thresholdValues(requirement, 'quick'))
}
