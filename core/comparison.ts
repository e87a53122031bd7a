import { baselineOf, isRegression } from './build-gate.js'
import { exitCodes } from './errors.js'
import { measuredMoves, type MeasuredMove } from './measured-moves.js'
import type { Outcome } from './outcome.js'
import type { Keyword, RequirementId } from './requirement.js'
import type { RequirementReport, RunReport, Score } from './run-report.js'

/** What moved between two runs of one service, and what else was different. */
export interface Comparison {
  readonly before: ComparedRun
  readonly after: ComparedRun
  /** Differences of the environment that may explain what moved. */
  readonly differences: readonly Difference[]
  /** Held before, and was seen not to hold now. */
  readonly regressions: readonly OutcomeMove[]
  /** Did not hold before, and holds now. */
  readonly fixed: readonly OutcomeMove[]
  /** Held before, and was asked but not answered now: neither a regression nor shown to hold. */
  readonly unsure: readonly OutcomeMove[]
  /** Every other change of an outcome: newly judged, no longer judged, waived, new or gone in the catalogue. */
  readonly others: readonly OutcomeMove[]
  /** Measured values that moved by more than runs differ by themselves, where the outcome stayed. */
  readonly values: readonly (MeasuredMove & { readonly id: RequirementId })[]
  /** How many requirements held before and were judged with a result now. */
  readonly compared: number
}
export interface ComparedRun {
  readonly runId: string
  readonly startedAt: string
  readonly verdict: string
  readonly score: Score
}
export interface Difference {
  readonly what: string
  readonly before: string
  readonly after: string
}
export interface OutcomeMove {
  readonly id: RequirementId
  readonly title: string
  readonly keyword: Keyword
  /** null: the catalogue of that run did not have it. */
  readonly before: Outcome | null
  readonly after: Outcome | null
  readonly summaryBefore: string
  readonly summaryAfter: string
  readonly measured: readonly MeasuredMove[]
  readonly thresholds: readonly Difference[]
  readonly waived: boolean
  /** The command that runs just this again. */
  readonly reproduce: string
}

const isBroken = (outcome: Outcome | null): boolean => outcome === 'failed' || outcome === 'missing'
const isOpen = (outcome: Outcome | null): boolean => outcome === 'inconclusive' || outcome === 'error'

/** Compares two reports; says nothing of which is better where neither has shown it. */
export function compareRuns(before: RunReport, after: RunReport): Comparison {
  const pairs = pairsOf(before, after)
  const moves = pairs.filter(({ old, now }) => old?.outcome !== now?.outcome).map(moveOf)
  const kindOf = (one: OutcomeMove): 'regressions' | 'fixed' | 'unsure' | 'others' => {
    if (isRegression(one.before, one.after, one.waived)) return 'regressions'
    if (isBroken(one.before) && one.after === 'passed') return 'fixed'
    return one.before === 'passed' && isOpen(one.after) ? 'unsure' : 'others'
  }
  const of = (kind: ReturnType<typeof kindOf>): readonly OutcomeMove[] => moves.filter((one) => kindOf(one) === kind)
  const same = pairs.flatMap(({ old, now }) => (old !== undefined && now !== undefined && old.outcome === now.outcome ? [{ old, now }] : []))
  return {
    before: comparedRun(before),
    after: comparedRun(after),
    differences: differencesOf(before, after),
    regressions: of('regressions'),
    fixed: of('fixed'),
    unsure: of('unsure'),
    others: of('others'),
    values: same.flatMap(({ old, now }) => measuredMoves(old, now).filter((one) => one.beyondNoise).map((one) => ({ id: now.id, ...one }))),
    compared: pairs.filter(({ old, now }) => old?.outcome === 'passed' && (now?.outcome === 'passed' || isBroken(now?.outcome ?? null))).length,
  }
}

interface Pair {
  readonly old: RequirementReport | undefined
  readonly now: RequirementReport | undefined
}

function pairsOf(before: RunReport, after: RunReport): readonly Pair[] {
  const earlier = new Map(before.requirements.map((one) => [one.id, one]))
  const known = new Set(after.requirements.map(({ id }) => id))
  return [
    ...after.requirements.map((now) => ({ old: earlier.get(now.id), now })),
    ...before.requirements.filter(({ id }) => !known.has(id)).map((old) => ({ old, now: undefined })),
  ]
}

