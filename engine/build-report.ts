import { cpus } from 'node:os'
import type { Check, Finding } from '../core/check.js'
import { mergeOutcomes, type Outcome } from '../core/outcome.js'
import { isOwnRequirement } from '../core/own-suite.js'
import type { Area, Level, ProfileName, Requirement, RequirementId, ThresholdValues } from '../core/requirement.js'
import type { AreaReport, FindingReport, RequirementReport, RunReport, ScenarioReport } from '../core/run-report.js'
import type { Suite } from '../core/scenario.js'
import { firstIdOf, supersededAmong } from '../core/second-measurement.js'
import type { Skip } from '../core/skip-cause.js'
import { areaCoverageMin, countOutcomes, coverageOf, decide, scoreOf, scoreValue, type ScoredRequirement } from '../core/score.js'
import { relaxedKeys } from '../core/threshold-rules.js'
import type { ServiceDescriptor, Waiver } from '../core/service-descriptor.js'
import { blockedByOthers } from './blocked.js'
import type { Judgement } from './judge.js'
import type { Plan } from './plan.js'

/** A scenario as far as it says which checks should have judged. */
export interface PlannedChecks {
  readonly scenario: { readonly id: string; readonly checks: readonly Pick<Check, 'id' | 'requirement'>[] }
  readonly selected: ReadonlySet<RequirementId>
}

/** Everything a report is made from; all of it is also in the run directory, so that a run can be judged again. */
export interface ReportInput {
  readonly runId: string
  readonly status: RunReport['status']
  readonly service: Pick<ServiceDescriptor, 'name' | 'waivers'>
  readonly descriptorPath: string
  readonly driver: string
  readonly profile: ProfileName
  readonly randomSeed: number
  readonly startedAt: string
  readonly durationMs: number
  readonly version: string
  readonly requiredLevel: Level | null
  readonly notRestored: readonly string[]
  readonly suites: readonly Suite[]
  readonly plan: { readonly settled: Plan['settled']; readonly scenarios: readonly PlannedChecks[] }
  readonly thresholds: (requirement: RequirementId) => ThresholdValues
  readonly judgements: readonly (Judgement & { readonly scenario: string })[]
  readonly scenarios: readonly ScenarioReport[]
  /** Arguments of `seaworthy run` that lead back to this target. */
  readonly reproduceWith: string
}

/** Version of the checklist, raised when a requirement or a standard threshold changes. */
export const catalogueVersion = '0.1'

export function buildReport(given: ReportInput): RunReport {
  const input = { ...given, judgements: [...given.judgements, ...unjudged(given)] }
  const judged = input.suites.flatMap((suite) => suite.requirements).map((requirement) => requirementReport(requirement, input))
  const requirements = blockedByOthers(judged, input.suites)
  // The score is of the checklist alone: nobody's own requirements may make it better or worse.
  const ofChecklist = requirements.filter(({ id }) => !isOwnRequirement(id))
  const score = { ...scoreOf(ofChecklist.map(scored)), counts: countOutcomes(requirements.map(scored)) }
  const restored = input.notRestored.length === 0
  const decision = decide({ requirements: requirements.map(scored), requiredLevel: input.requiredLevel, level: score.level, restored, status: input.status })
  return {
    schema: 'seaworthy-run/v1',
    runId: input.runId,
    status: input.status,
    restored,
    notRestored: input.notRestored,
    service: { name: input.service.name, descriptor: input.descriptorPath },
    driver: input.driver,
    profile: input.profile,
    randomSeed: input.randomSeed,
    startedAt: input.startedAt,
    durationMs: Math.round(input.durationMs),
    harness: { version: input.version, node: process.version, platform: `${process.platform}-${process.arch}`, cpus: cpus().length },
    catalogue: { version: catalogueVersion, count: ofChecklist.length },
    requiredLevel: input.requiredLevel,
    score,
    exitCode: decision.exitCode,
    verdict: decision.verdict,
    areas: input.suites.flatMap((suite) => suite.areas).map((area) => areaReport(area, requirements)),
    requirements,
    scenarios: input.scenarios,
  }
}

