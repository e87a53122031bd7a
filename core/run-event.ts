import type { History } from './history.js'
import type { Outcome } from './outcome.js'
import type { RequirementId } from './requirement.js'
import type { RunReport } from './run-report.js'

/** What a live reporter sees while a run goes on. */
export type RunEvent =
  | { readonly type: 'run-started'; readonly runId: string; readonly service: string; readonly driver: string; readonly profile: string; readonly directory: string; readonly scenarios: readonly { readonly id: string; readonly title: string; readonly expectedMs: number }[]; /** Of all of them, some side by side. */ readonly expectedMs: number; readonly randomSeed: number }
  /** What was left undecided beside other scenarios is about to be measured once more, alone: these scenarios come in addition. */
  | { readonly type: 'measuring-again'; readonly requirements: readonly RequirementId[]; readonly scenarios: readonly { readonly id: string; readonly title: string; readonly expectedMs: number }[] }
  | { readonly type: 'scenario-started'; readonly scenario: string }
  | { readonly type: 'step'; readonly scenario: string; readonly message: string; readonly atMs: number }
  | { readonly type: 'progress'; readonly scenario: string; readonly elapsedMs: number; readonly requests: number; readonly lost: number }
  | { readonly type: 'verdict'; readonly scenario: string; readonly requirement: RequirementId; readonly title: string; readonly outcome: Outcome; readonly summary: string }
  | { readonly type: 'scenario-ended'; readonly scenario: string; readonly durationMs: number; readonly incomplete: string | null }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'run-ended'; readonly report: RunReport }

export interface LiveReporter {
  onEvent(event: RunEvent): void
  /** Leaves the terminal as it was. */
  close(): void
}

/** Turns the report into files; pure but for writing. Returns the paths it wrote. */
export interface Reporter {
  readonly name: string
  readonly description: string
  write(report: RunReport, directory: string, historyOf?: HistoryOf): Promise<readonly string[]>
}

/** Opens the history of a scenario of the run; undefined when there is none. Walking it may throw SW_HISTORY_CORRUPT. */
export type HistoryOf = (scenario: string) => History | undefined
