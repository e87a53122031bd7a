import { join } from 'node:path'
import type { Driver, Journal } from '../core/driver.js'
import { SeaworthyError } from '../core/errors.js'
import { redactionOf } from '../core/redaction.js'
import type { Level, ProfileName, RequirementId, SafetyClass, ThresholdValues } from '../core/requirement.js'
import { thresholdValues } from '../core/requirement.js'
import type { RunEvent } from '../core/run-event.js'
import type { RunReport } from '../core/run-report.js'
import type { Suite } from '../core/scenario.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import { VerdictAnnouncer } from './announce-verdicts.js'
import { buildReport } from './build-report.js'
import { judgeScenario, scenarioReport, unjudgeable, type JudgedScenario } from './judge-scenario.js'
import { inLanes } from './lanes.js'
import { inOrderOfStart, widthOf } from './order-of-start.js'
import { descriptorPosition } from './load-descriptor.js'
import { planRun, type Plan, type PlannedScenario } from './plan.js'
import { writeRunInput } from './run-directory.js'
import { surveyWorld } from './restored-world.js'
import { runScenario, type ScenarioRun } from './run-scenario.js'
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
}

/**
 * Runs the selected scenarios, a few at a time, judges each from its recorded history and builds the report. Started
 * scenarios are always cleaned up; an abort ends them early and the report says `interrupted`.
 */
export async function runConformance(options: ConformanceOptions): Promise<RunReport> {
  const startedAt = new Date().toISOString()
  const began = performance.now()
  const plan = planRun(options)
  const thresholds = thresholdsOf(options)
  const order = inOrderOfStart(plan.scenarios, seededRandom(options.randomSeed, 'order'))
  writeRunInput(options.runDirectory, redactionOf(options.service.secrets ?? []).value(runInput(options, plan, startedAt, thresholds)))
  options.emit({
    type: 'run-started',
    runId: options.runId,
    service: options.service.name,
    driver: options.driver.name,
    profile: options.profile,
    directory: options.runDirectory,
    scenarios: order.map(({ scenario, expectedMs }) => ({ id: scenario.id, title: scenario.title, expectedMs })),
    randomSeed: options.randomSeed,
  })
  const changes = await surveyWorld(options.driver, options.service, options.runId)
  const notRestored: string[] = []
  const judged: JudgedScenario<PlannedScenario>[] = []
  const announcer = new VerdictAnnouncer(options.suites, plan)
  const oneAtATime = serialised()
  let unreachable: ServiceUnreachable | undefined
  const givenUp = new AbortController()
  const signal = AbortSignal.any([options.signal, givenUp.signal])
  await inLanes(order, { lanes: Math.min(options.parallel, options.driver.deploymentsMax ?? options.parallel), widthOf, onThrown: () => givenUp.abort() }, async (planned) => {
    if (signal.aborted) return
    const number = plan.scenarios.indexOf(planned)
    const run = await runScenario({ ...options, signal, scenario: planned.scenario, selected: planned.selected, thresholds, oneAtATime, workDirectory: join(options.workDirectory, `d${number}`) })
    notRestored.push(...run.notRestored)
    if (run.unreachable !== undefined && judged.length === 0) {
      // Not even the first start worked: every other scenario would wait in vain for the same.
      unreachable ??= run.unreachable
      givenUp.abort()
      return
    }
    const done = judgeOrSayWhy(planned, run, { ...options, thresholds })
    judged.push(done)
    for (const verdict of announcer.accept(done)) options.emit(verdict)
    options.emit({ type: 'scenario-ended', scenario: planned.scenario.id, durationMs: done.durationMs, incomplete: done.incomplete })
  })
  notRestored.push(...(await changes()))
  if (unreachable !== undefined) for (const what of notRestored) options.emit({ type: 'warning', message: `not restored: ${what}` })
  if (unreachable !== undefined) throw neverStarted(unreachable, options)
  return buildReport({
    ...options,
    status: options.signal.aborted ? 'interrupted' : 'complete',
    driver: options.driver.name,
    startedAt,
    durationMs: performance.now() - began,
    notRestored,
    plan,
    thresholds,
    judgements: inPlanOrder(plan, judged).flatMap((one) => one.judgements),
    scenarios: inPlanOrder(plan, judged).map(scenarioReport),
  })
}

function neverStarted(cause: ServiceUnreachable, { service, descriptorPath, runDirectory }: ConformanceOptions): SeaworthyError {
  const isRemote = service.target.remote !== undefined
  const position = descriptorPosition(descriptorPath, ['target', isRemote ? 'url' : 'replicas'])
  return new SeaworthyError('SW_SERVICE_UNREACHABLE', `while ${isRemote ? 'reaching' : 'starting'} ${service.name}: ${cause.message} (${position})`, {
    hint: isRemote
      ? 'A remote service must run before a run begins: the harness starts nothing of it by itself.'
      : `The service must listen on {host}:{port} of the descriptor. Logs of all its processes are in ${join(runDirectory, 'scenarios')}.`,
  })
}

type JudgeOptions = Pick<ConformanceOptions, 'runDirectory' | 'runId'> & { readonly thresholds: (id: RequirementId) => ThresholdValues }
function judgeOrSayWhy(planned: PlannedScenario, run: ScenarioRun, options: JudgeOptions): JudgedScenario<PlannedScenario> {
  try {
    return judgeScenario(planned, { ...options, run })
  } catch (thrown) {
    return unjudgeable(planned, run, thrown)
  }
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
    scenarios: plan.scenarios.map(({ scenario, selected }) => ({ id: scenario.id, selected: [...selected] })),
  } as const
}

const inPlanOrder = (plan: Plan, judged: readonly JudgedScenario<PlannedScenario>[]): readonly JudgedScenario<PlannedScenario>[] =>
  [...judged].sort((a, b) => plan.scenarios.indexOf(a.planned) - plan.scenarios.indexOf(b.planned))

function serialised(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = last.then(work, work)
    last = next.catch(() => {})
    return next
  }
}
