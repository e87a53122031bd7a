import { fact, intervention, requests, stall } from '../../core/checks/literal-events.test-support.js'
import type { Check, Finding } from '../../core/check.js'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import type { FeatureFact, State } from './features.js'
import { featureReading, flipEnd, flipLoad, listReading, switchName } from './names.js'
import { requirements } from './requirements.js'

/** Literal histories of two features on two replicas: `a` is off by default, `b` is on. Times are ms. */
const feature = (name: string, on: boolean, more: Partial<FeatureFact> = {}): FeatureFact =>
  ({ name, default: on, whenOn: { kind: 'value', value: 'new' }, whenOff: { kind: 'absent' }, dependsOn: [], isUsed: false, ...more })
export const features = [feature('a', false, { isUsed: true }), feature('b', true)]
export const instances = ['r1', 'r2']

export const preamble = (more: readonly FeatureFact[] = features): HistoryEvent[] => [
  fact('instances', instances),
  fact('toggle-features', more),
  fact('toggle-release', ['a', 'b']),
  fact('toggle-through', 'r1'),
  fact('toggle-store', 'store'),
  observation(listReading, 'r1', 10, { outcome: 'read', status: 200, value: ['a', 'b'] }),
]

export const observation = (probe: string, target: string, atMs: number, value: unknown): HistoryEvent => ({ kind: 'observation', probe, target, sentAtMs: atMs - 2, atMs, value })

export type Shown = State | 'neither' | 'broken' | 'silent'
const answers: Readonly<Record<Shown, object>> = {
  on: { outcome: 'read', status: 200, value: 'new' },
  off: { outcome: 'absent', status: 200 },
  neither: { outcome: 'read', status: 200, value: 'strange' },
  broken: { outcome: 'error-status', status: 500 },
  silent: { outcome: 'timeout' },
}
export const reading = (name: string, target: string, atMs: number, shown: Shown, boot = `${target}-boot-1`): HistoryEvent =>
  observation(featureReading(name), target, atMs, { ...answers[shown], boot })

/** Every feature on every instance at one time, as given: 'off on' for a and b. */
export function everything(atMs: number, shown: Readonly<Record<string, Shown>>, boot?: (instance: string) => string): HistoryEvent[] {
  return instances.flatMap((one) => Object.entries(shown).map(([name, state]) => reading(name, one, atMs, state, boot?.(one))))
}

export interface LiteralFlip {
  readonly feature: string
  readonly to: State
  readonly atMs: number
  /** What the features show at its end. */
  readonly then: Readonly<Record<string, Shown>>
  /** Until the first answer in the new state. */
  readonly tookMs?: number
  readonly refused?: boolean
  /** What single instances show instead at the end: 'r2 a': 'off'. */
  readonly instead?: Readonly<Record<string, Shown>>
  readonly endAfterMs?: number
}

/** A flip with one reading of the flipped feature on each instance after `tookMs`, and one of everything at its end. */
export function flip(one: LiteralFlip): HistoryEvent[] {
  const { atMs, tookMs = 50, endAfterMs = 200, instead = {} } = one
  const label = `flip-${atMs}`
  const shownAt = (instance: string, name: string): Shown => instead[`${instance} ${name}`] ?? one.then[name] ?? 'silent'
  return [
    ...intervention({ name: switchName(one.to), label, issuedAtMs: atMs - 5, ...(one.refused === true ? {} : { acknowledgedAtMs: atMs }) }),
    ...instances.map((instance) => reading(one.feature, instance, atMs + tookMs, shownAt(instance, one.feature))),
    ...instances.flatMap((instance) => Object.keys(one.then).map((name) => reading(name, instance, atMs + Math.max(endAfterMs - 10, tookMs + 5), shownAt(instance, name)))),
    observation(flipEnd, one.feature, atMs + Math.max(endAfterMs, tookMs + 10), { label, to: one.to }),
  ]
}

/** The walk of the scenario: both features through all four states, in all directions, from 1 s on. */
export function walk(change: (one: LiteralFlip, index: number) => LiteralFlip = (one) => one): HistoryEvent[] {
  const steps: readonly (readonly [string, State, State, State])[] = [
    ['a', 'on', 'on', 'off'], ['a', 'off', 'off', 'off'], ['b', 'on', 'off', 'on'], ['b', 'off', 'off', 'off'],
    ['a', 'on', 'on', 'off'], ['b', 'on', 'on', 'on'], ['a', 'off', 'off', 'on'], ['a', 'on', 'on', 'on'],
    ['b', 'off', 'on', 'off'], ['b', 'on', 'on', 'on'], ['a', 'off', 'off', 'on'], ['b', 'off', 'off', 'off'],
  ]
  const flips = steps.map(([name, to, a, b], index) => flip(change({ feature: name, to, atMs: 1_000 + 500 * index, then: { a, b } }, index)))
  return [...everything(900, { a: 'off', b: 'off' }), ...flips.flat()]
}
export const walkEndMs = 7_000
export const load = (): HistoryEvent[] => requests({ fromMs: 800, toMs: walkEndMs, everyMs: 20 }, { load: flipLoad, via: 'balancer' })

export const disturbance = (atMs: number): HistoryEvent => stall(atMs, 30_000)
export const without = (events: readonly HistoryEvent[], drop: (event: HistoryEvent) => boolean): HistoryEvent[] => events.filter((event) => !drop(event))

export function judge(check: Check, events: readonly HistoryEvent[]): Finding {
  const requirement = requirements.find((one) => one.id === check.requirement)!
  return check.evaluate(historyOf(events), thresholdValues(requirement, 'quick'))
}