/** One finding for each planned check that left none: what passed elsewhere must not speak for what nobody judged. */
function unjudged({ plan, judgements, status }: ReportInput): ReportInput['judgements'] {
  const done = new Set(judgements.map(({ scenario, check, requirement }) => `${scenario} ${check} ${requirement}`))
  return plan.scenarios.flatMap(({ scenario: { id, checks }, selected }) => {
    // A second measurement that was not made leaves what the first one says.
    if (firstIdOf(id) !== undefined && status !== 'complete') return []
    const finding: Finding = status === 'complete'
      ? { outcome: 'error', summary: `no check judged it: ${id} left no history`, evidence: [] }
      : { outcome: 'inconclusive', summary: `the run ended before it was exercised: ${id} left no history`, evidence: [] }
    const open = checks.filter((check) => selected.has(check.requirement) && !done.has(`${id} ${check.id} ${check.requirement}`))
    return open.map((check) => ({ requirement: check.requirement, check: check.id, scenario: id, finding }))
  })
}

const scored = (one: RequirementReport): ScoredRequirement => ({ ...one, waived: one.waived !== null })

function areaReport(area: Area, requirements: readonly RequirementReport[]): AreaReport {
  const own = requirements.filter((one) => one.area === area.id).map(scored)
  const coverage = coverageOf(own)
  return { id: area.id, title: area.title, score: coverage < areaCoverageMin ? null : scoreValue(own), coverage, counts: countOutcomes(own) }
}

interface Answer {
  readonly outcome: Outcome
  readonly summary: string
  readonly scenario: string | null
  readonly deciding: Finding | undefined
  readonly skip?: Skip
}

function requirementReport(requirement: Requirement, input: ReportInput): RequirementReport {
  const own = input.judgements.filter((one) => one.requirement === requirement.id)
  const superseded = supersededAmong(own)
  const standing = own.filter((one) => !superseded.has(one))
  const answer = answerFor(requirement, standing, input)
  return {
    id: requirement.id,
    title: requirement.title,
    area: requirement.area,
    keyword: requirement.keyword,
    level: requirement.level,
    weight: requirement.weight,
    statement: requirement.statement,
    outcome: answer.outcome,
    ...waiverOf(requirement, answer.outcome, input.service.waivers),
    ...(answer.skip === undefined ? {} : { skip: answer.skip }),
    scenario: answer.scenario,
    summary: answer.summary,
    strength: answer.deciding?.strength ?? null,
    grade: answer.deciding?.grade ?? null,
    thresholds: input.thresholds(requirement.id),
    relaxed: relaxedKeys(requirement, input.profile, input.thresholds(requirement.id)),
    findings: own.map((one) => findingReport(one, superseded.has(one))),
    evidence: standing.flatMap(({ finding }) => finding.evidence),
    remediation: requirement.remediation,
    defects: requirement.defects,
    reproduce: `seaworthy run ${input.reproduceWith}${input.reproduceWith === '' ? '' : ' '}--only ${requirement.id} --profile ${input.profile} --random-seed ${input.randomSeed}`,
  }
}

const findingReport = ({ check, scenario, finding }: ReportInput['judgements'][number], superseded: boolean): FindingReport =>
  ({ check, scenario, outcome: finding.outcome, summary: finding.summary, evidence: finding.evidence, ...(superseded ? { superseded } : {}) })

function answerFor(requirement: Requirement, own: ReportInput['judgements'], input: ReportInput): Answer {
  const settled = input.plan.settled.get(requirement.id)
  if (settled !== undefined) {
    const { outcome, reason, skip } = settled
    return { outcome, summary: reason, scenario: null, deciding: undefined, ...(skip === undefined ? {} : { skip }) }
  }
  if (own.length === 0) {
    const reason = input.status === 'complete' ? 'no check judged it' : 'the run ended before it was exercised'
    return { outcome: input.status === 'complete' ? 'error' : 'inconclusive', summary: reason, scenario: null, deciding: undefined }
  }
  const outcome = mergeOutcomes(own.map(({ finding }) => finding.outcome))
  const deciding = own.find(({ finding }) => finding.outcome === outcome)
  const others = own.filter((one) => one !== deciding && one.finding.outcome === outcome)
  return {
    outcome,
    summary: [...new Set([deciding, ...others].map((one) => one?.finding.summary))].join('; '),
    scenario: input.scenarios.find(({ id }) => id === deciding?.scenario)?.id ?? null,
    deciding: deciding?.finding,
  }
}

/** A waiver is a mark on what does not hold; one of what passed has become stale. */
function waiverOf(requirement: Requirement, outcome: Outcome, waivers: readonly Waiver[]): Pick<RequirementReport, 'waived' | 'staleWaiver'> {
  const found = waivers.find((one) => one.requirement === requirement.id)
  if (found === undefined) return { waived: null }
  const waiver = { reason: found.reason, owner: found.owner, until: found.until }
  if (outcome === 'failed' || outcome === 'missing') return { waived: waiver }
  return { waived: null, ...(outcome === 'passed' ? { staleWaiver: waiver } : {}) }
}
