import { platformRollsOut } from '../../core/declarations/upgrade.js'
import type { InstanceId } from '../../core/history.js'
import type { RequirementId } from '../../core/requirement.js'
import type { Load, Scenario, ScenarioContext } from '../../core/scenario.js'
import { check as keepAliveConnectionsAreWoundDown } from './keep-alive-connections-are-wound-down.check.js'
import { check as livenessStaysGreen } from './liveness-stays-green.check.js'
import { labels, loads } from './names.js'
import { check as noRequestFailsThroughTheBalancer } from './no-request-fails-through-the-balancer.check.js'
import { check as noRequestIsAcceptedAndDropped } from './no-request-is-accepted-and-dropped.check.js'
import { check as queuedWorkSurvivesADrain } from './queued-work-survives-a-drain.check.js'
import { QueuedJobs } from './queued-jobs.js'
import { check as readinessFailsWhileDraining } from './readiness-fails-while-draining.check.js'
import { recordReturn, started, tried } from './return-to-service.js'
import { check as aReplicaCanStartDrained } from './a-replica-can-start-drained.check.js'
import { replaceByOneStartedDrained, startDrained, usualStartDrainedMs } from './start-drained.js'
import { effectsCanBeRead, stragglerOperation } from './straggler-operation.js'
import { hasWitnessOperation, usualStartMs, usualStopMs, witnessEndMs } from './time-plan.js'

const rates = { balancer: 100, stragglers: 50, qualification: 50 }
const witnessesThroughBalancer = 5
const sampleEveryMs = 100
const keepAliveEveryMs = 200
/** Persistent connections that have sent nothing for this long have been told to close, or are gone. */
const quietMs = 3 * keepAliveEveryMs
/** Stragglers are sent this long before the drain too, to see that the replica serves them at all. */
const stragglerLeadMs = 400
/** Time for every persistent connection to have served a request before the drain. */
const keepAliveLeadMs = 600
const boundMs = 600_000

/** Traffic before the drain, and after the stop, before the replica is started again. */
const leadMs = (profile: ScenarioContext['profile']): number => (profile === 'quick' ? 1_000 : 10_000)
const tailMs = (context: ScenarioContext): number => (context.profile === 'quick' ? 0.5 : 2) * context.ejectWindowMs

/** One drain and one stop behind the balancer, from which seven requirements are judged. */
export const scenario: Scenario = {
  id: 'queue-draining/draining-is-invisible-through-the-balancer',
  title: 'Draining and stopping one replica is invisible to clients of the balancer',
  needs: ['topology.instances', 'topology.balancer', 'lifecycle.drain', 'lifecycle.stop', 'lifecycle.start', 'health.readiness', 'traffic.read'],
  instanceCountMin: 2,
  dependencies: 'direct',
  expectedMs: (service, profile) => {
    const { intervalMs, fall, rise, timeoutMs } = service.balancer
    const ejectMs = intervalMs * fall + timeoutMs + 1_000
    const windowsMs = (profile === 'quick' ? 0.5 : 2) * ejectMs + 2 * ejectMs + intervalMs * rise + 1_000
    const trafficMs = Math.max(leadMs(profile) + windowsMs, { quick: 6_000, standard: 31_000, thorough: 95_000 }[profile])
    return qualificationMs(ejectMs) + trafficMs + stragglerLeadMs + keepAliveLeadMs + usualStopMs(service) + usualStartMs(service) + usualStartDrainedMs(service, profile)
  },
  checks: [
    readinessFailsWhileDraining,
    livenessStaysGreen,
    noRequestFailsThroughTheBalancer,
    noRequestIsAcceptedAndDropped,
    keepAliveConnectionsAreWoundDown,
    queuedWorkSurvivesADrain,
    aReplicaCanStartDrained,
  ],
  exercise: async (context) => {
    const target = context.instances[Math.floor(context.random() * context.instances.length)]!.id
    const judged = (id: RequirementId): boolean => context.selected.has(id)
    if (judged('DRAIN-04')) await qualify(context)
    const background = startBackground(context)
    const sampler = startSampler(context)
    const lead = context.pause(leadMs(context.profile))
    const keepAlive = judged('DRAIN-06') ? await startKeepAlive(context, target) : undefined
    await lead
    const jobs = judged('DRAIN-10') && context.service.queue !== undefined ? new QueuedJobs(context, context.service.queue, target) : undefined
    await drainUnderTraffic(context, { target, keepAlive, jobs, stragglers: judged('DRAIN-05') })
    await sampler.stop()
    await jobs?.acceptLate()
    await stopInService(context, target, background)
    await background.stop()
    await jobs?.readEffects()
    if (judged('DRAIN-05')) await readBackStragglers(context)
    await startDrainedByPlatform(context)
  },
}

const qualificationMs = (ejectMs: number): number => ejectMs + 2_000

async function qualify(context: ScenarioContext): Promise<void> {
  context.step('qualifying the balancer with a clean drain of an echo server')
  const requests = Math.ceil((qualificationMs(context.ejectWindowMs) / 1_000) * rates.qualification)
  await context.traffic.qualifyBalancer({ ratePerSecond: rates.qualification, requests })
}

function startBackground(context: ScenarioContext): Load {
  context.step('traffic through the balancer')
  return context.traffic.start({
    name: loads.background,
    ratePerSecond: rates.balancer,
    operations: 'mixed',
    via: 'balancer',
    connections: 'keep-alive',
    durationMaxMs: boundMs,
  })
}

