import { exitCodes } from './errors.js'
import { outcomes, type Outcome } from './outcome.js'
import { isOwnRequirement } from './own-suite.js'
import type { Keyword, Level } from './requirement.js'
import type { RunReport, Score } from './run-report.js'
import type { Skip, SkipCause } from './skip-cause.js'

/** What scoring needs to know of a judged requirement. */
export interface ScoredRequirement {
  readonly id: string
  readonly keyword: Keyword
  readonly level: Level
  readonly weight: number
  readonly outcome: Outcome
  readonly waived: boolean
  readonly skip?: Skip
  /** Keys of thresholds that ask for less than the profile does. */
  readonly relaxed?: readonly string[]
  readonly findings?: readonly { readonly superseded?: boolean }[]
}

const scored: readonly Outcome[] = ['passed', 'failed', 'missing', 'inconclusive', 'error']
const conclusive: readonly Outcome[] = ['passed', 'failed', 'missing']
const shouldCreditMin = 0.8
/** Below this coverage an area gets no grade: not enough evidence. */
export const areaCoverageMin = 0.7

const weightOf = (requirements: readonly ScoredRequirement[]): number => requirements.reduce((sum, one) => sum + one.weight, 0)
const having = (requirements: readonly ScoredRequirement[], wanted: readonly Outcome[]): readonly ScoredRequirement[] =>
  requirements.filter((one) => wanted.includes(one.outcome))

export function countOutcomes(requirements: readonly ScoredRequirement[]): Readonly<Record<Outcome, number>> {
  return Object.fromEntries(outcomes.map((outcome) => [outcome, having(requirements, [outcome]).length])) as Record<Outcome, number>
}

/** 100 x credit / weight over everything that was judged or should have been; null when there is nothing. */
export function scoreValue(requirements: readonly ScoredRequirement[]): number | null {
  const weight = weightOf(having(requirements, scored))
  if (weight === 0) return null
  // Down, so that nothing short of everything reads as 100.
  return Math.floor((1000 * weightOf(having(requirements, ['passed']))) / weight) / 10
}

/** Weight of what was judged with a result over the weight of everything in the catalogue, in [0, 1]. */
export function coverageOf(requirements: readonly ScoredRequirement[]): number {
  const weight = weightOf(requirements)
  return weight === 0 ? 0 : weightOf(having(requirements, conclusive)) / weight
}

/**
 * A level is reached when every MUST at or below it is passed or not-applicable and the SHOULDs have at least
 * 80 % weighted credit. Skipped requirements were not shown to hold, so they stand in the way.
 */
export function levelReached(requirements: readonly ScoredRequirement[], level: Level): boolean {
  const upTo = requirements.filter((one) => one.level <= level)
  if (!upTo.some((one) => one.level === level)) return false
  const musts = upTo.filter((one) => one.keyword === 'MUST')
  if (!musts.every((one) => one.outcome === 'passed' || one.outcome === 'not-applicable')) return false
  const shoulds = upTo.filter((one) => one.keyword === 'SHOULD' && one.outcome !== 'not-applicable')
  const weight = weightOf(shoulds)
  return weight === 0 || weightOf(having(shoulds, ['passed'])) / weight >= shouldCreditMin
}

/** The highest level such that it and all below it are reached. Which profile showed it stands beside it: a smaller one shows it with less strength. */
export function levelOf(requirements: readonly ScoredRequirement[]): 0 | Level {
  let reached: 0 | Level = 0
  for (const level of [1, 2, 3] as const) {
    if (!levelReached(requirements, level)) break
    reached = level
  }
  return reached
}

export function scoreOf(requirements: readonly ScoredRequirement[]): Score {
  return {
    value: scoreValue(requirements),
    coverage: Math.floor(coverageOf(requirements) * 10_000) / 10_000,
    level: levelOf(requirements),
    counts: countOutcomes(requirements),
  }
}

export interface Decision {
  readonly exitCode: number
  readonly verdict: string
}
export interface DecisionInput {
  readonly requirements: readonly ScoredRequirement[]
  readonly requiredLevel: Level | null
  readonly level: 0 | Level
  readonly restored: boolean
  readonly status: RunReport['status']
}