function moveOf({ old, now }: Pair): OutcomeMove {
  const known = (now ?? old)!
  return {
    id: known.id,
    title: known.title,
    keyword: known.keyword,
    before: old?.outcome ?? null,
    after: now?.outcome ?? null,
    summaryBefore: old?.summary ?? '',
    summaryAfter: now?.summary ?? '',
    measured: old === undefined || now === undefined ? [] : measuredMoves(old, now),
    thresholds: old === undefined || now === undefined ? [] : changedEntries(old.thresholds, now.thresholds),
    waived: now !== undefined && now.waived !== null,
    reproduce: known.reproduce,
  }
}

const comparedRun = ({ runId, startedAt, verdict, score }: RunReport): ComparedRun => ({ runId, startedAt, verdict, score })

function differencesOf(before: RunReport, after: RunReport): readonly Difference[] {
  const settings = changedEntries(settingsOf(before), settingsOf(after))
  const thresholds = pairsOf(before, after).flatMap(({ old, now }) =>
    old === undefined || now === undefined ? [] : changedEntries(old.thresholds, now.thresholds).map((one) => ({ ...one, what: `threshold ${now.id}.${one.what}` })),
  )
  return [...settings, ...thresholds]
}

const settingsOf = (report: RunReport): Readonly<Record<string, string | number>> => ({
  service: report.service.name,
  descriptor: report.service.descriptor,
  driver: report.driver,
  profile: report.profile,
  'required level': report.requiredLevel ?? 'every selected MUST',
  'catalogue version': report.catalogue.version,
  'catalogue size': report.catalogue.count,
  'seaworthy version': report.harness.version,
  Node: report.harness.node,
  platform: report.harness.platform,
  processors: report.harness.cpus,
  status: report.status,
})

function changedEntries(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): readonly Difference[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const shown = (value: unknown): string => (value === undefined ? 'none' : Array.isArray(value) ? value.join(', ') : String(value))
  return keys.map((what) => ({ what, before: shown(before[what]), after: shown(after[what]) })).filter((one) => one.before !== one.after)
}

export interface BaselineDecision {
  readonly exitCode: number
  readonly verdict: string
}

const named = (moves: readonly OutcomeMove[]): string => {
  const ids = moves.map(({ id }) => id)
  return ids.length <= 6 ? ids.join(', ') : `${ids.slice(0, 6).join(', ')} and ${ids.length - 6} more`
}

/** The report of a run that is held against an earlier one: exit code and verdict are about what held there. */
export function againstBaseline(report: RunReport, baseline: RunReport): RunReport {
  return { ...report, baseline: baselineOf(baseline), ...decideAgainstBaseline(compareRuns(baseline, report), report) }
}

/** Of what held before and was asked again; with less the run has not looked closely enough to say that nothing broke. */
const judgedShareMin = 0.8

/**
 * Exit code and sentence of a run that is held against an earlier one. A run that did not end, or did not put everything
 * back, keeps its own; when less than four fifths of what held before could be judged, nothing is known.
 */
export function decideAgainstBaseline(comparison: Comparison, after: RunReport): BaselineDecision {
  const { regressions, unsure, compared, before } = comparison
  const alone = { exitCode: after.exitCode, verdict: after.verdict }
  if (after.status !== 'complete' || after.exitCode > exitCodes.notConclusive) return alone
  const open = unsure.length === 0 ? '' : `, ${unsure.length} could not be judged (${named(unsure)})`
  if (regressions.length > 0) {
    return { exitCode: exitCodes.requirementFailed, verdict: `${regressions.length} held in ${before.runId} and no longer ${regressions.length === 1 ? 'does' : 'do'} (${named(regressions)})${open}; by itself ${after.verdict}` }
  }
  if (!after.restored) return { exitCode: exitCodes.notConclusive, verdict: `the world was not restored; by itself ${after.verdict}` }
  if (compared < (compared + unsure.length) * judgedShareMin || compared === 0) {
    return { exitCode: exitCodes.notConclusive, verdict: `undecided: too little of what held in ${before.runId} was judged, ${compared} of ${compared + unsure.length}${open}; by itself ${after.verdict}` }
  }
  return { exitCode: exitCodes.ok, verdict: `no regression: ${compared} that held in ${before.runId} ${compared === 1 ? 'holds' : 'hold'}${open}; by itself ${after.verdict}` }
}
