import type { Evidence, EvidenceGrade, Strength } from './check.js'
import type { Outcome } from './outcome.js'
import type { DefectCard, Keyword, Level, ProfileName, RequirementId, ThresholdValues } from './requirement.js'
import type { Skip } from './skip-cause.js'

/** `run.json`: everything every reporter needs. Its JSON Schema is schemas/run-v1.schema.json. */
export interface RunReport {
  readonly schema: 'seaworthy-run/v1'
  readonly runId: string
  /** `interrupted`: the user or a deadline ended it; `crashed`: we did. */
  readonly status: 'complete' | 'interrupted' | 'crashed'
  /** False when an undo or a clean-up failed: something of ours may be left. */
  readonly restored: boolean
  readonly notRestored: readonly string[]
  readonly service: { readonly name: string; readonly descriptor: string }
  readonly driver: string
  readonly profile: ProfileName
  readonly randomSeed: number
  readonly startedAt: string // ISO 8601
  readonly durationMs: number
  readonly harness: { readonly version: string; readonly node: string; readonly platform: string; readonly cpus: number }
  readonly catalogue: { readonly version: string; readonly count: number }
  readonly requiredLevel: Level | null
  readonly score: Score
  readonly exitCode: number
  /** One sentence that says what the exit code says. */
  readonly verdict: string
  /** The earlier run that exit code and verdict were decided against; absent when there was none. */
  readonly baseline?: BaselineReport
  readonly areas: readonly AreaReport[]
  readonly requirements: readonly RequirementReport[]
  readonly scenarios: readonly ScenarioReport[]
}

export interface BaselineReport {
  readonly runId: string
  readonly startedAt: string // ISO 8601
  /** By requirement id: the last that was judged, in this run or one before it. */
  readonly outcomes: Readonly<Record<string, Outcome>>
  /** By requirement id: the earlier run that judged what this one did not; absent when there is none. */
  readonly carried?: Readonly<Record<string, string>>
}

export interface Score {
  /** 0-100, or null when nothing was judged. */
  readonly value: number | null
  /** 0-1: weight of passed, failed and missing over the weight of the whole catalogue. */
  readonly coverage: number
  /** Highest level reached, 0 when none. */
  readonly level: 0 | Level
  readonly counts: Readonly<Record<Outcome, number>>
}
export interface AreaReport {
  readonly id: string
  readonly title: string
  /** null below 70 % coverage of the area: not enough evidence for a grade. */
  readonly score: number | null
  readonly coverage: number
  readonly counts: Readonly<Record<Outcome, number>>
}
export interface RequirementReport {
  readonly id: RequirementId
  readonly title: string
  readonly area: string
  readonly keyword: Keyword
  readonly level: Level
  readonly weight: number
  readonly statement: string
  readonly outcome: Outcome
  readonly waived: WaiverReport | null
  /** A waiver of what passed: it can go. */
  readonly staleWaiver?: WaiverReport
  /** Why a `skipped` one was not run; absent for every other outcome, and in reports of before. */
  readonly skip?: Skip
  readonly scenario: string | null
  readonly summary: string
  readonly strength: Strength | null
  readonly grade: EvidenceGrade | null
  readonly thresholds: ThresholdValues
  readonly relaxed: readonly string[] // keys of thresholds that were overridden and ask for less
  readonly findings: readonly FindingReport[]
  readonly evidence: readonly Evidence[]
  readonly remediation: string
  readonly defects: readonly DefectCard[]
  /** The command that runs just this again. */
  readonly reproduce: string
}
export interface WaiverReport {
  readonly reason: string
  readonly owner: string
  readonly until: string
}
export interface FindingReport {
  readonly check: string
  /** The scenario in whose history the requests of its evidence are found. */
  readonly scenario: string
  readonly outcome: Outcome
  readonly summary: string
  readonly evidence: readonly Evidence[]
  /** Set of what a second measurement stands in for: it decides nothing any more. */
  readonly superseded?: boolean
}

export interface ScenarioReport {
  readonly id: string
  readonly title: string
  /** Relative to the run directory, with forward slashes. */
  readonly history: string | null
  readonly logs: readonly string[]
  readonly durationMs: number
  readonly requests: number
  readonly lost: number
  readonly incomplete: string | null // why it did not reach its end
  readonly timeline: Timeline
}
/** What a report draws: requests counted in buckets of equal width, and the spans of all interventions. */
export interface Timeline {
  readonly bucketMs: number
  readonly buckets: readonly TimelineBucket[]
  readonly interventions: readonly {
    readonly name: string
    readonly target: string
    readonly label: string | null
    readonly fromMs: number
    readonly toMs: number
    readonly witnessed: string | null
    readonly error: string | null
  }[]
  readonly phases: readonly { readonly name: string; readonly atMs: number }[]
}
export interface TimelineBucket {
  readonly atMs: number // start
  readonly ok: number
  readonly refused: number // polite refusals
  readonly lost: number // everything that counts as a failure
  readonly latencyMsMax: number
}
