import type { Finding } from '../../core/check.js'
import type { Check } from '../../core/check.js'
import { fact, request, stall } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import type { ReadValue } from '../../core/procedure.js'
import { thresholdValues } from '../../core/requirement.js'
import { wantedAt, type ConfigurationPlan } from './experiment.js'
import { serialiseAs } from './format.js'
import { withValue } from './paths.js'
import { requirements } from './requirements.js'

/** A whole literal history of the scenario in which everything is right, and ways to make one thing in it wrong. */
export const plan: ConfigurationPlan = {
  format: 'yaml',
  volatile: [],
  opaque: [],
  effectiveWithinMs: 5_000,
  settings: [
    { name: 'title', path: '/title', values: ['north', 'south'], deletable: false },
    { name: 'text', path: '/banner/text', values: ['closed', 'open'], deletable: false },
    { name: 'language', path: '/languages/1', values: ['fr', 'pt'], deletable: false },
    { name: 'notice', path: '/notice', values: ['monday', 'tuesday'], deletable: true },
  ],
  instances: ['r1', 'r2'],
  archivedFrom: 'r1',
}
const found = { title: 'Ledger', banner: { text: 'hello', seconds: 10 }, languages: ['en', 'de'] }
export const textOf = (label: string): string => serialiseAs('yaml', label === 'found' ? found : plan.settings.reduce<unknown>((parsed, one) => withValue(parsed, one.path, wantedAt(one, label)), found))

export const archive = (label: string, atMs: number, text = textOf(label), more: { readonly ok?: boolean; readonly tookMs?: number; readonly from?: string } = {}): HistoryEvent => {
  const tookMs = more.tookMs ?? 4
  return { kind: 'observation', probe: 'archive', target: more.from ?? 'r1', atMs: atMs + tookMs, value: { label, ok: more.ok ?? true, text, startedAtMs: atMs, tookMs, ...(more.ok === false ? { error: 'found 500' } : {}) } }
}
const defaults: Readonly<Record<string, unknown>> = { title: 'Ledger', text: 'hello', language: 'de' }
export function values(label: string, changes: Readonly<Record<string, ReadValue>> = {}, boot = 'boot-1'): Record<string, ReadValue> {
  const read = plan.settings.map((one) => {
    const value = label === 'found' ? defaults[one.name] : wantedAt(one, label)
    const seen: ReadValue = value === undefined ? { outcome: 'absent', boot } : { outcome: 'read', value, boot }
    return [one.name, seen] as const
  })
  return { ...Object.fromEntries(read), ...changes }
}
export const behaviour = (label: string, via: string, atMs: number, seen = values(label)): HistoryEvent => ({ kind: 'observation', probe: 'behaviour', target: via, atMs: atMs + 5, value: { label, values: seen, sentAtMs: atMs } })
export const performed = (name: string, label: string, atMs: number, more: Readonly<Record<string, unknown>> = {}): HistoryEvent => ({ kind: 'observation', probe: 'performed', target: 'balancer', atMs: atMs + 10, value: { name, label, ok: true, status: 200, startedAtMs: atMs, tookMs: 10, ...more } })
export const refused = (label: string, atMs: number, more: Readonly<Record<string, unknown>> = {}): HistoryEvent => performed('config.apply', label, atMs, { ok: false, status: 422, error: 'found 422', ...more })
const said = (probe: string, target: string, atMs: number, value: unknown = {}): HistoryEvent => ({ kind: 'observation', probe, target, atMs, value })

const everywhere = (label: string, atMs: number): HistoryEvent[] => plan.instances.map((via) => behaviour(label, via, atMs))
const traffic = (): RequestEvent[] => Array.from({ length: 1_500 }, (_, index) => request(index * 10, { load: 'background', via: 'balancer', instance: `r${1 + (index % 2)}`, boot: `boot-of-r${1 + (index % 2)}` }))

