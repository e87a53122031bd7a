import { requestsPerReplica } from '../../core/checks/share-regained.js'
import { InterventionFailed, messageOf } from '../../core/errors.js'
import type { InstanceId } from '../../core/history.js'
import type { ScenarioContext, WitnessGroup } from '../../core/scenario.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'

const id = 'RDND-05'
export const scalingLoad = 'scaling'
export const scaleLabels = { out: 'scale-out', in: 'scale-in' } as const
const ratePerSecond = 100
const readinessEveryMs = 100
const leadMs = 500
const witnessTriesMax = 3
/** So many that it is known what the new replica calls itself. */
const introduction = { ratePerSecond: 20, durationMaxMs: 250 } as const
/** Watching goes on this long after a limit, so that the last reading lies behind it. */
const watchBeyondLimitMs = 1_500

/** A Service of a cluster spreads connections at random, and not requests: of the few that are kept a new replica may get none. */
const spreadsConnections = ({ target }: ServiceDescriptor): boolean => target.kind === 'kubernetes'

/** A swarm gives up the place that it likes, and cannot be told which. */
const choosesWhoGoes = ({ target }: ServiceDescriptor): boolean => target.kind === 'swarm'

/** What scaling out and in usually takes; a planning value. */
export const usualScalingMs = (service: ServiceDescriptor): number => Math.min(3_000, service.lifecycle.startTimeoutMs) + Math.min(4_000, service.lifecycle.stop.graceMs) + 4_000

/** One replica more, until it has its share, and then away again with requests in flight on it, all under traffic. */
export async function scaleOutAndIn(context: ScenarioContext): Promise<void> {
  const { startTimeoutMs, stop } = context.service.lifecycle
  const shareMs = context.threshold(id, 'share_within_s') * 1_000
  const load = context.traffic.start({
    name: scalingLoad,
    ratePerSecond,
    operations: 'mixed',
    via: 'balancer',
    connections: spreadsConnections(context.service) ? 'fresh' : 'keep-alive',
    durationMaxMs: startTimeoutMs + shareMs + stop.graceMs + 60_000,
  })
  try {
    await context.until('traffic flows', () => load.counts().ended >= ratePerSecond * (leadMs / 1_000), 5_000)
    context.step('adding a replica under load')
    const added = await scaleOut(context)
    if (added === undefined) return
    const sampling = context.traffic.sample({ probes: ['readiness'], instances: [added], everyMs: readinessEveryMs })
    try {
      if (await context.untilReady(added, startTimeoutMs + watchBeyondLimitMs)) {
        await context.traffic.start({ name: 'introduction', operations: 'mixed', via: added, connections: 'fresh', ...introduction }).finished()
        await context.untilInRotation(added, true, shareMs + watchBeyondLimitMs)
        await context.pause(((spreadsConnections(context.service) ? 2.5 : 1.25) * requestsPerReplica * (context.service.target.replicas.count + 1) * 1_000) / ratePerSecond)
      }
      await scaleIn(context, added)
    } finally {
      await sampling.stop()
    }
    await context.pause(context.ejectWindowMs)
  } finally {
    await load.stop()
  }
}

/** Undefined where none could be added: the intervention says why, and the scenario goes on without. */
async function scaleOut(context: ScenarioContext): Promise<InstanceId | undefined> {
  try {
    return (await context.control.addInstance({ label: scaleLabels.out })).id
  } catch (thrown) {
    if (!(thrown instanceof InterventionFailed)) throw thrown
    context.step(`adding a replica was not possible: ${messageOf(thrown)}`)
    return undefined
  }
}

/** With requests in flight on the one that goes: where the platform chooses, on each that it may choose. */
async function scaleIn(context: ScenarioContext, added: InstanceId): Promise<void> {
  const isChosen = choosesWhoGoes(context.service)
  const candidates = isChosen ? [...context.instances.map(({ id: instance }) => instance), added] : [added]
  const groups = (await Promise.all(candidates.map((instance) => putInFlight(context, instance)))).flat()
  const who = isChosen ? 'a replica' : added
  context.step(`removing ${who} with requests in flight on it`)
  try {
    await (isChosen ? context.control.removeAnyInstance(scaleLabels.in) : context.control.removeInstance(added, scaleLabels.in))
  } catch (thrown) {
    if (!(thrown instanceof InterventionFailed)) throw thrown
    context.step(`removing ${who} was not possible: ${messageOf(thrown)}`)
  }
  for (const group of groups) {
    await group.ended(context.service.lifecycle.stop.graceMs)
    await group.lookUpEffects()
  }
}

async function putInFlight(context: ScenarioContext, instance: InstanceId): Promise<readonly WitnessGroup[]> {
  const count = context.threshold(id, 'witnesses_min')
  const groups: WitnessGroup[] = []
  for (let proven = 0; groups.length < witnessTriesMax && proven < count;) {
    const group = await context.traffic.witnesses({ group: scaleLabels.in, instance, count })
    proven += group.proven
    groups.push(group)
  }
  return groups
}
