import { basename, join } from 'node:path'
import { InterventionFailed, messageOf, SeaworthyError } from '../core/errors.js'
import type { Driver, DriverPlatformEvent, Journal } from '../core/driver.js'
import type { HistoryEvent, IncompleteEvent } from '../core/history.js'
import { redactionOf } from '../core/redaction.js'
import type { ProfileName, RequirementId, SafetyClass, ThresholdValues } from '../core/requirement.js'
import type { RunEvent } from '../core/run-event.js'
import type { Scenario } from '../core/scenario.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import { loweredDescriptorLimit, onShortage } from '../operating-system/own-shortage.js'
import { CleanupStack } from './cleanup-stack.js'
import { deployApart, deployScenario, recordFacts } from './deploy-scenario.js'
import { exerciseScenario } from './exercise-scenario.js'
import { leftAlone } from './left-alone.js'
import { isOwnFault } from './own-fault.js'
import { ProcessorWaits } from './processor-waits.js'
import { Recorder } from './recorder.js'
import type { ScenarioWorld } from './scenario-world.js'
import { ServiceUnreachable } from './service-unreachable.js'

export interface ScenarioOptions {
  readonly scenario: Scenario
  readonly selected: ReadonlySet<RequirementId>
  readonly service: ServiceDescriptor
  readonly driver: Driver
  readonly profile: ProfileName
  readonly thresholds: (requirement: RequirementId) => ThresholdValues
  readonly runId: string
  readonly randomSeed: number
  /** Of the run: the scenario's files go to scenarios/<id>/ in it. */
  readonly runDirectory: string
  /** Volatile folder for the deployment, not yet made. */
  readonly workDirectory: string
  /** Of all deployments of the run. */
  readonly sharedDirectory: string
  readonly journal: Journal
  readonly environment: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** Default: `safe`. */
  readonly allow?: SafetyClass
  readonly emit: (event: RunEvent) => void
  /** One deployment is made at a time: starting services is the heaviest thing a run does to its machine. */
  readonly oneAtATime: <T>(work: () => Promise<T>) => Promise<T>
}

export interface ScenarioRun {
  readonly id: string
  /** Relative to the run directory. */
  readonly history: string
  readonly logs: readonly string[]
  readonly durationMs: number
  readonly notRestored: readonly string[]
  /** Set when no instance ever listened. */
  readonly unreachable: ServiceUnreachable | undefined
}

const hrtimeMs = (): number => Number(process.hrtime.bigint()) / 1e6

/** Runs one scenario from deployment to clean-up. Never throws: what went wrong is in its history. */
export async function runScenario(options: ScenarioOptions): Promise<ScenarioRun> {
  const { scenario } = options
  const startedAt = hrtimeMs()
  const clock = (): number => hrtimeMs() - startedAt
  const history = `scenarios/${scenario.id}/history.ndjson`
  const recorder = openRecorder(options, history)
  if (recorder instanceof Error) {
    options.emit({ type: 'warning', message: `the history of ${scenario.id} could not be written: ${messageOf(recorder)}` })
    return { id: scenario.id, history, logs: [], durationMs: 0, notRestored: [], unreachable: undefined }
  }
  const cleanup = new CleanupStack()
  const notRestored: string[] = []
  let counted = { requests: 0, lost: 0 }
  const listeners = new Set<(event: DriverPlatformEvent) => void>()
  const record = (event: HistoryEvent): void => recorder.record(event)
  const waits = new ProcessorWaits(record, clock)
  const onPlatformEvent = (event: DriverPlatformEvent): void => {
    waits.see(event)
    record({ kind: 'platform', name: event.name, target: event.target, atMs: event.atHrtimeMs - startedAt, detail: event.detail })
    if (isOurLoss(event)) {
      // Without the machine or the network that we play, nothing the clients see is the service's doing any more.
      record({ kind: 'incomplete', atMs: clock(), cause: 'harness', reason: lossOf(event) })
    }
    for (const listener of listeners) listener(event)
  }
  options.emit({ type: 'scenario-started', scenario: scenario.id })
  const progress = setInterval(() => options.emit({ type: 'progress', scenario: scenario.id, elapsedMs: clock(), ...counted }), 250)
  const shortages = watchShortages(record, clock)
  let logs: readonly string[] = []
  let unreachable: ServiceUnreachable | undefined
  try {
    const deployment = await deployScenario({ ...options, cleanup, onPlatformEvent, startedAt, onLogs: (copied) => (logs = copied) })
    const world: ScenarioWorld = {
      service: options.service,
      leftAlone: leftAlone(options.driver, options.service),
      deployment,
      journal: options.journal,
      cleanup,
      signal: options.signal,
      marker: `${options.runId}/${basename(options.workDirectory)}`,
      environment: options.environment,
      apart: new Map(),
      deployApart: (apart) => deployApart({ ...options, ...apart, cleanup }),
      clock,
      record,
      onPlatform: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      notRestored: (what) => notRestored.push(what),
    }
    recordFacts(world, options)
    await exerciseScenario({ ...options, world, onCounts: (counts) => (counted = counts) })
  } catch (thrown) {
    if (thrown instanceof ServiceUnreachable) unreachable = thrown
    record(incompleteEvent(thrown, options.signal, clock()))
  }
  notRestored.push(...(await cleanup.run()))
  for (const what of cleanup.notKept) options.emit({ type: 'warning', message: `${scenario.id}: ${what}` })
  clearInterval(progress)
  waits.stop()
  shortages.end()
  if (recorder.failure !== undefined) options.emit({ type: 'warning', message: `the history of ${scenario.id} could not be written: ${messageOf(recorder.failure)}` })
  recorder.close(clock())
  return { id: scenario.id, history, logs, durationMs: clock(), notRestored, unreachable }
}

