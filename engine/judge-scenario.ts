import { join } from 'node:path'
import type { RequirementId, ThresholdValues } from '../core/requirement.js'
import type { ScenarioReport } from '../core/run-report.js'
import type { Check } from '../core/check.js'
import { messageOf, SeaworthyError } from '../core/errors.js'
import { historyOf } from '../core/history.js'
import type { Suite } from '../core/scenario.js'
import { openHistory } from './history-file.js'
import { incompleteReason, isWhole, judge, type Judgement } from './judge.js'
import { scenarioNamed } from './second-measurement.js'
import { totalsOf, type Totals } from './timeline.js'

/** A scenario as far as judging goes: what it is called, what it checks, what was asked. */
export interface JudgeableScenario {
  readonly scenario: { readonly id: string; readonly title: string; readonly checks: readonly Check[] }
  readonly selected: ReadonlySet<RequirementId>
}
export interface RecordedRun {
  readonly history: string
  readonly logs: readonly string[]
  readonly durationMs: number
}
export interface JudgedScenario<P extends JudgeableScenario = JudgeableScenario> extends RecordedRun {
  readonly planned: P
  readonly judgements: readonly (Judgement & { readonly scenario: string })[]
  readonly incomplete: string | null
  /** False when the baseline was not healthy or the exercise was cut short. */
  readonly isWhole: boolean
  readonly totals: Totals
}

/** What is found in a history, whoever reads it: of this alone a thread that judges has to tell. */
export type FoundInHistory = Pick<JudgedScenario, 'judgements' | 'incomplete' | 'isWhole' | 'totals'>

/** What must be known to judge a scenario elsewhere: plain values, which can be sent to a thread. */
export interface RecordedScenario {
  readonly runDirectory: string
  readonly runId: string
  readonly scenario: string
  /** Ids of the checks that are asked of a second measurement. */
  readonly checks: readonly string[]
  readonly selected: readonly RequirementId[]
  readonly run: RecordedRun
  readonly thresholds: Readonly<Record<RequirementId, ThresholdValues>>
}

/** Judges what was recorded of one scenario; used right after it ran and by `recheck`. Throws SeaworthyError of a corrupt history. */
export function judgeScenario<P extends JudgeableScenario>(
  planned: P,
  { runDirectory, runId, run, thresholds }: { readonly runDirectory: string; readonly runId: string; readonly run: RecordedRun; readonly thresholds: (id: RequirementId) => ThresholdValues },
): JudgedScenario<P> {
  const history = openHistory(join(runDirectory, run.history), { runId, scenario: planned.scenario.id })
  const checks = planned.scenario.checks.filter((check) => planned.selected.has(check.requirement))
  return {
    ...run,
    planned,
    judgements: judge(history, checks, thresholds).map((one) => ({ ...one, scenario: planned.scenario.id })),
    incomplete: incompleteReason(history),
    isWhole: isWhole(history),
    totals: totalsOf(history),
  }
}

/** For a history that cannot be read right after the run: an error of ours for everything it should have answered. */
export function unjudgeable<P extends JudgeableScenario>(planned: P, run: RecordedRun, thrown: unknown): JudgedScenario<P> {
  const summary = `its history could not be judged: ${messageOf(thrown)}`
  return {
    ...run,
    planned,
    judgements: planned.scenario.checks
      .filter((check) => planned.selected.has(check.requirement))
      .map((check) => ({ requirement: check.requirement, check: check.id, scenario: planned.scenario.id, finding: { outcome: 'error', summary, evidence: [] } })),
    incomplete: summary,
    isWhole: false,
    totals: totalsOf(historyOf([])),
  }
}

export const scenarioReport = ({ planned, history, logs, durationMs, incomplete, totals }: JudgedScenario): ScenarioReport => ({
  id: planned.scenario.id,
  title: planned.scenario.title,
  history,
  logs,
  durationMs: Math.round(durationMs),
  incomplete,
  ...totals,
})

/** For a judging elsewhere. */
export function recordedScenario(
  { scenario, selected }: JudgeableScenario,
  { runDirectory, runId, run, thresholds }: { readonly runDirectory: string; readonly runId: string; readonly run: RecordedRun; readonly thresholds: (id: RequirementId) => ThresholdValues },
): RecordedScenario {
  const { history, logs, durationMs } = run
  return {
    runDirectory,
    runId,
    scenario: scenario.id,
    checks: scenario.checks.map(({ id }) => id),
    selected: [...selected],
    run: { history, logs, durationMs },
    thresholds: Object.fromEntries(scenario.checks.map(({ requirement }) => [requirement, thresholds(requirement)])) as RecordedScenario['thresholds'],
  }
}

/** Judges what a scenario of these suites recorded. Throws SW_RUN_UNREADABLE where none of them has it, and SeaworthyError of a corrupt history. */
export function judgeRecorded({ scenario: id, checks, selected, thresholds, ...recorded }: RecordedScenario, suites: readonly Suite[]): FoundInHistory {
  const scenario = scenarioNamed(id, { checks, suites })
  if (scenario === undefined) throw new SeaworthyError('SW_RUN_UNREADABLE', `while judging ${id}: found no scenario of that name`)
  const { judgements, incomplete, isWhole: whole, totals } = judgeScenario({ scenario, selected: new Set(selected) }, { ...recorded, thresholds: (requirement) => thresholds[requirement] ?? {} })
  return { judgements, incomplete, isWhole: whole, totals }
}
