import { cpus } from 'node:os'
import type { Finding } from '../core/check.js'
import { mergeOutcomes, type Outcome } from '../core/outcome.js'
import { isOwnRequirement } from '../core/own-suite.js'
import type { Area, Level, ProfileName, Requirement, RequirementId, ThresholdValues } from '../core/requirement.js'
import type { AreaReport, RequirementReport, RunReport, ScenarioReport } from '../core/run-report.js'
import type { Suite } from '../core/scenario.js'
import type { Skip } from '../core/skip-cause.js'
import { areaCoverageMin, countOutcomes, coverageOf, decide, scoreOf, scoreValue, type ScoredRequirement } from '../core/score.js'
import type { ServiceDescriptor, Waiver } from '../core/service-descriptor.js'
import { blockedByOthers } from './blocked.js'
import type { Judgement } from './judge.js'
import type { Plan } from './plan.js'

/** Everything a report is made from; all of it is also in the run directory, so that a run can be judged again. */
export interface ReportInput {
  readonly runId: string
  readonly status: RunReport['status']
  readonly service: Pick<ServiceDescriptor, 'name' | 'waivers' | 'overrides'>
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
  readonly plan: Pick<Plan, 'settled'>
  readonly thresholds: (requirement: RequirementId) => ThresholdValues
  readonly judgements: readonly (Judgement & { readonly scenario: string })[]
  readonly scenarios: readonly ScenarioReport[]
  /** Arguments of `seaworthy run` that lead back to this target. */
  readonly reproduceWith: string
}

/** Version of the checklist, raised when a requirement or a standard threshold changes. */
export const catalogueVersion = '0.1'

export function buildReport(input: ReportInput): RunReport {
  const judged = input.suites.flatMap((suite) => suite.requirements).map((requirement) => requirementReport(requirement, input))
  const requirements = blockedByOthers(judged, input.suites)
  // The score is of the checklist alone: nobody's own requirements may make it better or worse.
  const ofChecklist = requirements.filter(({ id }) => !isOwnRequirement(id))
  const score = { ...scoreOf(ofChecklist.map(scored)), counts: countOutcomes(requirements.map(scored)) }
  const restored = input.notRestored.length === 0
  const decision = decide({ requirements: requirements.map(scored), requiredLevel: input.requiredLevel, level: score.level, restored })
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
  const answer = answerFor(requirement, own, input)
  const overrides = input.service.overrides[requirement.id] ?? {}
  return {
    id: requirement.id,
    title: requirement.title,
    area: requirement.area,
    keyword: requirement.keyword,
    level: requirement.level,
    weight: requirement.weight,
    statement: requirement.statement,
    outcome: answer.outcome,
    waived: waiverOf(requirement, answer.outcome, input.service.waivers),
    ...(answer.skip === undefined ? {} : { skip: answer.skip }),
    scenario: answer.scenario,
    summary: answer.summary,
    strength: answer.deciding?.strength ?? null,
    grade: answer.deciding?.grade ?? null,
    thresholds: input.thresholds(requirement.id),
    relaxed: Object.keys(overrides),
    findings: own.map(({ check, scenario, finding }) => ({ check, scenario, outcome: finding.outcome, summary: finding.summary, evidence: finding.evidence })),
    evidence: own.flatMap(({ finding }) => finding.evidence),
    remediation: requirement.remediation,
    defects: requirement.defects,
    reproduce: `seaworthy run ${input.reproduceWith}${input.reproduceWith === '' ? '' : ' '}--only ${requirement.id} --profile ${input.profile} --random-seed ${input.randomSeed}`,
  }
}

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
    summary: [deciding, ...others].map((one) => one?.finding.summary).join('; '),
    scenario: deciding?.scenario ?? null,
    deciding: deciding?.finding,
  }
}

function waiverOf(requirement: Requirement, outcome: Outcome, waivers: readonly Waiver[]): RequirementReport['waived'] {
  if (outcome !== 'failed' && outcome !== 'missing') return null
  const waiver = waivers.find((one) => one.requirement === requirement.id)
  return waiver === undefined ? null : { reason: waiver.reason, owner: waiver.owner, until: waiver.until }
}
