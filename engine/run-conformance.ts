import { join } from 'node:path'
import type { Driver, Journal } from '../core/driver.js'
import { SeaworthyError } from '../core/errors.js'
import { redactionOf } from '../core/redaction.js'
import type { Level, ProfileName, RequirementId, SafetyClass, ThresholdValues } from '../core/requirement.js'
import { thresholdValues } from '../core/requirement.js'
import type { RunEvent } from '../core/run-event.js'
import type { RunReport } from '../core/run-report.js'
import type { Suite } from '../core/scenario.js'
import { firstIdOf } from '../core/second-measurement.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import { buildReport } from './build-report.js'
import { scenarioReport, type FoundInHistory, type JudgedScenario, type RecordedScenario } from './judge-scenario.js'
import { descriptorPosition } from './load-descriptor.js'
import type { SpareLane } from './lanes.js'
import { announced, measure, measureAgain } from './measure.js'
import { expectedMsOf, inOrderOfStart } from './order-of-start.js'
import { planRun, type Plan, type PlannedScenario } from './plan.js'
import { writeRunInput, type RunInput } from './run-directory.js'
import { surveyWorld } from './restored-world.js'
import type { ServiceUnreachable } from './service-unreachable.js'
import { seededRandom } from './seeded-random.js'

export interface ConformanceOptions {
  readonly service: ServiceDescriptor
  readonly descriptorPath: string
  readonly driver: Driver
  readonly suites: readonly Suite[]
  readonly profile: ProfileName
  readonly allow: SafetyClass
  /** Whether somebody said so. Default: true. */
  readonly allowWasSaid?: boolean
  readonly only: ReadonlySet<RequirementId> | undefined
  readonly requiredLevel: Level | null
  readonly parallel: number
  /** Beside those. Default: none. */
  readonly spare?: SpareLane | undefined
  /** Whether what was left undecided beside other scenarios is measured once more, alone. Default: false. */
  readonly measureAgain?: boolean
  readonly randomSeed: number
  readonly runId: string
  readonly runDirectory: string
  /** Volatile folder of the run, watched by the reaper. */
  readonly workDirectory: string
  /** `{shared}` of the descriptor: of all deployments, and of several runs when they are the parts of a selftest. */
  readonly sharedDirectory: string
  readonly journal: Journal
  readonly environment: Readonly<Record<string, string>>
  readonly version: string
  readonly reproduceWith: string
  readonly signal: AbortSignal
  readonly emit: (event: RunEvent) => void
  /** What `judgeRecorded` does, in another thread: judging a long history here would delay every request that is due meanwhile. Rejects as it throws. */
  readonly judge: (recorded: RecordedScenario) => Promise<FoundInHistory>
}

/**
 * Runs the selected scenarios, a few at a time, judges each from its recorded history and builds the report. What that left
 * undecided is measured once more if so asked, alone. Started scenarios are always cleaned up; an abort ends them early and the
 * report says `interrupted`.
 */
export async function runConformance(options: ConformanceOptions): Promise<RunReport> {
  const startedAt = new Date().toISOString()
  const began = performance.now()
  const plan = planRun(options)
  const thresholds = thresholdsOf(options)
  const order = inOrderOfStart(plan.scenarios, seededRandom(options.randomSeed, 'order'))
  const input = runInput(options, plan, startedAt, thresholds)
  const writeInput = (scenarios: readonly PlannedScenario[]): void =>
    writeRunInput(options.runDirectory, redactionOf(options.service.secrets ?? []).value({ ...input, scenarios: scenarios.map(inputOf) }))
  writeInput(plan.scenarios)
  const lanes = lanesFor(options)
  options.emit({
    type: 'run-started',
    runId: options.runId,
    service: options.service.name,
    driver: options.driver.name,
    profile: options.profile,
    directory: options.runDirectory,
    scenarios: order.map(announced),
    expectedMs: expectedMsOf(order, lanes.lanes),
    randomSeed: options.randomSeed,
  })
  const changes = await surveyWorld(options.driver, options.service, options.runId)
  const first = await measure({ ...options, ...lanes, thresholds, plan, scenarios: order, stopsWhenUnreachable: true })
  const second = first.unreachable !== undefined || options.signal.aborted || options.measureAgain !== true ? undefined : await measureAgain({ ...options, thresholds, plan, first, writeInput })
  const notRestored = [...first.notRestored, ...(second?.notRestored ?? []), ...(await changes())]
  if (first.unreachable !== undefined) {
    for (const what of notRestored) options.emit({ type: 'warning', message: `not restored: ${what}` })
    throw neverStarted(first.unreachable, options)
  }
  const scenarios = [...plan.scenarios, ...(second?.scenarios ?? [])]
  const judged = inOrderOf(scenarios, [...first.judged, ...(second?.judged ?? [])])
  return buildReport({
    ...options,
    status: options.signal.aborted ? 'interrupted' : 'complete',
    driver: options.driver.name,
    startedAt,
    durationMs: performance.now() - began,
    notRestored,
    plan: { ...plan, scenarios },
    thresholds,
    judgements: judged.flatMap((one) => one.judgements),
    scenarios: judged.map(scenarioReport),
  })
}

