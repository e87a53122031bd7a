import { baselineOf, isBroken, isOpen, isRegression, judgedIn } from './build-gate.js'
import { measuredMoves, type MeasuredMove } from './measured-moves.js'
import type { Outcome } from './outcome.js'
import type { Keyword, RequirementId } from './requirement.js'
import type { RequirementReport, RunReport, Score } from './run-report.js'
import { wasLeftOut } from './skip-cause.js'

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
  /** Held before, and was not judged now although it was not left out by `--only`: neither a regression nor shown to hold. */
  readonly unsure: readonly OutcomeMove[]
  /** Does not hold now, and was in the checklist but not judged before: nobody knows whether it broke. */
  readonly unknown: readonly OutcomeMove[]
  /** Every other change of an outcome: newly judged, not selected, waived, new in the catalogue. */
  readonly others: readonly OutcomeMove[]
  /** Measured values that moved by more than runs differ by themselves, where the outcome stayed. */
  readonly values: readonly (MeasuredMove & { readonly id: RequirementId })[]
  /** How many requirements held before and were judged with a result now that no waiver covers. */
  readonly compared: number
  /** Those of them that were judged with other thresholds. */
  readonly otherThresholds: readonly RequirementId[]
  /** How many requirements held before and were left out by `--only`. */
  readonly notSelected: number
}
export interface ComparedRun {
  readonly runId: string
  readonly startedAt: string
  readonly status: RunReport['status']
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
  /** null: neither run has it in its catalogue. */
  readonly keyword: Keyword | null
  /** The last that was judged, see `judgedIn`. null: the catalogue of that run did not have it. */
  readonly before: Outcome | null
  readonly after: Outcome | null
  /** The earlier run that judged what `before` did not; null: `before` itself. */
  readonly judgedIn: string | null
  readonly summaryBefore: string
  readonly summaryAfter: string
  readonly measured: readonly MeasuredMove[]
  readonly thresholds: readonly Difference[]
  readonly waived: boolean
  /** The command that runs just this again. */
  readonly reproduce: string
}

/** Compares two reports; says nothing of which is better where neither has shown it. */
export function compareRuns(before: RunReport, after: RunReport): Comparison {
  const pairs = pairsOf(before, after)
  const moves = pairs.filter((one) => one.before !== one.after).map((pair) => ({ move: moveOf(pair), kind: kindOf(pair) }))
  const of = (kind: MoveKind): readonly OutcomeMove[] => moves.filter((one) => one.kind === kind).map(({ move }) => move)
  const same = pairs.flatMap(({ old, now }) => (old !== undefined && now !== undefined && old.outcome === now.outcome ? [{ old, now }] : []))
  const compared = pairs.filter((one) => one.before === 'passed' && (one.after === 'passed' || (isBroken(one.after) && !isWaived(one))))
  return {
    before: comparedRun(before),
    after: comparedRun(after),
    differences: differencesOf(before, after),
    regressions: of('regressions'),
    fixed: of('fixed'),
    unsure: of('unsure'),
    unknown: of('unknown'),
    others: of('others'),
    values: same.flatMap(({ old, now }) => measuredMoves(old, now).filter((one) => one.beyondNoise).map((one) => ({ id: now.id, ...one }))),
    compared: compared.length,
    otherThresholds: compared.filter((one) => thresholdsOf(one).length > 0).map(({ id }) => id),
    notSelected: pairs.filter((one) => one.before === 'passed' && one.isLeftOut).length,
  }
}

interface Pair {
  readonly id: RequirementId
  readonly old: RequirementReport | undefined
  readonly now: RequirementReport | undefined
  readonly before: Outcome | null
  readonly after: Outcome | null
  readonly judgedIn: string | null
  /** `--only` named others. */
  readonly isLeftOut: boolean
}

const isNotSelected = ({ outcome, skip, summary }: RequirementReport): boolean => wasLeftOut({ outcome, skip, reason: summary })

function pairsOf(before: RunReport, after: RunReport): readonly Pair[] {
  const earlier = new Map(before.requirements.map((one) => [one.id, one]))
  const later = new Map(after.requirements.map((one) => [one.id, one]))
  const baseline = baselineOf(before)
  const outcomes = new Map(Object.entries(baseline.outcomes))
  // What is gone from the checklist could not be selected.
  const isSelection = after.requirements.some(isNotSelected)
  const ids = new Set<string>([...later.keys(), ...earlier.keys(), ...outcomes.keys()])
  return ([...ids] as RequirementId[]).map((id) => {
    const now = later.get(id)
    const lastRun = judgedIn(baseline, id)
    return {
      id,
      old: earlier.get(id),
      now,
      before: outcomes.get(id) ?? null,
      after: now?.outcome ?? null,
      judgedIn: lastRun === before.runId ? null : lastRun,
      isLeftOut: now === undefined ? isSelection : isNotSelected(now),
    }
  })
}

type MoveKind = 'regressions' | 'fixed' | 'unsure' | 'unknown' | 'others'

function kindOf(pair: Pair): MoveKind {
  const { before, after, isLeftOut } = pair
  if (isRegression(before, after, isWaived(pair))) return 'regressions'
  if (isBroken(before) && after === 'passed') return 'fixed'
  if (before === 'passed' && !isBroken(after) && !isLeftOut) return 'unsure'
  return isUnjudged(before) && isBroken(after) && !isWaived(pair) ? 'unknown' : 'others'
}

const isWaived = ({ now }: Pair): boolean => now !== undefined && now.waived !== null
const isUnjudged = (outcome: Outcome | null): boolean => isOpen(outcome) || outcome === 'skipped' || outcome === 'not-applicable'
const thresholdsOf = ({ old, now }: Pair): readonly Difference[] => (old === undefined || now === undefined ? [] : changedEntries(old.thresholds, now.thresholds))

function moveOf(pair: Pair): OutcomeMove {
  const { id, old, now } = pair
  const known = now ?? old
  return {
    id,
    title: known?.title ?? '',
    keyword: known?.keyword ?? null,
    before: pair.before,
    after: pair.after,
    judgedIn: pair.judgedIn,
    summaryBefore: old?.summary ?? '',
    summaryAfter: now?.summary ?? '',
    measured: old === undefined || now === undefined ? [] : measuredMoves(old, now),
    thresholds: thresholdsOf(pair),
    waived: isWaived(pair),
    reproduce: known?.reproduce ?? '',
  }
}

const comparedRun = ({ runId, startedAt, status, verdict, score }: RunReport): ComparedRun => ({ runId, startedAt, status, verdict, score })

function differencesOf(before: RunReport, after: RunReport): readonly Difference[] {
  const settings = changedEntries(settingsOf(before), settingsOf(after))
  const thresholds = pairsOf(before, after).flatMap((pair) => thresholdsOf(pair).map((one) => ({ ...one, what: `threshold ${pair.id}.${one.what}` })))
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