/** 15 s: found and archives until 4 s, changes until 8 s, refusals until 12 s, then the restart and the fresh instance. */
export function wholeHistory(): HistoryEvent[] {
  const bursts = Array.from({ length: 20 }, (_, index) => archive('found', 2_000 + index * 100))
  const change = (label: string, atMs: number): HistoryEvent[] => [performed('config.apply', label, atMs), ...everywhere(label, atMs + 200), archive(label, atMs + 300)]
  const refusal = (label: string, atMs: number): HistoryEvent[] => [refused(label, atMs), ...[50, 300, 700].flatMap((afterMs) => everywhere(label, atMs + afterMs)), archive(label, atMs + 900)]
  return [
    fact('configuration-plan', plan),
    ...traffic(),
    ...everywhere('found', 50),
    archive('found', 100),
    ...bursts,
    said('burst-ended', 'scenario', 4_000),
    ...change('A', 4_100),
    archive('A once more', 4_500),
    performed('config.apply', 'round trip', 4_600),
    archive('round trip', 4_700, textOf('A')),
    ...change('B', 5_000),
    performed('config.restore', 'restored', 5_500),
    ...everywhere('restored', 5_700),
    archive('restored', 5_800),
    ...everywhere('before B once more', 5_900),
    ...change('B once more', 6_000),
    said('changes-ended', 'scenario', 8_000),
    ...refusal('syntax', 8_100),
    ...refusal('type', 9_200),
    ...refusal('half', 10_300),
    said('refusals-ended', 'scenario', 12_000),
    ...[{ phase: 'issued' as const }, { phase: 'acknowledged' as const }, { phase: 'witnessed' as const, witness: 'process 7 was started' }].map((one): HistoryEvent => ({ kind: 'intervention', id: 90_000, name: 'start', target: 'r1', label: 'restart', atMs: 12_500, ...one })),
    said('restarted', 'r1', 13_500, { ready: true, tookMs: 1_000, killed: false }),
    behaviour('restarted', 'r1', 13_600, values('restarted', {}, 'boot-2')),
    archive('restarted', 13_700),
    said('fresh-given', 'apart-fresh', 12_100, { label: 'fresh', text: textOf('A') }),
    said('fresh-ready', 'apart-fresh', 14_000, { label: 'fresh', ready: true, tookMs: 1_900 }),
    behaviour('fresh', 'apart-fresh', 14_100),
    archive('fresh', 14_200, textOf('A'), { from: 'apart-fresh' }),
    said('file-edited', 'apart-fresh', 14_300),
    behaviour('file edited', 'apart-fresh', 14_310, values('A')),
    archive('file edited', 14_320, textOf('A'), { from: 'apart-fresh' }),
    behaviour('file edited', 'apart-fresh', 14_330, values('A')),
  ]
}

interface Labelled {
  readonly label?: string
  readonly name?: string
}
type Selector = { readonly probe: string; readonly label?: string; readonly target?: string; readonly name?: string }
const matches = (event: HistoryEvent, { probe, label, target, name }: Selector): boolean => {
  if (event.kind !== 'observation' || event.probe !== probe) return false
  const value = event.value as Labelled
  return (label === undefined || value.label === label) && (target === undefined || event.target === target) && (name === undefined || value.name === name)
}

/** Without the observations that a selector names, and with these at the end. */
export const changed = (selectors: readonly Selector[], ...more: readonly HistoryEvent[]): HistoryEvent[] => [...wholeHistory().filter((event) => !selectors.some((one) => matches(event, one))), ...more]
export const withPlan = (changes: Partial<ConfigurationPlan>): HistoryEvent[] => [...wholeHistory(), fact('configuration-plan', { ...plan, ...changes })]
export const withoutTraffic = (): HistoryEvent[] => wholeHistory().filter((event) => event.kind !== 'request')
/** These requests of the background load ended otherwise. */
export const withRequests = (span: { readonly fromMs: number; readonly toMs: number }, more: (one: RequestEvent) => Partial<RequestEvent>): HistoryEvent[] =>
  wholeHistory().map((event) => (event.kind === 'request' && event.plannedAtMs >= span.fromMs && event.plannedAtMs < span.toMs ? { ...event, ...more(event) } : event))
export const echoLost = (atMs: number): HistoryEvent => request(atMs, { load: 'null-control', outcome: 'timeout' })
export { said, stall }

export function judge(check: Check, events: readonly HistoryEvent[], overrides: Readonly<Record<string, number>> = {}): Finding {
  const requirement = requirements.find((one) => one.id === check.requirement)
  if (requirement === undefined) throw new Error(`no requirement ${check.requirement}`)
  return check.evaluate(historyOf(events), thresholdValues(requirement, 'quick', overrides))
}