/** What the harness has too little of is never the service's fault, also where what it started has inherited that. */
function watchShortages(record: (event: HistoryEvent) => void, clock: () => number): { end(): void } {
  const tell = (reason: string): void => record({ kind: 'incomplete', atMs: clock(), cause: 'harness', reason })
  const unwatch = onShortage((code) => {
    unwatch() // once is enough: nothing that was asked of the world since can be relied on
    tell(`the harness ran out of ${code === 'EMFILE' || code === 'ENFILE' ? 'file descriptors' : 'memory'} (${code})`)
  })
  return {
    end: () => {
      const lowered = loweredDescriptorLimit()
      if (lowered !== undefined) tell(`the harness may have no more than ${lowered.to} files open, and had ${lowered.from} when it began: what it started since has no more either`)
      unwatch()
    },
  }
}

/** Without a history nothing is run: there would be nothing to judge. */
function openRecorder({ runDirectory, runId, scenario, service }: ScenarioOptions, history: string): Recorder | Error {
  try {
    return new Recorder(join(runDirectory, history), { runId, scenario: scenario.id, startedAt: new Date().toISOString() }, redactionOf(service.secrets ?? []))
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown))
  }
}

const isOurLoss = (event: DriverPlatformEvent): boolean => event.detail['unexpected'] === true && ['machine', 'network', 'client', 'cluster'].includes(event.target)

function lossOf({ target, detail }: DriverPlatformEvent): string {
  const reason = String(detail['reason'] ?? 'unknown')
  return target === 'cluster' ? `the cluster was not left to this run: ${reason}` : `the ${target} process of the harness ended: ${reason}`
}

/** Whose fault it was that the exercise did not reach its end. Never the service's: what it did is for checks to say. */
function incompleteEvent(thrown: unknown, signal: AbortSignal, atMs: number): IncompleteEvent {
  const base = { kind: 'incomplete', atMs } as const
  if (thrown instanceof DeadlinePassed) return { ...base, cause: 'deadline', reason: thrown.message }
  if (signal.aborted) return { ...base, cause: 'interrupted', reason: 'the run was interrupted' }
  if (isOwnFault(thrown)) return { ...base, cause: 'harness', reason: messageOf(thrown) }
  if (thrown instanceof InterventionFailed || thrown instanceof SeaworthyError) return { ...base, cause: 'intervention', reason: thrown.message }
  return { ...base, cause: 'harness', reason: messageOf(thrown) }
}

/** The exercise took far longer than it should. */
export class DeadlinePassed extends Error {}
