import { failed, inconclusive, passed, strengthOf, type Check } from '../../core/check.js'
import { counted } from '../../core/checks/counted.js'
import type { History } from '../../core/history.js'
import { observationsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { liveRestoreOf } from './live-restores.js'
import type { EffectCounts, Metadata, When } from './side-effects.js'
import { interventions } from './vocabulary.js'

const last = <T>(history: History, probe: string, when: When): T | undefined => observationsOf(history, probe, when).at(-1)?.value as T | undefined

/** BKUP-10: nobody is told of what was restored, and identity and times are those of the backup. */
export const restoresAreSilent: Check = {
  id: 'a-restore-does-not-act-like-a-user',
  requirement: 'BKUP-10',
  evaluate(history, thresholds) {
    const restore = liveRestoreOf(history, interventions.account, 'account')
    if (restore === undefined) return inconclusive('no account was restored')
    if (!restore.ok) return inconclusive(`the restore of the account did not succeed (that is judged by BKUP-06): ${restore.intervention.error ?? 'it never ended'}`)
    const control = controlOf(history, thresholds)
    if (control !== undefined) return inconclusive(control)
    const before = last<EffectCounts>(history, 'effects', 'before')
    const after = last<EffectCounts>(history, 'effects', 'after')
    if (before === undefined || after === undefined) return inconclusive('what was announced was not counted before and after the restore')
    const keys = Object.keys(before).filter((key) => typeof before[key] === 'number' && typeof after[key] === 'number')
    const grown = keys.map((key) => (after[key] ?? 0) - (before[key] ?? 0))
    const events = grown.reduce((sum, one) => sum + Math.max(0, one), 0)
    const evidence = [{ note: `announcements of ${keys.length} restored objects`, measured: events, allowed: numberThreshold(thresholds, 'events_max'), unit: 'count' as const }]
    if (events > numberThreshold(thresholds, 'events_max')) return failed(`the restore announced ${counted(events, 'change')} of ${keys.length} objects as if a user had made them`, evidence)
    const changed = metadataChanged(history)
    if (changed.length > numberThreshold(thresholds, 'metadata_differences_max')) return failed(`${counted(changed.length, 'object')} did not keep identity and times: ${changed.slice(0, 3).join(', ')}`, evidence)
    const setBack = grown.filter((one) => one < 0).length
    if (setBack > 0) return inconclusive(`the counts of ${counted(setBack, 'object')} went backwards: what was announced meanwhile is not known`, evidence)
    const needed = numberThreshold(thresholds, 'restored')
    const compared = metadataCompared(history)
    if (keys.length < needed || compared < needed) return inconclusive(`${keys.length} objects were counted and ${compared} compared, at least ${needed} are needed`)
    if (restore.intervention.witness === undefined) return inconclusive('the restore said that it succeeded, and was not seen to mend an object')
    return passed(`none of ${keys.length} restored objects was announced, and all keep identity and times`, evidence, { strength: strengthOf(keys.length) })
  },
}

/** Why it cannot be said that announcements would have been seen. */
function controlOf(history: History, thresholds: ThresholdValues): string | undefined {
  const before = last<EffectCounts>(history, 'effects', 'control-before') ?? {}
  const after = last<EffectCounts>(history, 'effects', 'control-after') ?? {}
  const read = Object.keys(after).filter((key) => typeof before[key] === 'number' && typeof after[key] === 'number')
  const seen = read.reduce((sum, key) => sum + Math.max(0, (after[key] ?? 0) - (before[key] ?? 0)), 0)
  const needed = numberThreshold(thresholds, 'control_events_min')
  return seen < needed ? `${counted(seen, 'announcement')} followed ordinary writes, at least ${needed} must: the silence of a restore would say nothing` : undefined
}

function metadataPairs(history: History): { readonly key: string; readonly before: readonly unknown[]; readonly after: readonly unknown[] | null | undefined }[] {
  const before = last<Metadata>(history, 'metadata', 'before') ?? {}
  const after = last<Metadata>(history, 'metadata', 'after') ?? {}
  return Object.entries(before).flatMap(([key, found]) => (found === null ? [] : [{ key, before: found, after: after[key] }]))
}
const metadataCompared = (history: History): number => metadataPairs(history).filter(({ after }) => after !== null && after !== undefined).length
const metadataChanged = (history: History): string[] =>
  metadataPairs(history).flatMap(({ key, before, after }) => (after !== null && after !== undefined && JSON.stringify(before) !== JSON.stringify(after) ? [`${key} was ${JSON.stringify(before)}, is ${JSON.stringify(after)}`] : []))
