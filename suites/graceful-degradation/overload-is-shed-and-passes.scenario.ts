import type { Overload } from '../../core/declarations/overload.js'
import { numberThreshold, thresholdValues, type ProfileName } from '../../core/requirement.js'
import type { Load, LoadSpec, Scenario, ScenarioContext } from '../../core/scenario.js'
import type { Operation, ServiceDescriptor } from '../../core/service-descriptor.js'
import { measureCapacity } from './capacity.js'
import { carriesRatedLoad } from './carries-rated-load.check.js'
import { overloadIsShed } from './overload-is-shed.check.js'
import { capturedRetryAfter, loads, oneMissing, overloadFact, reducedModeEntered, reducedModeLeft, type OverloadFact } from './overload-names.js'
import { reducedModeIsCheaper } from './reduced-mode-is-cheaper.check.js'
import { recoversFromOverload } from './recovers-from-overload.check.js'
import { spareCapacity } from '../redundancy/spare-capacity.requirement.js'
import { requirements } from './requirements.js'

const sampleEveryMs = 500
const sampleTimeoutMs = 2_000
/** Of the capacity: what the service does with ease. */
const easyShare = 0.5
const outOfRotationMs = 10_000
const lookEveryMs = 25
/** Longer than the window that is looked for. */
const clearMs = 1_000
/** Latencies may double: with so many under way, compared with before, they have not. */
const clearShare = 1.25

export const scenario: Scenario = {
  id: 'graceful-degradation/overload-is-shed-and-passes',
  title: 'Under twice the load it can bear the service does what it can, turns the rest away at once, and recovers by itself',
  needs: ['traffic.heavy'],
  instanceCountMin: 1,
  dependencies: 'direct',
  lanes: 2,
  expectedMs: (service, profile) =>
    12_000 + 1_000 * (secondsOf(service, profile, 'DEGR-05', 'duration_s') + secondsOf(service, profile, 'DEGR-08', 'watched_s') + secondsOf(service, profile, 'RDND-06', 'hold_s')) + 2_000,
  exercise,
  checks: [overloadIsShed, reducedModeIsCheaper, recoversFromOverload, carriesRatedLoad],
}

type Judged = 'DEGR-05' | 'DEGR-08' | 'RDND-06'
function secondsOf(service: ServiceDescriptor, profile: ProfileName, id: Judged, key: string): number {
  const requirement = [...requirements, spareCapacity].find((one) => one.id === id)
  if (requirement === undefined) throw new Error(`no requirement ${id}`)
  return numberThreshold(thresholdValues(requirement, profile, service.overrides[id]), key)
}

async function exercise(context: ScenarioContext): Promise<void> {
  const { overload } = context.service
  if (overload === undefined) return
  const { ratedPerSecond, operation } = overload
  const fact: OverloadFact = { operation: operation.name, deadlineMs: operation.timeoutMs, ...(ratedPerSecond === undefined ? {} : { ratedPerSecond }) }
  context.fact(overloadFact, fact)
  const samples = context.traffic.sample({ probes: ['readiness', 'liveness'], instances: context.instances.map((one) => one.id), everyMs: sampleEveryMs, timeoutMs: sampleTimeoutMs })
  if ((['DEGR-05', 'DEGR-06', 'DEGR-08'] as const).some((id) => context.selected.has(id))) await overloadAndEase(context, overload)
  if (context.selected.has('RDND-06') && ratedPerSecond !== undefined) await carryRatedLoad(context, { operation, ratedPerSecond })
  await samples.stop()
}

