import type { Outcome } from './outcome.js'
import type { RequirementId } from './requirement.js'

/** `selftest.json`: what the checks made of the reference service without a defect, and with each of its seeded ones. */
export interface SelftestReport {
  readonly schema: 'seaworthy-selftest/v1'
  readonly randomSeed: number
  readonly startedAt: string // ISO 8601
  readonly durationMs: number
  /** The run without any defect, over every requirement that the defects concern; null when it was left out. */
  readonly clean: CleanResult | null
  readonly defects: readonly DefectResult[]
  /** Set when the runs of an earlier selftest were judged again: nothing was run, and the times are those of then. */
  readonly recheck?: SelftestRecheck
}

export interface SelftestRecheck {
  /** Folder of that selftest, relative to the report. */
  readonly of: string
  readonly judgedAt: string // ISO 8601
  readonly moved: readonly MovedOutcome[]
}

/** An outcome that is another one than it was when the run was judged first. */
export interface MovedOutcome {
  /** Id of the defect; null for the run without one. */
  readonly defect: string | null
  readonly requirement: string
  readonly before: Outcome
  /** Null: today's version does not judge it in this run. */
  readonly after: Outcome | null
  readonly summary: string
}

export interface CleanResult {
  readonly outcomes: Readonly<Record<string, Outcome>>
  /** Requirements that were not passed. */
  readonly notPassed: readonly RequirementId[]
  /** What was said of those that were not passed. */
  readonly reasons: Readonly<Record<string, string>>
  readonly run: string
}

/** What one seeded defect made of the checks. */
export interface DefectResult {
  readonly id: string
  readonly requirement: RequirementId
  /** Its own requirement was `failed`; inconclusive never counts. */
  readonly detected: boolean
  readonly failed: readonly RequirementId[]
  /** Failed, but neither its own nor one that may fail because of it. */
  readonly unexpected: readonly RequirementId[]
  readonly outcomes: Readonly<Record<string, Outcome>>
  /** What was said of its own requirement when the defect was not detected, and of each unexpected one. */
  readonly reasons: Readonly<Record<string, string>>
  /** Folder of the run, relative to the report. */
  readonly run: string
  /** More than 1 when beside other runs its own requirement was inconclusive, or something unexpected failed, so that it was tried again alone. */
  readonly attempts: number
  /** What failed unexpectedly beside other runs and passed alone, with what was said of it then: a disturbance, and counted as such. */
  readonly unconfirmed?: Readonly<Record<string, string>>
  readonly durationMs: number
  /** Its report could not be written. */
  readonly unwritten?: boolean
}

/** Whether the defect was found, and nothing but what may be found. */
export const isSharp = (one: DefectResult): boolean => one.detected && one.unexpected.length === 0

/** So many failures that do not come again alone are put down to a busy machine; with more, something of ours is wrong. */
export const unconfirmedMax = 2

export const unconfirmedIn = (results: readonly DefectResult[]): number => results.reduce((sum, { unconfirmed = {} }) => sum + Object.keys(unconfirmed).length, 0)
