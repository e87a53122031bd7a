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
export const usualStartDrainedMs = (service: ServiceDescriptor, profile: ProfileName): number =>
  service.lifecycle.startDrained === undefined ? 0 : (profile === 'quick' ? observedMsMin(service) : Math.max(10_000, observedMsMin(service))) + 2_000

/** Starts a stopped replica in drained state, looks at it, and undoes the drain. Answers whether it is ready then. */
export async function startDrained(context: ScenarioContext, target: InstanceId): Promise<boolean> {
  const { startDrained: changes, startTimeoutMs } = context.service.lifecycle
  if (changes === undefined) return false
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