const named = (requirements: readonly ScoredRequirement[]): string => {
  const ids = requirements.map((one) => one.id)
  return ids.length <= 6 ? ids.join(', ') : `${ids.slice(0, 6).join(', ')} and ${ids.length - 6} more`
}

/** Exit code and sentence of a finished run. Without a required level, every MUST that was selected counts. */
export function decide(input: DecisionInput): Decision {
  const decision = decideRestored(input)
  if (decision.exitCode !== exitCodes.ok) return decision
  const relaxed = having(input.requirements, scored).filter((one) => (one.relaxed ?? []).length > 0)
  const again = having(input.requirements, scored).filter(({ findings = [] }) => findings.some(({ superseded }) => superseded === true))
  const conditions = [...(relaxed.length === 0 ? [] : [`with relaxed thresholds (${named(relaxed)})`]), ...(again.length === 0 ? [] : [`some in a second measurement (${named(again)})`])]
  const verdict = [decision.verdict, ...conditions].join(', ')
  const doubts = [...(input.status === 'complete' ? [] : [notWhole[input.status]]), ...(input.restored ? [] : ['the world was not restored'])]
  if (doubts.length === 0) return { ...decision, verdict }
  return { exitCode: exitCodes.notConclusive, verdict: `${doubts.join(' and ')}; otherwise ${verdict}` }
}

const notWhole = { interrupted: 'the run did not reach its end', crashed: 'the harness crashed' } as const

function decideRestored({ requirements, requiredLevel, level }: DecisionInput): Decision {
  const inScope = requirements.filter((one) => requiredLevel === null || one.level <= requiredLevel)
  const musts = inScope.filter((one) => one.keyword === 'MUST')
  const broken = having(musts, ['failed', 'missing']).filter((one) => !one.waived)
  if (broken.length > 0) {
    return { exitCode: exitCodes.requirementFailed, verdict: `not seaworthy: ${broken.length} MUST failed or missing (${named(broken)})` }
  }
  const open = having(musts, ['inconclusive', 'error'])
  if (open.length > 0) {
    return { exitCode: exitCodes.notConclusive, verdict: `undecided: ${open.length} MUST inconclusive or in error (${named(open)})` }
  }
  const asked = notRun(musts).filter(({ skip }) => skip?.asked === true)
  if (asked.length > 0) return { exitCode: exitCodes.notConclusive, verdict: `undecided: ${asked.length} MUST that were selected were not run (${named(asked)}): ${adviceOn(asked, requirements)}` }
  if (having(inScope, scored).length === 0) {
    return { exitCode: exitCodes.notConclusive, verdict: 'undecided: no requirement could be judged' }
  }
  if (requiredLevel !== null && level < requiredLevel) return belowRequiredLevel(inScope.filter(({ id }) => !isOwnRequirement(id)), requiredLevel)
  if (requiredLevel !== null) return { exitCode: exitCodes.ok, verdict: `seaworthy: level ${requiredLevel} is reached` }
  const waived = musts.filter((one) => one.waived)
  if (waived.length > 0) return { exitCode: exitCodes.ok, verdict: `accepted: what failed or is missing among the selected MUSTs is waived (${named(waived)})${besides(notRun(musts))}` }
  if (having(musts, scored).length === 0) return withoutMusts(inScope)
  if (notRun(musts).length > 0) return { exitCode: exitCodes.ok, verdict: `every MUST that was run holds${besides(notRun(musts))}` }
  return { exitCode: exitCodes.ok, verdict: 'seaworthy: every MUST that was selected holds' }
}

/** Skipped, and not because it was left out of the selection. */
const notRun = (requirements: readonly ScoredRequirement[]): readonly ScoredRequirement[] =>
  requirements.filter(({ outcome, skip }) => outcome === 'skipped' && skip !== undefined && skip.cause !== 'not-selected')
const because = (requirements: readonly ScoredRequirement[], wanted: SkipCause): readonly ScoredRequirement[] => requirements.filter(({ skip }) => skip?.cause === wanted)