async function overloadAndEase(context: ScenarioContext, overload: Overload): Promise<void> {
  const operation: Operation = { ...overload.operation, capture: { ...overload.operation.capture, [capturedRetryAfter]: { header: 'retry-after' } } }
  context.step('how much can the service do')
  const capacity = await measureCapacity(context, { ...overload, operation })
  if (capacity === undefined) return
  const easyPerSecond = capacity * easyShare
  const run = async (name: string, ratePerSecond: number, durationMs: number): Promise<void> => context.traffic.start(specOf(operation, { name, ratePerSecond, durationMs })).finished()
  // Enough for the quantile and for the costs of the full mode.
  const samplesMs = (context.threshold('DEGR-06', 'requests') * 1_000) / easyPerSecond + 200
  context.step('half of it')
  const usual = context.traffic.start(specOf(operation, { name: loads.usual, ratePerSecond: easyPerSecond, durationMs: samplesMs }))
  const underWayMax = await mostUnderWay(context, usual)
  if (context.selected.has('DEGR-05') || context.selected.has('DEGR-08')) {
    context.step('twice as much as it can do')
    await context.traffic.start(specOf(operation, { name: loads.overload, ratePerSecond: capacity * context.threshold('DEGR-05', 'overload_factor'), durationMs: context.threshold('DEGR-05', 'duration_s') * 1_000 })).finished()
    context.step('half of it again')
    if (context.selected.has('DEGR-08')) {
      const durationMs = context.threshold('DEGR-08', 'watched_s') * 1_000
      const afterwards = context.traffic.start(specOf(operation, { name: loads.afterwards, ratePerSecond: easyPerSecond, durationMs }))
      if (context.profile === 'quick') await untilAsUsual(context, afterwards, { underWayMax, forMs: context.threshold('DEGR-08', 'window_s') * 1_000 + clearMs, timeoutMs: durationMs })
      else await afterwards.finished()
      await afterwards.stop()
    }
  }
  if (context.selected.has('DEGR-06') && overload.reducedMode !== undefined) {
    context.step('the reduced mode')
    await switchMode(context, overload.reducedMode.enter, reducedModeEntered)
    await run(loads.reduced, easyPerSecond, samplesMs)
    await switchMode(context, overload.reducedMode.leave, reducedModeLeft)
    await run(loads.fullAgain, easyPerSecond, samplesMs)
  }
}

const underWay = (load: Load): number => load.counts().planned - load.counts().ended

/** Of a load that goes on until its own end. */
async function mostUnderWay(context: ScenarioContext, load: Load): Promise<number> {
  let ended = false
  let most = 0
  const finished = load.finished().finally(() => (ended = true))
  while (!ended && !context.signal.aborted) {
    most = Math.max(most, underWay(load))
    await Promise.race([finished, context.pause(lookEveryMs)])
  }
  await finished
  return most
}

interface AsUsual {
  readonly underWayMax: number
  readonly forMs: number
  readonly timeoutMs: number
}
/** Until for so long nothing failed and hardly more was under way at a time than usual, so that nothing took much longer: what comes later shows nothing new. */
async function untilAsUsual(context: ScenarioContext, load: Load, { underWayMax, forMs, timeoutMs }: AsUsual): Promise<void> {
  let failuresSeen = load.counts().notOk
  let sinceMs = context.now()
  const asUsual = (): boolean => {
    const { notOk } = load.counts()
    if (notOk !== failuresSeen || underWay(load) > underWayMax * clearShare) sinceMs = context.now()
    failuresSeen = notOk
    return context.now() - sinceMs >= forMs
  }
  await context.until('half of it is served as before', asUsual, timeoutMs)
}

const specOf = (operation: Operation, { name, ratePerSecond, durationMs }: { readonly name: string; readonly ratePerSecond: number; readonly durationMs: number }): LoadSpec =>
  ({ name, operations: [operation], ratePerSecond, via: 'balancer', connections: 'keep-alive', durationMaxMs: durationMs, timeoutMs: operation.timeoutMs })

async function switchMode(context: ScenarioContext, procedure: NonNullable<Overload['reducedMode']>['enter'], name: string): Promise<void> {
  for (const { id } of context.instances) await context.control.perform(procedure, { name, target: id })
}

async function carryRatedLoad(context: ScenarioContext, { operation, ratedPerSecond }: { readonly operation: Operation; readonly ratedPerSecond: number }): Promise<void> {
  const target = context.instances.at(-1)?.id
  if (target === undefined || context.instances.length < 2) return
  context.step(oneMissing)
  const held = await context.control.killAndHold(target, oneMissing)
  await context.untilInRotation(target, false, outOfRotationMs)
  await context.pause(context.ejectWindowMs)
  await context.traffic.start(specOf(operation, { name: loads.rated, ratePerSecond: ratedPerSecond, durationMs: context.threshold('RDND-06', 'hold_s') * 1_000 })).finished()
  await held.undo()
  await context.untilReady(target, context.service.lifecycle.startTimeoutMs)
}
