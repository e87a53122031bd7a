import { failed, inconclusive, passed, type Check, type Finding } from '../../core/check.js'
import { counted, listed } from '../../core/checks/counted.js'
import type { History } from '../../core/history.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { archivesOf, behavioursOf, isReadable, parsedArchive, planOf, refusalLabels, showsAll, type ArchiveReading, type ConfigurationPlan } from './experiment.js'
import { parseAs } from './format.js'
import { differingPaths, isWithin, missingLines, sameInOrder } from './paths.js'
import { nothingChanged } from './traffic-around.js'

/** Archives taken at least this far apart show time stamps of whole seconds. */
const apartMsMin = 1_000

/** CONF-04: archives of one configuration are the same text, and two configurations differ in what was changed and nothing else. */
export const archivesCanBeCompared: Check = {
  id: 'archived-configurations-can-be-compared',
  requirement: 'CONF-04',
  evaluate(history, thresholds) {
    const plan = planOf(history)
    if (plan === undefined) return nothingChanged
    const pairs = unchangedPairs(history, plan)
    const spurious = pairs.map((pair) => ({ ...pair, difference: differenceOf(plan, pair.before, pair.after) })).filter((one) => one.difference !== undefined)
    if (spurious[0] !== undefined) {
      const { what, difference } = spurious[0]
      return failed(`two archives of the same configuration differ (${what}): ${difference}`, [{ note: `${spurious.length} of ${pairs.length} pairs of archives of one and the same configuration differ`, measured: spurious.length, allowed: 0, unit: 'count' }])
    }
    if (plan.unusable !== undefined) return inconclusive(plan.unusable)
    const missing = ['a second or more apart', 'across a restart'].filter((what) => !pairs.some((one) => one.what === what))
    const changed = judgeChanged(history, plan, thresholds)
    if (changed.outcome !== 'passed') return changed
    if (missing.length > 0) return inconclusive(`there are no two archives of the same configuration ${listed(missing)}`)
    return passed(`${counted(pairs.length, 'pair')} of archives of one configuration are the same, and ${changed.summary}`, changed.evidence)
  },
}

interface Pair {
  readonly what: 'a second or more apart' | 'at once' | 'across a restart'
  readonly before: ArchiveReading
  readonly after: ArchiveReading
}

function unchangedPairs(history: History, plan: ConfigurationPlan): Pair[] {
  const found = archivesOf(history, 'found').filter((one) => one.ok)
  const [first, last] = [found[0], found.at(-1)]
  const ofA = ['A', 'A once more'].map((label) => archivesOf(history, label).findLast((one) => one.ok))
  // What changed a configuration that it refused, or lost one in a restart, is for others to say: these are archives of two configurations.
  const showing = (label: string): boolean => {
    const last = behavioursOf(history, label, plan.archivedFrom).findLast(isReadable)
    return last !== undefined && showsAll(plan, label, last)
  }
  const before = ['B once more', ...refusalLabels].flatMap((label) => archivesOf(history, label)).filter((one) => one.ok).at(-1)
  const beforeRestart = before !== undefined && showing(before.label) ? before : undefined
  const restarted = showing('restarted') ? archivesOf(history, 'restarted').findLast((one) => one.ok) : undefined
  const pair = (what: Pair['what'], before: ArchiveReading | undefined, after: ArchiveReading | undefined): Pair[] =>
    before === undefined || after === undefined || before === after ? [] : [{ what, before, after }]
  return [
    ...(first !== undefined && last !== undefined && last.startedAtMs - first.startedAtMs >= apartMsMin ? pair('a second or more apart', first, last) : []),
    ...pair('at once', ofA[0], ofA[1]),
    ...pair('across a restart', beforeRestart, restarted),
  ]
}

/** How two archives differ that should be the same; outside volatile paths not even the order or a comment may change. */
function differenceOf(plan: ConfigurationPlan, before: ArchiveReading, after: ArchiveReading): string | undefined {
  if (before.text === after.text) return undefined
  const [gone, come] = [missingLines(before.text, after.text), missingLines(after.text, before.text)]
  const lines = gone.length >= come.length ? gone : come
  try {
    const [a, b] = [parseAs(plan.format, before.text), parseAs(plan.format, after.text)]
    const paths = differingPaths(a, b, plan.volatile)
    if (paths.length > 0) return `${listed(paths.slice(0, 5))} changed`
    const volatile = differingPaths(a, b).length
    if (!sameInOrder(a, b, plan.volatile)) return 'the order of its keys changed'
    return lines.length > volatile ? `the text changed: ${JSON.stringify(lines[0]?.slice(0, 80))}` : undefined
  } catch {
    return `the text changed: ${JSON.stringify(lines[0]?.slice(0, 80) ?? '')}`
  }
}

function judgeChanged(history: History, plan: ConfigurationPlan, thresholds: ThresholdValues): Finding {
  const [a, b] = [parsedArchive(history, plan, 'A'), parsedArchive(history, plan, 'B')]
  if ('problem' in a) return inconclusive(a.problem)
  if ('problem' in b) return inconclusive(b.problem)
  const min = numberThreshold(thresholds, 'planted_keys')
  if (plan.settings.length < min) return inconclusive(`${counted(plan.settings.length, 'setting')} can be changed, needs ${min}`)
  for (const label of ['A', 'B']) {
    if (!behavioursOf(history, label, plan.archivedFrom).some((one) => showsAll(plan, label, one))) return inconclusive(`configuration ${label} was not seen to take effect on ${plan.archivedFrom}`)
  }
  const planted = plan.settings.map((one) => one.path)
  const differing = differingPaths(a.parsed, b.parsed, plan.volatile)
  const spurious = differing.filter((path) => !isWithin(path, planted))
  const missing = planted.filter((path) => !differing.some((one) => isWithin(one, [path])))
  const evidence = [
    { note: `paths that differ although nobody changed them: ${spurious.join(', ') || 'none'}`, measured: spurious.length, allowed: numberThreshold(thresholds, 'spurious_paths_max'), unit: 'count' as const },
    { note: `changed paths that do not differ: ${missing.join(', ') || 'none'}`, measured: missing.length, allowed: numberThreshold(thresholds, 'missing_paths_max'), unit: 'count' as const },
  ]
  if (spurious.length > numberThreshold(thresholds, 'spurious_paths_max')) return failed(`the archives of two configurations also differ in ${listed(spurious)}, which nobody changed`, evidence)
  if (missing.length > numberThreshold(thresholds, 'missing_paths_max')) return failed(`the archives of two configurations do not differ in ${listed(missing)}, which was changed`, evidence)
  return passed(`the archives of two configurations differ in exactly the ${planted.length} paths that were changed`, evidence)
}
