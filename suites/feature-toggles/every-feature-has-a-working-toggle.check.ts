import { failed, inconclusive, passed, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import { namesInList } from '../../core/declarations/toggles.js'
import { greatestOf } from '../../core/extremes.js'
import type { History } from '../../core/history.js'
import type { ReadValue } from '../../core/procedure.js'
import { factOf, observationsOf } from '../../core/reading.js'
import { numberThreshold } from '../../core/requirement.js'
import { disturbedAround, judgeFlip } from './effects.js'
import type { FeatureFact } from './features.js'
import { listReading } from './names.js'
import { toggleRecordOf, type Flip, type ToggleRecord } from './toggle-record.js'

/** TOGL-01: every feature of the release is in the list of toggles, and each toggle switches its feature there and back. */
export const everyFeatureHasAWorkingToggle: Check = {
  id: 'every-feature-has-a-working-toggle',
  requirement: 'TOGL-01',
  evaluate(history, thresholds) {
    const record = toggleRecordOf(history)
    if (record.features.length === 0 || record.through === undefined) return inconclusive('no feature with a probe is known')
    const limitMs = record.withinPromise(numberThreshold(thresholds, 'effective_within_s') * 1_000)
    const tables = record.features.map((feature) => tableOf(record, feature, { through: record.through!, limitMs }))
    const wrong = tables.flatMap((one) => one.wrong)
    const missing = missingToggles(history)
    const evidence = tables.map(evidenceOf)
    if (wrong.length > numberThreshold(thresholds, 'wrong_states_max')) {
      const doubt = disturbedAround(history, wrong.map(({ flip }) => flip), limitMs)
      return doubt ?? failed(`${counted(wrong.length, 'flip')} had no effect: ${wrong.slice(0, 3).map(({ text }) => text).join('; ')}`, evidence)
    }
    if (missing === undefined) return inconclusive('the list of toggles could not be read', evidence)
    if (missing.length > numberThreshold(thresholds, 'features_without_toggle_max')) return failed(`the release has features without a toggle: ${listed(missing)}`, evidence)
    const untried = releaseOf(history).filter((name) => !record.features.some((one) => one.name === name))
    if (untried.length > 0) return inconclusive(`${listed(untried)} of the release has no probe, so that its toggle could not be tried`, evidence)
    return enough(tables, numberThreshold(thresholds, 'flips'), evidence)
  },
}

interface FlipTable {
  readonly feature: FeatureFact
  readonly tookMs: readonly number[]
  readonly directions: ReadonlySet<string>
  readonly wrong: readonly { readonly flip: Flip; readonly text: string }[]
  readonly nothing: readonly string[]
}

function tableOf(record: ToggleRecord, feature: FeatureFact, { through, limitMs }: { readonly through: string; readonly limitMs: number }): FlipTable {
  const flips = record.flips.filter((one) => one.feature.name === feature.name)
  const judged = flips.map((flip) => ({ flip, verdict: judgeFlip(record, flip, { instance: through, limitMs }) }))
  return {
    feature,
    tookMs: judged.flatMap(({ verdict }) => (verdict.kind === 'effective' ? verdict.tookMs : [])),
    directions: new Set(judged.flatMap(({ flip, verdict }) => (verdict.kind === 'effective' ? flip.to : []))),
    wrong: judged.flatMap(({ flip, verdict }) => (verdict.kind === 'wrong' ? { flip, text: verdict.text } : [])),
    nothing: judged.flatMap(({ verdict }) => (verdict.kind === 'nothing' ? verdict.reason : [])),
  }
}

const evidenceOf = ({ feature, tookMs, wrong }: FlipTable): Evidence => ({
  note: `${feature.name}: ${counted(tookMs.length, 'effective flip')}, ${wrong.length} without effect; slowest`,
  ...(tookMs.length === 0 ? {} : { measured: Math.round(greatestOf(tookMs)), unit: 'ms' as const }),
})

/** Undefined when the list was not read. */
function missingToggles(history: History): readonly string[] | undefined {
  const value = observationsOf(history, listReading).at(-1)?.value as ReadValue | undefined
  if (value?.outcome !== 'read') return undefined
  const names = namesInList(value.value)
  return releaseOf(history).filter((one) => !names.includes(one))
}

const releaseOf = (history: History): readonly string[] => (factOf(history, 'toggle-release') as readonly string[] | undefined) ?? []

function enough(tables: readonly FlipTable[], flipsMin: number, evidence: readonly Evidence[]): Finding {
  for (const { feature, tookMs, directions, nothing } of tables) {
    if (tookMs.length < flipsMin || directions.size < 2) {
      return inconclusive(`${feature.name} was seen to change ${counted(tookMs.length, 'time')}, needs ${flipsMin} in both directions${nothing[0] === undefined ? '' : `: ${nothing[0]}`}`, evidence)
    }
  }
  const all = tables.flatMap(({ tookMs }) => tookMs)
  return passed(`${counted(tables.length, 'feature')} followed ${counted(all.length, 'flip')} of their toggles, each within ${spanned(greatestOf(all))}`, evidence)
}
