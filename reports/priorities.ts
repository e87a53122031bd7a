import type { RequirementReport, RunReport } from '../core/run-report.js'

const isRed = (requirement: RequirementReport): boolean =>
  requirement.outcome === 'failed' || requirement.outcome === 'missing'

/**
 * What to fix first: failed and missing MUSTs that nobody waived, heaviest first; among equals the lower level, then
 * what is broken before what is absent, then the id.
 */
export function fixFirst(report: RunReport): readonly RequirementReport[] {
  return report.requirements
    .filter((requirement) => requirement.keyword === 'MUST' && isRed(requirement) && requirement.waived === null)
    .toSorted(byWeight)
}

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
    .filter(({ outcome }) => outcome === 'inconclusive' || outcome === 'error')
    .toSorted(byWeight)
}

/** What the run as a whole means, for colours and symbols; the words are `RunReport.verdict`. */
export type RunTone = 'good' | 'bad' | 'unsure' | 'broken'

/** An interrupted or crashed run never looks good, whatever its exit code says. */
export function toneOf(report: RunReport): RunTone {
  if (report.status !== 'complete') return 'broken'
  if (report.exitCode === 0) return report.restored && report.score.value !== null ? 'good' : 'unsure'
  if (report.exitCode === 1) return 'bad'
  return report.exitCode === 2 ? 'unsure' : 'broken'
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