/** Where only so many deployments can be there at once, none is added to them. */
const lanesFor = ({ parallel, spare, driver: { deploymentsMax } }: ConformanceOptions): { readonly lanes: number; readonly spare: SpareLane | undefined } =>
  ({ lanes: Math.min(parallel, deploymentsMax ?? parallel), spare: deploymentsMax === undefined ? spare : undefined })

function neverStarted(cause: ServiceUnreachable, { service, descriptorPath, runDirectory }: ConformanceOptions): SeaworthyError {
  const isRemote = service.target.remote !== undefined
  const position = descriptorPosition(descriptorPath, ['target', isRemote ? 'url' : 'replicas'])
  return new SeaworthyError('SW_SERVICE_UNREACHABLE', `while ${isRemote ? 'reaching' : 'starting'} ${service.name}: ${cause.message} (${position})`, {
    hint: isRemote
      ? 'A remote service must run before a run begins: the harness starts nothing of it by itself.'
      : `The service must listen on {host}:{port} of the descriptor. Logs of all its processes are in ${join(runDirectory, 'scenarios')}.`,
  })
}

export function thresholdsOf({ suites, service, profile }: Pick<ConformanceOptions, 'suites' | 'service' | 'profile'>): (id: RequirementId) => ThresholdValues {
  const values = new Map(suites.flatMap((suite) => suite.requirements).map((one) => [one.id, thresholdValues(one, profile, service.overrides[one.id])]))
  return (id) => values.get(id) ?? {}
}

function runInput(options: ConformanceOptions, plan: Plan, startedAt: string, thresholds: (id: RequirementId) => ThresholdValues) {
  const { service } = options
  const ids = options.suites.flatMap((suite) => suite.requirements).map((one) => one.id)
  return {
    schema: 'seaworthy-run-input/v1',
    runId: options.runId,
    version: options.version,
    startedAt,
    service: { name: service.name, waivers: service.waivers, overrides: service.overrides },
    descriptorPath: options.descriptorPath,
    driver: options.driver.name,
    profile: options.profile,
    randomSeed: options.randomSeed,
    allow: options.allow,
    requiredLevel: options.requiredLevel,
    reproduceWith: options.reproduceWith,
    thresholds: Object.fromEntries(ids.map((id) => [id, thresholds(id)])) as Record<RequirementId, ThresholdValues>,
    ...(service.suites === undefined ? {} : { ownSuites: service.suites }),
    settled: Object.fromEntries(plan.settled) as Record<RequirementId, never>,
  } as const
}

/** Of a second measurement also the checks that are asked: the others have answered. */
const inputOf = ({ scenario, selected }: PlannedScenario): RunInput['scenarios'][number] =>
  ({ id: scenario.id, selected: [...selected], ...(firstIdOf(scenario.id) === undefined ? {} : { checks: scenario.checks.map(({ id }) => id) }) })

const inOrderOf = (scenarios: readonly PlannedScenario[], judged: readonly JudgedScenario<PlannedScenario>[]): readonly JudgedScenario<PlannedScenario>[] =>
  [...judged].sort((a, b) => scenarios.indexOf(a.planned) - scenarios.indexOf(b.planned))