function startSampler(context: ScenarioContext): { stop(): Promise<void> } {
  const probes = context.service.health.livenessPath === undefined ? (['readiness'] as const) : (['readiness', 'liveness'] as const)
  return context.traffic.sample({ probes, instances: context.instances.map((one) => one.id), everyMs: sampleEveryMs })
}

async function startKeepAlive(context: ScenarioContext, target: InstanceId): Promise<Load> {
  const load = context.traffic.keepAliveConnections({
    name: loads.keepAlive,
    instance: target,
    connections: context.threshold('DRAIN-06', 'connections'),
    everyMs: keepAliveEveryMs,
    durationMaxMs: boundMs,
  })
  await context.pause(keepAliveLeadMs)
  return load
}

interface DrainPlan {
  readonly target: InstanceId
  readonly keepAlive: Load | undefined
  readonly jobs: QueuedJobs | undefined
  readonly stragglers: boolean
}

/** Drains with everything running, and watches until two eject windows have passed and the connections are wound down. */
async function drainUnderTraffic(context: ScenarioContext, { target, keepAlive, jobs, stragglers }: DrainPlan): Promise<void> {
  const watchMs = observedMs(context)
  const direct = stragglers ? startStragglers(context, target, watchMs) : undefined
  await context.pause(stragglerLeadMs)
  const witnesses = hasWitnessOperation(context.service)
    ? await context.traffic.witnesses({ group: labels.behindBalancer, instance: target, count: witnessesThroughBalancer, through: 'balancer' })
    : undefined
  await jobs?.acceptUntilRunning()
  context.step(`draining ${target} behind the balancer`)
  await context.control.drain(target, labels.behindBalancer)
  const acknowledgedAtMs = context.now()
  await jobs?.readRunning()
  await context.pause(watchMs)
  await direct?.stop()
  if (keepAlive !== undefined) await untilWoundDown(context, keepAlive, acknowledgedAtMs)
  await witnesses?.ended(witnessEndMs(context.service))
}

/** Two eject windows, and never less than what the thresholds of readiness and stragglers need. */
function observedMs(context: ScenarioContext): number {
  const forReadinessMs = context.threshold('DRAIN-01', 'first_fail_within_s') * 1_000 + 500
  const stragglers = context.selected.has('DRAIN-05') ? context.threshold('DRAIN-05', 'requests_min') : 0
  return Math.max(2 * context.ejectWindowMs, forReadinessMs, (stragglers / rates.stragglers) * 1_000 + 250)
}

const startStragglers = (context: ScenarioContext, target: InstanceId, watchMs: number): Load =>
  context.traffic.start({
    name: loads.stragglers,
    ratePerSecond: rates.stragglers,
    operations: [stragglerOperation(context.service).name],
    via: target,
    connections: 'fresh',
    durationMaxMs: watchMs + boundMs,
  })

/** Until no connection has sent anything for three turns, or the limit of DRAIN-06 has passed and been looked beyond. */
async function untilWoundDown(context: ScenarioContext, load: Load, acknowledgedAtMs: number): Promise<void> {
  const limitMs = context.threshold('DRAIN-06', 'wound_down_within_s') * 1_000
  const leftMs = acknowledgedAtMs + limitMs + quietMs - context.now()
  let last = { planned: -1, sinceMs: context.now() }
  await context.until(
    'all persistent connections are quiet',
    () => {
      const { planned, ended } = load.counts()
      if (planned !== last.planned || ended < planned) last = { planned, sinceMs: context.now() }
      return context.now() - last.sinceMs >= quietMs
    },
    Math.max(0, leftMs),
  )
  await load.stop()
}

/** Stops the drained replica under traffic, keeps the traffic up for long enough, and starts it again. */
async function stopInService(context: ScenarioContext, target: InstanceId, background: Load): Promise<void> {
  context.step(`stopping ${target}`)
  // A drain that ends in an exit may have left nothing to stop. Only DRAIN-04 rests on the stop, and its check looks.
  await tried(context, `stopping ${target}`, () => context.control.stop(target, labels.behindBalancer))
  const missing = context.threshold('DRAIN-04', 'requests_min') * 1.05 - background.counts().planned
  const needed = context.selected.has('DRAIN-04') ? (missing / rates.balancer) * 1_000 : 0
  await context.pause(Math.max(tailMs(context), needed))
  context.step(`starting ${target} again`)
  const back = context.selected.has('DRAIN-09') && (await startDrained(context, target))
  await recordReturn(context, target, { ready: back || (await started(context, target)), rotation: true })
}

/** Last of all, since a platform replaces replicas for it, which work that is still queued would be told from. */
async function startDrainedByPlatform(context: ScenarioContext): Promise<void> {
  if (!context.selected.has('DRAIN-09') || !platformRollsOut(context.service) || context.service.lifecycle.startDrained === undefined) return
  const background = startBackground(context)
  await replaceByOneStartedDrained(context)
  await background.stop()
}

/** Looks for effects of requests that got no answer. Reads every key of the scenario, so not in the quick profile. */
async function readBackStragglers(context: ScenarioContext): Promise<void> {
  if (context.profile === 'quick' || !effectsCanBeRead(context.service)) return
  context.step('reading back what stragglers wrote')
  await context.traffic.reconcile({ load: loads.stragglerEffects, convergenceMs: Math.max(1_000, 2 * (context.service.data?.maxLagMs ?? 0)) })
}
