import { baselineOf } from './build-gate.js'
import { compareRuns, type Comparison, type OutcomeMove } from './comparison.js'
import { exitCodes, SeaworthyError } from './errors.js'
import type { RunReport } from './run-report.js'

export interface BaselineDecision {
  readonly exitCode: number
  readonly verdict: string
}

/** Runs of several services have nothing to compare. Throws SW_RUNS_OF_SEVERAL_SERVICES. */
export function requireOneService(names: readonly string[], hint: string): void {
  const services = [...new Set(names)]
  if (services.length <= 1) return
  throw new SeaworthyError('SW_RUNS_OF_SEVERAL_SERVICES', `while comparing runs: found runs of ${services.join(' and ')}, expected those of one service`, { hint })
}

/**
 * A baseline is a run of the same service that came to its end: one that did not has left most of it open, and whatever broke since would
 * pass for news. Throws SW_RUNS_OF_SEVERAL_SERVICES and SW_BASELINE_INCOMPLETE.
 */
export function requireBaseline(baseline: RunReport, service: string): void {
  requireOneService([baseline.service.name, service], 'Name the folder of a run of this service with --baseline.')
  if (baseline.status === 'complete') return
  throw new SeaworthyError('SW_BASELINE_INCOMPLETE', `while reading the baseline ${baseline.runId}: found a run that ${endings[baseline.status]}, expected one that came to its end`, {
    hint: 'What it did not judge cannot be compared: name the folder of a complete run with --baseline, or run without it.',
  })
}

const endings = { interrupted: 'was interrupted', crashed: 'crashed' } as const

/** The report of a run that is held against an earlier one: exit code and verdict are about what held there. */
export function againstBaseline(report: RunReport, baseline: RunReport): RunReport {
  return { ...report, baseline: baselineOf(baseline), ...decideAgainstBaseline(compareRuns(baseline, report), report) }
}

/**
 * Exit code and sentence of a run that is held against an earlier one. A run that did not end, or did not put everything
 * back, keeps its own; when less than four fifths of what held before could be judged, nothing is known.
 */
export function decideAgainstBaseline(comparison: Comparison, after: RunReport): BaselineDecision {
  if (after.status !== 'complete' || after.exitCode > exitCodes.notConclusive) return { exitCode: after.exitCode, verdict: after.verdict }
  const byItself = `; by itself ${after.verdict}`
  const { exitCode, verdict } = decisionOf(comparison, comparison.before.runId)
  if (exitCode !== exitCodes.requirementFailed && !after.restored) return { exitCode: exitCodes.notConclusive, verdict: `the world was not restored${byItself}` }
  return { exitCode, verdict: `${verdict}${byItself}` }
}

/** Exit code and sentence of a comparison of two saved runs; of one that did not end nothing good is said. */
export function decideDifference(comparison: Comparison): BaselineDecision {
  const decision = decisionOf(comparison, 'the run before')
  if (decision.exitCode === exitCodes.requirementFailed) return decision
  for (const { status, runId } of [comparison.before, comparison.after]) {
    if (status !== 'complete') return { exitCode: exitCodes.notConclusive, verdict: `undecided: ${runId} ${endings[status]}` }
  }
  return decision
}

/** Of what held before and was not left out; with less the run has not looked closely enough to say that nothing broke. */
const judgedShareMin = 0.8

function decisionOf(comparison: Comparison, earlier: string): BaselineDecision {
  const { regressions, unsure, unknown, compared } = comparison
  const beside = besides(comparison)
  if (regressions.length > 0) {
    return { exitCode: exitCodes.requirementFailed, verdict: `${regressions.length} held in ${earlier} and no longer ${regressions.length === 1 ? 'does' : 'do'} (${named(regressions)})${beside}` }
  }
  if (compared === 0 || compared < (compared + unsure.length) * judgedShareMin) {
    return { exitCode: exitCodes.notConclusive, verdict: `undecided: too little of what held in ${earlier} was judged, ${compared} of ${compared + unsure.length}${beside}` }
  }
  if (compared < (compared + unsure.length + unknown.length) * judgedShareMin) {
    return { exitCode: exitCodes.notConclusive, verdict: `undecided: of too much that does not hold now ${earlier} says nothing, ${unknown.length} beside ${compared} that held there${beside}` }
  }
  return { exitCode: exitCodes.ok, verdict: `no regression: ${compared} that held in ${earlier} ${compared === 1 ? 'holds' : 'hold'}${beside}` }
}

/** At most six, and how many more there are. */
function shortened(texts: readonly string[]): string {
  return texts.length <= 6 ? texts.join(', ') : `${texts.slice(0, 6).join(', ')} and ${texts.length - 6} more`
}
const named = (moves: readonly OutcomeMove[]): string => shortened(moves.map(({ id, judgedIn }) => (judgedIn === null ? id : `${id}, judged last in ${judgedIn}`)))

/** What limits the sentence: what was not judged and why, what a waiver accepts, and what was judged differently. */
function besides(comparison: Comparison): string {
  const { unsure, unknown, others } = comparison
  const counted = (moves: readonly OutcomeMove[], one: string, more: string): readonly string[] =>
    moves.length === 0 ? [] : [`${moves.length} ${moves.length === 1 ? one : more} (${named(moves)})`]
  const having = (...outcomes: readonly OutcomeMove['after'][]): readonly OutcomeMove[] => unsure.filter(({ after }) => outcomes.includes(after))
  const parts = [
    ...counted(having('inconclusive', 'error'), 'could not be judged', 'could not be judged'),
    ...counted(having('skipped'), 'is skipped', 'are skipped'),
    ...counted(having('not-applicable'), 'is no longer applicable', 'are no longer applicable'),
    ...counted(having(null), 'is gone from the checklist', 'are gone from the checklist'),
    ...counted(others.filter((one) => one.before === 'passed' && one.waived), 'does not hold and is waived', 'do not hold and are waived'),
    ...counted(unknown, 'does not hold and was not judged there', 'do not hold and were not judged there'),
    ...(comparison.notSelected === 0 ? [] : [`${comparison.notSelected} ${comparison.notSelected === 1 ? 'was' : 'were'} not selected`]),
    ...conditionsOf(comparison),
  ]
  return parts.map((part) => `, ${part}`).join('')
}

const namedConditions: readonly string[] = ['driver', 'profile', 'catalogue version']

function conditionsOf({ differences, otherThresholds }: Comparison): readonly string[] {
  const changed = differences.filter(({ what }) => namedConditions.includes(what)).map(({ what, before, after }) => `${what} ${before} → ${after}`)
  const thresholds = otherThresholds.length === 0 ? [] : [`thresholds of ${shortened(otherThresholds)}`]
  const all = [...changed, ...thresholds]
  return all.length === 0 ? [] : [`judged differently (${all.join('; ')})`]
}
