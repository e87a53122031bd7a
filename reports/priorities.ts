import { isRegression, judgedIn, toleratedBecause } from '../core/build-gate.js'
import type { RequirementReport, RunReport } from '../core/run-report.js'
import { standingOf } from './outcome-display.js'

const isRed = (requirement: RequirementReport): boolean =>
  requirement.outcome === 'failed' || requirement.outcome === 'missing'

/** Held in the run that this one is compared with, and no longer does. */
const hasRegressed = ({ baseline }: RunReport, { id, outcome, waived }: RequirementReport): boolean => isRegression(baseline?.outcomes[id], outcome, waived !== null)

/** Failed, missing or unknown, and in the way of exit code 0. */
export const blocksBuild = (report: RunReport, requirement: RequirementReport): boolean =>
  (isRed(requirement) || isUnknown(requirement)) && toleratedBecause(report, requirement) === null

/**
 * What to fix first: failed and missing MUSTs that nobody waived, and whatever regressed. What fails the build goes first, then the
 * heaviest; among equals the lower level, then what is broken before what is absent, then the id.
 */
export function fixFirst(report: RunReport): readonly RequirementReport[] {
  return report.requirements
    .filter((requirement) => isRed(requirement) && requirement.waived === null && (requirement.keyword === 'MUST' || hasRegressed(report, requirement)))
    .toSorted((a, b) => Number(blocksBuild(report, b)) - Number(blocksBuild(report, a)) || byWeight(a, b))
}

/** What stands over the list of `fixFirst`. */
export function fixHeading(report: RunReport): string {
  const toFix = fixFirst(report)
  if (toFix.some((requirement) => hasRegressed(report, requirement))) return `What no longer holds since ${report.baseline?.runId}`
  return toFix.some((requirement) => blocksBuild(report, requirement)) ? 'What to fix first' : 'What does not hold, and does not fail the build'
}

/** Why what does not hold leaves the build alone, where that is not plain: that a SHOULD fails no build, its keyword says. */
export function toleranceSaid(report: RunReport, requirement: RequirementReport): string | null {
  const isPlain = report.baseline === undefined && requirement.keyword === 'SHOULD' && requirement.waived === null
  return isPlain ? null : toleratedBecause(report, requirement)
}

/** `MUST · level 1 · weight 3`, and what that means for the build where it is not plain. */
export function standingIn(report: RunReport, requirement: RequirementReport): string {
  const said = toleranceSaid(report, requirement) ?? (report.baseline !== undefined && hasRegressed(report, requirement) ? `held in ${judgedIn(report.baseline, requirement.id)}` : null)
  return said === null ? standingOf(requirement) : `${standingOf(requirement)} · ${said}`
}

const isUnknown = ({ outcome }: RequirementReport): boolean => outcome === 'inconclusive' || outcome === 'error'

function byWeight(a: RequirementReport, b: RequirementReport): number {
  return (
    b.weight - a.weight ||
    a.level - b.level ||
    Number(a.outcome === 'missing') - Number(b.outcome === 'missing') ||
    a.id.localeCompare(b.id, 'en', { numeric: true })
  )
}

/** Failed and missing requirements that a waiver accepts: they earn nothing and do not fail the build. */
export const waivedCount = (report: RunReport): number =>
  report.requirements.filter((requirement) => isRed(requirement) && requirement.waived !== null).length

/** Inconclusive and erroneous requirements: nobody knows whether they hold. Heaviest first. */
export function unknowns(report: RunReport): readonly RequirementReport[] {
  return report.requirements
    .filter(isUnknown)
    .toSorted(byWeight)
}

/** The command that judges all these again, made from those of each; undefined when they were run in different ways. */
export function commandForAll(requirements: readonly RequirementReport[]): string | undefined {
  const [first] = requirements
  if (first === undefined) return undefined
  const ids = requirements.map(({ id }) => id)
  const withoutId = ({ id, reproduce }: RequirementReport): string => reproduce.replace(`--only ${id}`, '--only')
  if (requirements.some((one) => withoutId(one) !== withoutId(first) || withoutId(one) === one.reproduce)) return undefined
  return withoutId(first).replace('--only', `--only ${ids.join(',')}`)
}

/** What to do about what nobody knows. */
export const unknownAdvice = (open: readonly RequirementReport[]): string =>
  `Neither shown to hold nor seen to fail. ${open.some(({ outcome }) => outcome === 'error') ? 'An error is one of the harness or its set-up. ' : ''}Where the reason is a busy machine, run ${open.length === 1 ? 'it' : 'them'} again on one with less to do:`

/** What the run as a whole means, for colours and symbols; the words are `RunReport.verdict`. */
export type RunTone = 'good' | 'bad' | 'unsure' | 'broken'

/** An interrupted or crashed run never looks good, whatever its exit code says. */
export function toneOf(report: RunReport): RunTone {
  if (report.status !== 'complete') return 'broken'
  if (report.exitCode === 0) return report.restored && report.score.value !== null ? 'good' : 'unsure'
  if (report.exitCode === 1) return 'bad'
  return report.exitCode === 2 ? 'unsure' : 'broken'
}

/** Sentences beside the verdict that say what it was given with, and what became needless; they fail no build. */
export function remarks({ requirements }: RunReport): readonly string[] {
  const judged = requirements.filter(({ outcome, relaxed }) => relaxed.length > 0 && outcome !== 'skipped' && outcome !== 'not-applicable')
  const keys = judged.flatMap(({ id, relaxed, thresholds }) => relaxed.map((key) => `${id}.${key} ${String(thresholds[key])}`))
  const stale = requirements.filter(({ outcome, staleWaiver }) => outcome === 'passed' && staleWaiver !== undefined)
  const again = requirements.filter(({ findings }) => findings.some(({ superseded }) => superseded === true))
  return [
    ...(again.length === 0 ? [] : [`Undecided beside other scenarios, so measured again alone: ${again.map(({ id, outcome }) => `${id} ${outcome}`).join(', ')}.`]),
    ...(keys.length === 0 ? [] : [`Thresholds were relaxed: ${keys.join(', ')}.`]),
    ...stale.map(({ id, staleWaiver }) => `The waiver of ${id} (${staleWaiver?.owner}, until ${staleWaiver?.until}) is stale: it passes now, and the waiver can go.`),
  ]
}

/** Sentences that must stand beside the verdict because they limit what it says. */
export function reservations(report: RunReport): readonly string[] {
  const sentences: string[] = []
  if (report.status === 'interrupted') sentences.push('The run was interrupted: what follows is only a part of it.')
  if (report.status === 'crashed') sentences.push('The harness crashed: what follows is only a part of the run.')
  if (report.requirements.length === 0) sentences.push('No requirement was judged.')
  if (!report.restored) {
    const left = report.notRestored.length === 0 ? 'what, is not known' : report.notRestored.join('; ')
    sentences.push(`Not everything was put back: ${left}.`)
  }
  return sentences
}
