import { platformRollsOut } from '../../core/declarations/upgrade.js'
import type { InstanceId } from '../../core/history.js'
import type { ProfileName } from '../../core/requirement.js'
import type { ScenarioContext } from '../../core/scenario.js'
import { returnWindowMs, type Operation, type ServiceDescriptor } from '../../core/service-descriptor.js'
import { labels, loads } from './names.js'
import { tried } from './return-to-service.js'

const id = 'DRAIN-09'
const sampleEveryMs = 100
const directEveryMs = 60
/** Watching goes on this long after a limit, so that the last reading lies behind it. */
const beyondLimitMs = 700
/** Time for some requests through the balancer to be answered by the replica once it is in the rotation. */
const sharedMs = 500

/** Two return windows: by then the balancer would have sent something to a replica that it takes for ready. */
export const observedMsMin = (service: Pick<ServiceDescriptor, 'balancer'>): number => 2 * returnWindowMs(service.balancer)

/** What it takes beside the start itself; a planning value. */
export function usualStartDrainedMs(service: ServiceDescriptor, profile: ProfileName): number {
  if (service.lifecycle.startDrained === undefined) return 0
  const observedMs = profile === 'quick' ? observedMsMin(service) : Math.max(10_000, observedMsMin(service))
  return observedMs + 2_000 + (platformRollsOut(service) ? 2 * usualReplacementMs : 0)
}

/** What a platform takes to put another replica in the place of one. */
const usualReplacementMs = 10_000

/** Starts a stopped replica in drained state, looks at it, and undoes the drain. Answers whether it is ready then. */
export async function startDrained(context: ScenarioContext, target: InstanceId): Promise<boolean> {
  const { startDrained: changes, startTimeoutMs } = context.service.lifecycle
  if (changes === undefined || platformRollsOut(context.service)) return false
  context.step(`starting ${target} in drained state`)
  await context.control.configureUnit(target, changes)
  const sampler = context.traffic.sample({ probes: ['readiness', 'liveness'], instances: [target], everyMs: sampleEveryMs })
  try {
    if (!(await tried(context, `starting ${target} drained`, () => context.control.start(target, labels.startedDrained)))) return false
    if (!(await context.until(`${target} serves direct requests`, () => servesDirectly(context, target), startTimeoutMs))) return false
    await observe(context, target)
    return await intoService(context, target)
  } finally {
    await sampler.stop()
    // From its next start on it starts as always.
    await context.control.configureUnit(target, undefined)
  }
}

/**
 * Where a platform gives all replicas the same settings: it is told to put a replica in drained state in the place of one of its choice, and to stop there, as half way
 * of a roll-out. That is looked at and undrained like any other, and taken back then.
 */
export async function replaceByOneStartedDrained(context: ScenarioContext): Promise<void> {
  const { startDrained: changes, startTimeoutMs, stop } = context.service.lifecycle
  if (changes === undefined || !platformRollsOut(context.service)) return
  context.step('having the platform replace one replica by one in drained state')
  const timeoutMs = startTimeoutMs + stop.graceMs + replacedWithinMs
  const instances = context.instances.map((one) => one.id)
  const sampler = context.traffic.sample({ probes: ['readiness', 'liveness'], instances, everyMs: sampleEveryMs })
  try {
    await tried(context, 'starting a replica drained', async () => {
      const end = await context.control.rollOut({ name: labels.startedDrained, changes }, { label: labels.startedDrained, inPart: true, timeoutMs })
      const [target] = end.instances ?? []
      if (target === undefined || !(await context.until(`${target} serves direct requests`, () => servesDirectly(context, target), startTimeoutMs))) return
      await observe(context, target)
      await intoService(context, target)
    })
  } finally {
    await sampler.stop()
  }
  context.step('taking the replica that was started drained back')
  await tried(context, 'taking it back', () => context.control.rollOut({ name: 'as found', changes: {} }, { label: labels.restore, timeoutMs }))
  for (const one of instances) {
    await context.untilReady(one, startTimeoutMs)
    await context.untilInRotation(one, true, 2 * context.returnWindowMs)
  }
}

/** Beyond a start and a stop: what a platform takes to find a place for a replica. */
const replacedWithinMs = 30_000

async function servesDirectly(context: ScenarioContext, target: InstanceId): Promise<boolean> {
  const { outcome } = await context.traffic.send({ load: loads.startedDrained, operation: directOperation(context.service), via: target, fresh: true, timeoutMs: 2_000 })
  return outcome === 'ok' || outcome === 'degraded'
}

async function observe(context: ScenarioContext, target: InstanceId): Promise<void> {
  const standardMs = context.threshold(id, 'observe_s') * 1_000
  const leastMs = observedMsMin(context.service) + beyondLimitMs
  const untilMs = context.now() + (context.profile === 'quick' ? leastMs : Math.max(standardMs, leastMs))
  context.step(`testing ${target} directly while it is drained`)
  const needed = context.threshold(id, 'direct_ok_min')
  for (let sent = 0; sent < needed || context.now() < untilMs; sent++) {
    // One request that hangs tells enough.
    if (!(await servesDirectly(context, target)) && context.now() >= untilMs) break
    await context.pause(directEveryMs)
  }
}

async function intoService(context: ScenarioContext, target: InstanceId): Promise<boolean> {
  context.step(`putting ${target} into service`)
  const limitMs = context.threshold(id, 'enters_rotation_within_s') * 1_000
  if (!(await tried(context, `undraining ${target}`, () => context.control.undrain(target, labels.startedDrained)))) return false
  if (!(await context.untilReady(target, context.service.lifecycle.startTimeoutMs))) return false
  const reached = await context.untilInRotation(target, true, limitMs + beyondLimitMs)
  await context.pause(sharedMs)
  return reached
}

/** A read that needs nothing, else any ordinary operation. */
function directOperation({ traffic }: ServiceDescriptor): string {
  const ordinary = (operation: Operation): boolean => !operation.streams && !operation.holdsBody && operation.minDurationMs === undefined
  const usable = Object.values(traffic).filter(ordinary)
  return (usable.find(({ mutates, weight }) => !mutates && weight > 0) ?? usable.find(({ weight }) => weight > 0) ?? usable[0])?.name ?? Object.keys(traffic)[0] ?? ''
}
