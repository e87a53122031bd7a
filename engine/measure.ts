import { join } from 'node:path'
import { messageOf } from '../core/errors.js'
import type { RequirementId, ThresholdValues } from '../core/requirement.js'
import { VerdictAnnouncer } from './announce-verdicts.js'
import { recordedScenario, unjudgeable, type JudgedScenario } from './judge-scenario.js'
import { inLanes } from './lanes.js'
import { widthOf } from './order-of-start.js'
import type { Plan, PlannedScenario } from './plan.js'
import type { ConformanceOptions } from './run-conformance.js'
import { runScenario, type ScenarioRun } from './run-scenario.js'
import { secondMeasurements } from './second-measurement.js'
import type { ServiceUnreachable } from './service-unreachable.js'

type Thresholds = (id: RequirementId) => ThresholdValues

export interface Measuring extends ConformanceOptions {
  readonly thresholds: Thresholds
  readonly plan: Plan
  /** In the order in which they begin. */
  readonly scenarios: readonly PlannedScenario[]
  readonly lanes: number
  /** Whether a service that the first of them could not reach ends it all: every other scenario would wait in vain for the same. */
  readonly stopsWhenUnreachable: boolean
  /** What was found before, of which this may decide more. */
  readonly earlier?: readonly JudgedScenario<PlannedScenario>[]
}

export interface Measured {
  readonly judged: readonly JudgedScenario<PlannedScenario>[]
  /** Those that shared the machine with another one, for however short a time. */
  readonly besideOthers: ReadonlySet<PlannedScenario>
  readonly tookMs: number
  readonly notRestored: readonly string[]
  /** Set when not even the first start worked. */
  readonly unreachable: ServiceUnreachable | undefined
}

/** How a scenario is announced before it begins. */
export const announced = ({ scenario, expectedMs }: PlannedScenario): { readonly id: string; readonly title: string; readonly expectedMs: number } =>
  ({ id: scenario.id, title: scenario.title, expectedMs })

/** Runs and judges scenarios side by side. Those that began are always cleaned up; after an abort no other begins. */
export async function measure(options: Measuring): Promise<Measured> {
  const { scenarios, plan, lanes, spare } = options
  const beganAtMs = performance.now()
  const judged: JudgedScenario<PlannedScenario>[] = []
  const notRestored: string[] = []
  const underWay = new Set<PlannedScenario>()
  const besideOthers = new Set<PlannedScenario>()
  const announcer = new VerdictAnnouncer(options.suites, { scenarios }, options.earlier)
  const oneAtATime = serialised()
  let unreachable: ServiceUnreachable | undefined
  let wasReached = false // or known not to be, by another than the first: that is a finding
  const givenUp = new AbortController()
  const signal = AbortSignal.any([options.signal, givenUp.signal])
  await inLanes(scenarios, { lanes, spare, widthOf, onThrown: () => givenUp.abort() }, async (planned) => {
    if (signal.aborted) return
    underWay.add(planned)
    if (underWay.size > 1) for (const one of underWay) besideOthers.add(one)
    const workDirectory = join(options.workDirectory, workFolderOf(planned, plan))
    const run = await runScenario({ ...options, signal, scenario: planned.scenario, selected: planned.selected, oneAtATime, workDirectory })
    underWay.delete(planned)
    notRestored.push(...run.notRestored)
    if (run.unreachable !== undefined && !wasReached && options.stopsWhenUnreachable) {
      unreachable ??= run.unreachable
      givenUp.abort()
      return
    }
    wasReached = true
    const done = await judgeOrSayWhy(planned, run, options)
    judged.push(done)
    for (const verdict of announcer.accept(done)) options.emit(verdict)
    options.emit({ type: 'scenario-ended', scenario: planned.scenario.id, durationMs: done.durationMs, incomplete: done.incomplete })
  })
  return { judged, besideOthers, notRestored, unreachable, tookMs: performance.now() - beganAtMs }
}

export interface MeasuringAgain extends ConformanceOptions {
  readonly thresholds: Thresholds
  readonly plan: Plan
  readonly first: Measured
  /** Keeps for a later judging which scenarios there are. */
  readonly writeInput: (scenarios: readonly PlannedScenario[]) => void
}

/** Measures once more, one after the other and alone, what was left undecided beside others. Undefined when there is nothing of the kind. */
export async function measureAgain(options: MeasuringAgain): Promise<(Measured & { readonly scenarios: readonly PlannedScenario[] }) | undefined> {
  const { plan, first, emit } = options
  const { scenarios, instead } = secondMeasurements(first)
  if (instead !== undefined) emit({ type: 'warning', message: instead })
  if (scenarios.length === 0) return undefined
  try {
    options.writeInput([...plan.scenarios, ...scenarios])
  } catch (thrown) {
    // What has been measured must not be lost for want of room to measure more.
    emit({ type: 'warning', message: `nothing is measured a second time: ${messageOf(thrown)}` })
    return undefined
  }
  const requirements = [...new Set(scenarios.flatMap(({ scenario, selected }) => scenario.checks.map((check) => check.requirement).filter((id) => selected.has(id))))]
  emit({ type: 'measuring-again', requirements, scenarios: scenarios.map(announced) })
  const measured = await measure({ ...options, plan: { ...plan, scenarios: [...plan.scenarios, ...scenarios] }, scenarios, lanes: 1, spare: undefined, stopsWhenUnreachable: false, earlier: first.judged })
  return { ...measured, scenarios }
}

const workFolderOf = (planned: PlannedScenario, { scenarios }: Plan): string => `d${scenarios.indexOf(planned)}`

async function judgeOrSayWhy(planned: PlannedScenario, run: ScenarioRun, options: Pick<Measuring, 'runDirectory' | 'runId' | 'thresholds' | 'judge'>): Promise<JudgedScenario<PlannedScenario>> {
  try {
    return { ...run, planned, ...(await options.judge(recordedScenario(planned, { ...options, run }))) }
  } catch (thrown) {
    return unjudgeable(planned, run, thrown)
  }
}

function serialised(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = last.then(work, work)
    last = next.catch(() => {})
    return next
  }
}
