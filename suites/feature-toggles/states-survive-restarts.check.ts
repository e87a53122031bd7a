import { failed, inconclusive, passed, type Check, type Evidence } from '../../core/check.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import type { History } from '../../core/history.js'
import { disturbedHarness, factOf, interventionsOf, observationsOf, type Window } from '../../core/reading.js'
import { numberThreshold } from '../../core/requirement.js'
import { stateOf, type FeatureFact, type State } from './features.js'
import { armObservation, arms, type Arm, type ArmEdge } from './names.js'
import { lastIn, toggleRecordOf, type ToggleRecord } from './toggle-record.js'

/** A stall longer than this could make an instance look as if it never answered. */
const stallMsMax = 5_000

/** TOGL-06: features keep states that are not their defaults through an orderly restart of every replica, and through a kill of everything. */
export const statesSurviveRestarts: Check = {
  id: 'states-survive-restarts',
  requirement: 'TOGL-06',
  evaluate(history, thresholds) {
    const record = toggleRecordOf(history)
    if (record.features.length === 0) return inconclusive('no feature is known')
    const settleMs = numberThreshold(thresholds, 'settle_s') * 1_000
    const results = arms.map((arm) => armResult(history, record, { arm, settleMs }))
    const lost = results.flatMap(({ lost: one }) => one)
    if (lost.length > numberThreshold(thresholds, 'lost_states_max')) {
      const spans = results.filter((one) => one.lost.length > 0).flatMap(({ span }) => span ?? [])
      const disturbed = spans.map((span) => disturbedHarness(history, span, stallMsMax)).find((one) => one !== null)
      return disturbed ?? failed(`${counted(lost.length, 'state')} of features did not survive: ${lost.slice(0, 3).join('; ')}`, lost.slice(0, 10).map((note): Evidence => ({ note })))
    }
    const unclear = results.flatMap(({ unclear: one }) => one ?? [])
    if (unclear.length > 0) return inconclusive(unclear[0]!)
    const whole = results.filter(({ span }) => span !== undefined).length
    if (whole < numberThreshold(thresholds, 'arms')) return inconclusive(`${counted(whole, 'restart')} of everything was made, needs ${numberThreshold(thresholds, 'arms')}`)
    const kinds = new Set(record.features.map((one) => one.default))
    const limited = kinds.size > 1 ? '' : `, all of them ${stateOf(!record.features[0]!.default)}: no feature has the other default`
    return passed(`${counted(record.features.length, 'feature')} kept states that are not their defaults on ${counted(record.instances.length, 'replica')} through restarts by ${listed([...arms])}${limited}`)
  },
}

interface ArmResult {
  readonly span?: Window
  readonly lost: readonly string[]
  readonly unclear?: string
}

function armResult(history: History, record: ToggleRecord, { arm, settleMs }: { readonly arm: Arm; readonly settleMs: number }): ArmResult {
  const edges = new Map(observationsOf(history, armObservation, arm).map((event) => [(event.value as ArmEdge).edge, event]))
  const begin = edges.get('begin')
  const ready = edges.get('ready')
  const end = edges.get('end')
  if (begin === undefined || ready === undefined || end === undefined) return { lost: [], unclear: `the restart of everything (${arm}) did not reach its end` }
  if ((ready.value as ArmEdge).ready !== true) return { lost: [], unclear: `not every replica was ready after the restart (${arm})` }
  const span = { fromMs: begin.atMs, toMs: end.atMs }
  const places = record.features.flatMap((feature) => record.instances.map((instance) => ({ feature, instance })))
  const found = places.map((place) => keptAt(record, place, { begunMs: begin.atMs, readyMs: ready.atMs, endMs: end.atMs, settleMs }))
  const unclear = found.find((one) => one.kind === 'unclear')?.text ?? (arm === 'kill' ? storeOutlived(history, span) : undefined)
  return {
    span,
    lost: found.flatMap((one) => (one.kind === 'lost' ? `${one.text} (${arm})` : [])),
    ...(unclear === undefined ? {} : { unclear: `${unclear} (${arm})` }),
  }
}

interface Times {
  readonly begunMs: number
  readonly readyMs: number
  readonly endMs: number
  /** How long a replica may take to know the states. */
  readonly settleMs: number
}

/** A store that went on running would have kept what it has only in memory. */
function storeOutlived(history: History, span: Window): string | undefined {
  const store = factOf(history, 'toggle-store')
  if (typeof store !== 'string') return undefined
  const killed = interventionsOf(history, 'kill').some((one) => one.target === store && one.issuedAtMs >= span.fromMs && one.witnessedAtMs !== undefined && one.witnessedAtMs <= span.toMs)
  return killed ? undefined : `the end of ${store}, which keeps the states, was not witnessed`
}

function keptAt(record: ToggleRecord, { feature, instance }: { readonly feature: FeatureFact; readonly instance: string }, { begunMs, readyMs, endMs, settleMs }: Times): { readonly kind: 'kept' | 'lost' | 'unclear'; readonly text: string } {
  const readings = record.readings(feature.name, instance)
  const before = lastIn(readings, { fromMs: 0, toMs: begunMs })
  const after = lastIn(readings, { fromMs: readyMs, toMs: endMs })
  const wanted: State = stateOf(!feature.default)
  if (before?.state !== wanted) return { kind: 'unclear', text: `${feature.name} was not ${wanted} on ${instance} before the restart` }
  if (after === undefined) return { kind: 'unclear', text: `${instance} gave no answer that shows ${feature.name} after the restart` }
  if (before.boot === undefined || after.boot === undefined) return { kind: 'unclear', text: `answers of ${instance} do not tell its boot` }
  if (before.boot === after.boot) return { kind: 'unclear', text: `the restart of ${instance} was not witnessed: it answers with the same boot id` }
  if (after.state === wanted) return { kind: 'kept', text: '' }
  if (after.sentAtMs - readyMs < 0.9 * settleMs) return { kind: 'unclear', text: `${instance} gave no answer that shows ${feature.name} later than ${spanned(after.sentAtMs - readyMs)} after it was ready, needs ${spanned(settleMs)}` }
  return { kind: 'lost', text: `${feature.name} was ${wanted} on ${instance} and gave ${after.said} after the restart` }
}
