import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, listed } from '../../core/checks/counted.js'
import type { History } from '../../core/history.js'
import { interventionsOf, observationsOf, type Intervention } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { goodLabel, isFlip, lastLook, type DamagedCopy } from './damaged-copies.js'
import { interventions } from './vocabulary.js'

type Answer = 'accepted' | 'refused' | 'no answer' | 'not offered'
interface Offered extends DamagedCopy {
  readonly label: string
  readonly verified: Answer
  readonly restored: Answer
}

/** BKUP-04: no damaged copy is taken for a whole one. */
export const damagedBackupsAreRefused: Check = {
  id: 'a-damaged-backup-is-noticed',
  requirement: 'BKUP-04',
  evaluate(history, thresholds) {
    const offered = offeredOf(history)
    if (offered.length === 0) return inconclusive('no damaged copy of a backup was offered')
    const harmful = offered.filter((one) => !(isFlip(one.variant) && one.unchanged === true))
    // To be refused by the restore is to be noticed in time, whatever verification said; and what was restored was restored silently.
    const undetected = harmful.filter((one) => !isUnknown(one) && one.restored === 'accepted')
    const evidence = harmful.map(evidenceOf)
    if (undetected.length > numberThreshold(thresholds, 'undetected_max')) {
      return failed(`${undetected.length} of ${harmful.length} damaged copies were restored: ${listed(undetected.map(({ label }) => label))}`, evidence)
    }
    const left = observationsOf(history, 'damaged-copy', lastLook).at(-1)?.value as DamagedCopy | undefined
    if (left?.unchanged === false && numberThreshold(thresholds, 'target_changed_max') < 1) return failed('the data of the target changed although every damaged copy was refused', evidence)
    return doubtOf(history, { harmful, left }, thresholds) ?? passed(`the restore refused all ${harmful.length} damaged copies, and the data that were there stayed as they were${overlooked(harmful)}`, evidence, { strength: strengthOf(harmful.length) })
  },
}

function overlooked(harmful: readonly Offered[]): string {
  const whole = harmful.filter(({ verified }) => verified === 'accepted')
  return whole.length === 0 ? '' : `; verification took ${listed(whole.map(({ label }) => label))} for whole`
}

/** It was restored, and nobody could look whether the flipped bit made a difference. */
const isUnknown = ({ variant, unchanged, restored }: Offered): boolean => isFlip(variant) && restored === 'accepted' && unchanged === null

function offeredOf(history: History): Offered[] {
  const answer = (name: string, label: string): Answer => answerOf(interventionsOf(history, name, label)[0])
  return observationsOf(history, 'damaged-copy')
    .filter(({ target }) => target !== lastLook)
    .map(({ target, value }) => ({ ...(value as DamagedCopy), label: target, verified: answer(interventions.verify, target), restored: answer(interventions.isolated, `damaged-${target}`) }))
}

function answerOf(found: Intervention | undefined): Answer {
  if (found === undefined) return 'not offered'
  if (found.acknowledgedAtMs !== undefined) return 'accepted'
  return found.detail['status'] === undefined && found.detail['exitCode'] === undefined ? 'no answer' : 'refused'
}

const evidenceOf = ({ label, damage, verified, restored }: Offered): Evidence => ({
  note: `${label} (${damage.kind === 'cut' ? `cut to ${damage.toBytes} bytes` : `bit ${damage.bit} of byte ${damage.atByte} flipped`}): verification ${verified}, restore ${restored}`,
})

function doubtOf(history: History, { harmful, left }: { readonly harmful: readonly Offered[]; readonly left: DamagedCopy | undefined }, thresholds: ThresholdValues): Finding | undefined {
  const variants = new Set(harmful.map(({ variant }) => variant)).size
  const needed = numberThreshold(thresholds, 'variants')
  if (variants < needed) return inconclusive(`${counted(variants, 'harmful variant')} could be offered, at least ${needed} are needed`)
  const silent = harmful.filter((one) => one.restored === 'no answer')
  if (silent.length > 0) return inconclusive(`there was no answer for ${listed(silent.map(({ label }) => label))}: whether it was refused is not known`)
  const unknown = harmful.filter(isUnknown)
  if (unknown.length > 0) return inconclusive(`${listed(unknown.map(({ label }) => label))} was restored, and whether it made a difference could not be read`)
  const unoffered = harmful.filter((one) => one.restored === 'not offered')
  if (unoffered.length > 0) return inconclusive(`${listed(unoffered.map(({ label }) => label))} was not offered to a restore`)
  if (harmful.some((one) => one.verified !== 'not offered') && answerOf(interventionsOf(history, interventions.verify, goodLabel)[0]) !== 'accepted') {
    return inconclusive('verification refused the good backup too: that it refused the damaged ones says nothing')
  }
  // What refuses everything would notice every damage.
  const good = interventionsOf(history, interventions.isolated).some((one) => one.acknowledgedAtMs !== undefined && one.witness !== undefined && one.label?.startsWith('damaged-') !== true)
  if (!good) return inconclusive('no good backup was restored: that the damaged ones were refused says nothing')
  return left?.unchanged === true ? undefined : inconclusive('the data of the target could not be compared before and after')
}
