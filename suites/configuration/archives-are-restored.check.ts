import { failed, inconclusive, passed, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import { greatestOf } from '../../core/extremes.js'
import type { History } from '../../core/history.js'
import { observationsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { answeredOf, archivesOf, behavioursOf, isReadable, notShown, parsedArchive, planOf, shows, showsAll, wantedAt, type ConfigurationPlan } from './experiment.js'
import { parseAs, type Parsed } from './format.js'
import { differingPaths, isWithin, kindOf, leaves, valueAt } from './paths.js'
import { sameValue } from './experiment.js'
import { nothingChanged, unlessDisturbed } from './traffic-around.js'

/** CONF-03: an archive brings back what was archived, in place and on a fresh instance. */
export const archivesAreRestored: Check = {
  id: 'archived-configurations-are-restored',
  requirement: 'CONF-03',
  evaluate(history, thresholds) {
    const plan = planOf(history)
    if (plan === undefined) return nothingChanged
    if (plan.unusable !== undefined) return inconclusive(plan.unusable)
    const a = parsedArchive(history, plan, 'A')
    if ('problem' in a) return inconclusive(a.problem)
    const masked = [...plan.volatile, ...noiseOf(history, plan, a.parsed)]
    const unplanted = unplantedReason(history, plan, { a: a.parsed, masked, thresholds })
    if (unplanted !== undefined) return inconclusive(unplanted)
    const arms = [judgeInPlace(history, plan, { a: a.parsed, masked, thresholds }), judgeFresh(history, plan, { a: a.parsed, masked, thresholds })]
    const worst = arms.find((one) => one.outcome === 'failed') ?? arms.find((one) => one.outcome !== 'passed')
    if (worst !== undefined) return worst
    return passed(`${counted(plan.settings.length, 'changed key')} came back ${arms.map((one) => one.summary).join(', and ')}`, arms.flatMap((one) => one.evidence))
  },
}

interface Compared {
  readonly a: Parsed
  readonly masked: readonly string[]
}

/** Paths that differ between two archives of the same configuration: what CONF-04 is about, not this. */
function noiseOf(history: History, plan: ConfigurationPlan, a: Parsed): string[] {
  const again = parsedArchive(history, plan, 'A once more')
  return 'problem' in again ? [] : differingPaths(a, again.parsed)
}

/** Why the changes to be undone were no test: too few, of too few kinds, or never in force. */
function unplantedReason(history: History, plan: ConfigurationPlan, { a, masked, thresholds }: Compared & { readonly thresholds: ThresholdValues }): string | undefined {
  const { settings } = plan
  const min = numberThreshold(thresholds, 'planted_keys_min')
  if (settings.length < min) return `${counted(settings.length, 'setting')} can be seen in behaviour, needs ${min}`
  const deletable = settings.filter((one) => one.deletable).length
  if (deletable < numberThreshold(thresholds, 'deletions_min')) return `${counted(deletable, 'declared setting')} can be deleted, needs ${numberThreshold(thresholds, 'deletions_min')}`
  const kinds = new Set(settings.map((one) => kindOf(a, one.path)))
  const untried = [...new Set(leaves(a).map(([pointer]) => kindOf(a, pointer)))].filter((kind) => !kinds.has(kind))
  if (untried.length > 0) return `the archive has a ${listed(untried)}, and no declared setting is one`
  const b = parsedArchive(history, plan, 'B')
  if ('problem' in b) return b.problem
  const differing = differingPaths(a, b.parsed, masked)
  const unchanged = settings.filter((one) => !differing.some((path) => isWithin(path, [one.path])))
  if (unchanged.length > 0) return `the planted change of ${listed(unchanged.map((one) => one.name))} is not in the archive of it`
  const notInA = settings.filter((one) => !sameValue(valueAt(a, one.path), wantedAt(one, 'A')))
  if (notInA.length > 0) return `${listed(notInA.map((one) => one.name))} of the archived configuration is not what had been applied`
  const byItself = behavioursOf(history, 'found', plan.archivedFrom).findLast(isReadable)
  if (byItself === undefined || settings.some((one) => shows(one, 'A', byItself.values[one.name]))) return `${plan.archivedFrom} was not seen without the archived values before anything was changed`
  const blind = plan.instances.filter((via) => !['A', 'B'].every((label) => behavioursOf(history, label, via).some((one) => showsAll(plan, label, one))))
  return blind.length === 0 ? undefined : `the planted change was not seen on ${listed(blind)}`
}

function judgeInPlace(history: History, plan: ConfigurationPlan, { a, masked, thresholds }: Compared & { readonly thresholds: ThresholdValues }): Finding {
  const answered = answeredOf(history, 'config.restore', 'restored')
  if (answered === undefined) return inconclusive('nothing was restored in place')
  const limitMs = numberThreshold(thresholds, 'restore_within_s') * 1_000
  const window = { fromMs: answered.startedAtMs, toMs: answered.startedAtMs + answered.tookMs + Math.min(limitMs, plan.effectiveWithinMs) }
  if (!answered.ok) return unlessDisturbed(history, window, { finding: failed(`the restore of an archive was not accepted: ${answered.error ?? ''}`) })
  const restored = parsedArchive(history, plan, 'restored')
  if ('problem' in restored) return inconclusive(restored.problem)
  const seen = plan.instances.map((via) => ({ via, looks: behavioursOf(history, 'restored', via) }))
  const stale = seen.filter(({ looks }) => !looks.some((one) => showsAll(plan, 'restored', one)))
  const differing = differingPaths(a, restored.parsed, masked)
  const evidence: Evidence[] = [{ note: `paths that differ from the archive after the restore in place: ${differing.join(', ') || 'none'}`, measured: differing.length, allowed: numberThreshold(thresholds, 'differing_paths_max'), unit: 'count' }]
  if (differing.length > numberThreshold(thresholds, 'differing_paths_max')) return failed(`after the restore in place ${listed(differing)} differs from the archive`, evidence)
  if (stale[0] !== undefined) {
    const last = stale[0].looks.at(-1)
    if (last === undefined || !isReadable(last)) return inconclusive(`the settings of ${stale[0].via} could not be read after the restore`)
    return unlessDisturbed(history, window, { finding: failed(`after the restore in place ${stale[0].via} does not behave as archived: ${notShown(plan, 'restored', last).join(', ')}`, evidence), limitMs: plan.effectiveWithinMs })
  }
  const tookMs = greatestOf(seen.map(({ looks }) => looks.find((one) => showsAll(plan, 'restored', one))?.atMs ?? 0)) - answered.startedAtMs
  if (tookMs > limitMs) return unlessDisturbed(history, window, { finding: failed(`the restore took ${spanned(tookMs)}, allowed are ${spanned(limitMs)}`, evidence), limitMs })
  return passed(`in place within ${spanned(tookMs)}`, evidence)
}

function judgeFresh(history: History, plan: ConfigurationPlan, { a, masked, thresholds }: Compared & { readonly thresholds: ThresholdValues }): Finding {
  const ready = observationsOf(history, 'fresh-ready').find((one) => (one.value as { readonly label?: string }).label === 'fresh')
  if (ready === undefined) return inconclusive('no fresh instance was started from the archive')
  if (!(ready.value as { readonly ready: boolean }).ready) return inconclusive('the fresh instance that was given the archive did not become ready, which CONF-01 judges')
  const given = archivesOf(history, 'A').findLast((one) => one.ok)?.text
  const differingMax = numberThreshold(thresholds, 'differing_paths_max')
  const fresh = parsedArchive(history, plan, 'fresh')
  if ('problem' in fresh) return inconclusive(fresh.problem)
  const differing = differingPaths(a, fresh.parsed, masked)
  const evidence: Evidence[] = [{ note: `paths that differ from the archive on the fresh instance: ${differing.join(', ') || 'none'}`, measured: differing.length, allowed: differingMax, unit: 'count' as const }]
  if (differing.length > differingMax) return failed(`on a fresh instance that was given the archive ${listed(differing)} differs from it`, evidence)
  const looks = behavioursOf(history, 'fresh')
  const last = looks.at(-1)
  if (last === undefined || !isReadable(last)) return inconclusive('the settings of the fresh instance could not be read')
  if (!looks.some((one) => showsAll(plan, 'fresh', one))) return failed(`a fresh instance that was given the archive does not behave as archived: ${notShown(plan, 'fresh', last).join(', ')}`, evidence)
  const keys = given === undefined ? 0 : leaves(parseAs(plan.format, given)).length
  return passed(`on a fresh instance, with all ${keys} values of the archive`, evidence)
}
