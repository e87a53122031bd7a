import { failed, inconclusive, passed, type Check, type Evidence } from '../../core/check.js'
import { counted, listed } from '../../core/checks/counted.js'
import { disturbedHarness } from '../../core/reading.js'
import { numberThreshold } from '../../core/requirement.js'
import { opposite, type FeatureFact, type State } from './features.js'
import { judgeFlip } from './effects.js'
import { lastIn, toggleRecordOf, type Flip, type ToggleRecord } from './toggle-record.js'

const stallMsMax = 5_000

/** TOGL-05: whichever feature is switched, in whichever direction, every other one keeps its state. */
export const togglesAreIndividual: Check = {
  id: 'toggles-are-individual',
  requirement: 'TOGL-05',
  evaluate(history, thresholds) {
    const record = toggleRecordOf(history)
    const { features, through } = record
    if (features.length < 2 || through === undefined) return inconclusive(`${counted(features.length, 'toggle')} is known, needs 2`)
    const cells = record.flips.flatMap((flip) => cellsOf(record, flip, through))
    const wrong = cells.filter(({ kept }) => !kept)
    const evidence: Evidence[] = wrong.slice(0, 10).map(({ flip, other, state, said }) => ({ note: `${flip.feature.name} switched ${flip.to}: ${other.name} was ${state} and gave ${said} afterwards` }))
    if (wrong.length > numberThreshold(thresholds, 'wrong_pairs_max')) {
      const disturbed = wrong.map(({ flip }) => disturbedHarness(history, { fromMs: flip.issuedAtMs, toMs: flip.endAtMs }, stallMsMax)).find((one) => one !== null)
      const pairs = [...new Set(wrong.map(({ flip, other }) => `${flip.feature.name} changes ${other.name}`))]
      return disturbed ?? failed(`toggles are not independent: ${listed(pairs)}`, evidence)
    }
    const missing = uncovered(features, cells)
    if (missing.length > 0) return inconclusive(`${counted(missing.length, 'combination')} of features was not seen: ${missing[0]}`, evidence)
    return passed(`${counted(features.length * (features.length - 1), 'ordered pair')} of features, both directions in both states of the other: every other feature kept its state in ${counted(cells.length, 'reading')}`)
  },
}

/** One feature beside another one that was switched. */
interface Cell {
  readonly flip: Flip
  readonly other: FeatureFact
  readonly state: State
  readonly kept: boolean
  readonly said: string
}

/** Only flips that had their effect say something, and only others that were seen in their state right before. */
function cellsOf(record: ToggleRecord, flip: Flip, through: string): Cell[] {
  if (judgeFlip(record, flip, { instance: through, limitMs: Infinity }).kind !== 'effective') return []
  const inForce = record.readings(flip.feature.name, through).find((one) => one.sentAtMs >= flip.issuedAtMs && one.state === flip.to)
  if (inForce === undefined) return []
  return record.features.flatMap((other) => {
    if (other.name === flip.feature.name || other.dependsOn.includes(flip.feature.name)) return []
    const readings = record.readings(other.name, through)
    const before = lastIn(readings, { fromMs: 0, toMs: flip.issuedAtMs })
    const after = lastIn(readings, { fromMs: inForce.atMs, toMs: flip.endAtMs })
    if (after === undefined || (before?.state !== 'on' && before?.state !== 'off')) return []
    return [{ flip, other, state: before.state, kept: after.state === before.state, said: after.said }]
  })
}

function uncovered(features: readonly FeatureFact[], cells: readonly Cell[]): string[] {
  const seen = new Set(cells.map(({ flip, other, state }) => `${flip.feature.name} switched ${flip.to} while ${other.name} is ${state}`))
  const states: readonly State[] = ['on', opposite('on')]
  return features.flatMap((one) =>
    features
      .filter((other) => other.name !== one.name && !other.dependsOn.includes(one.name))
      .flatMap((other) => states.flatMap((to) => states.map((state) => `${one.name} switched ${to} while ${other.name} is ${state}`)))
      .filter((combination) => !seen.has(combination)),
  )
}