/** Behind the sentence of a success: what it does not speak of. */
function besides(skipped: readonly ScoredRequirement[]): string {
  if (skipped.length === 0) return ''
  const counted = ([['not-allowed', 'not allowed'], ['not-possible', 'not possible here']] as const).map(([cause, words]) => ({ count: because(skipped, cause).length, words }))
  return `; ${skipped.length} MUST ${skipped.length === 1 ? 'was' : 'were'} not run (${counted.filter(({ count }) => count > 0).map(({ count, words }) => `${count} ${words}`).join(', ')})`
}

/** What would let them run. */
function adviceOn(skipped: readonly ScoredRequirement[], all: readonly ScoredRequirement[]): string {
  const forbidden = because(skipped, 'not-allowed')
  const needed = (['destructive', 'disruptive'] as const).find((one) => forbidden.some(({ skip }) => skip?.allow === one))
  const isSelection = because(all, 'not-selected').length > 0
  const advice = [
    ...(needed === undefined ? [] : [`allow them with --allow ${needed}${isSelection ? '' : ', or say with --allow how much is wanted, if only --allow safe'}`]),
    ...(forbidden.some(({ skip }) => skip?.allow === undefined) ? ['what is destructive needs target.disposable: true'] : []),
    ...(because(skipped, 'not-possible').length > 0 ? ['this driver cannot do what they need'] : []),
  ]
  return advice.join('; ')
}

/** Only SHOULDs were selected: they decide nothing by themselves, but must not look like a success when they are none. */
function withoutMusts(inScope: readonly ScoredRequirement[]): Decision {
  const unrun = notRun(inScope.filter(({ keyword }) => keyword === 'MUST'))
  if (unrun.length > 0) return { exitCode: exitCodes.notConclusive, verdict: `undecided: no MUST could be judged${besides(unrun)}` }
  const asked = notRun(inScope).filter(({ skip }) => skip?.asked === true)
  const open = [...having(inScope, scored).filter((one) => one.outcome !== 'passed' && !one.waived), ...asked]
  if (open.length === 0) return { exitCode: exitCodes.ok, verdict: 'every SHOULD that was selected holds; no MUST was' }
  return { exitCode: exitCodes.notConclusive, verdict: `undecided: no MUST was selected, and ${named(open)} did not pass` }
}

const asPassed = (one: ScoredRequirement, when: boolean): ScoredRequirement => (when ? { ...one, outcome: 'passed' } : one)

/** What keeps a level from being reached: failures that count, else what is waived, else what nobody knows. */
function belowRequiredLevel(inScope: readonly ScoredRequirement[], requiredLevel: Level): Decision {
  const skipped = having(inScope.filter((one) => one.keyword === 'MUST'), ['skipped'])
  if (skipped.length > 0) {
    return { exitCode: exitCodes.notConclusive, verdict: `undecided: level ${requiredLevel} needs ${skipped.length} MUST that were skipped (${named(skipped)})` }
  }
  const failedShoulds = having(inScope.filter((one) => one.keyword === 'SHOULD' && !one.waived), ['failed', 'missing'])
  const atBest = inScope.map((one) => asPassed(one, !failedShoulds.includes(one)))
  if (!reachesAll(atBest, requiredLevel)) {
    return { exitCode: exitCodes.requirementFailed, verdict: `not seaworthy: level ${requiredLevel} needs 80 % of the SHOULDs, failed or missing are ${named(failedShoulds)}` }
  }
  const waived = inScope.filter((one) => one.waived)
  if (waived.length > 0 && reachesAll(inScope.map((one) => asPassed(one, one.waived)), requiredLevel)) {
    return { exitCode: exitCodes.ok, verdict: `level ${requiredLevel} is not reached; what stands in the way is waived (${named(waived)})` }
  }
  return { exitCode: exitCodes.notConclusive, verdict: `undecided: level ${requiredLevel} cannot be shown by this run (what is inconclusive counts as not shown)` }
}

/** Every level up to this one, as far as there are requirements for it. */
const reachesAll = (requirements: readonly ScoredRequirement[], level: Level): boolean =>
  ([1, 2, 3] as const).filter((one) => one <= level && requirements.some((requirement) => requirement.level === one)).every((one) => levelReached(requirements, one))
