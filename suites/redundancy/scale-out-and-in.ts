import { shareWatchMs } from '../../core/checks/share-regained.js'
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
/** While a platform makes up its mind: at most so many rounds, in which one begins before the one before it has ended. */
const roundsMax = 12
const betweenRoundsMs = 700
/** So many that it is known what the new replica calls itself. */
const introduction = { ratePerSecond: 20, durationMaxMs: 250 } as const
/** Watching goes on this long after a limit, so that the last reading lies behind it. */
const watchBeyondLimitMs = 1_500

/** A Service of a cluster spreads connections at random, and not requests: of the few that are kept a new replica may get none. */
const spreadsConnections = ({ target }: ServiceDescriptor): boolean => target.kind === 'kubernetes'

/** A swarm gives up the place that it likes, and cannot be told which. */
const choosesWhoGoes = ({ target }: ServiceDescriptor): boolean => target.kind === 'swarm'

/** What scaling out and in usually takes; a planning value. */
export const usualScalingMs = (service: ServiceDescriptor): number => Math.min(3_000, service.lifecycle.startTimeoutMs) + Math.min(4_000, service.lifecycle.stop.graceMs) + 2_000 + shareWatchMs(service, { replicas: service.target.replicas.count + 1, ratePerSecond })

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
        await context.pause(shareWatchMs(context.service, { replicas: context.service.target.replicas.count + 1, ratePerSecond, windows: spreadsConnections(context.service) ? 2.5 : 1.25 }))
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

async function scaleIn(context: ScenarioContext, added: InstanceId): Promise<void> {
  const groups = await (choosesWhoGoes(context.service) ? removeAnyOf(context, [...context.instances.map(({ id: instance }) => instance), added]) : removeAdded(context, added))
  for (const group of groups) {
    await group.ended(context.service.lifecycle.stop.graceMs)
    await group.lookUpEffects()
  }
}

async function removeAdded(context: ScenarioContext, added: InstanceId): Promise<readonly WitnessGroup[]> {
  const count = context.threshold(id, 'witnesses_min')
  const groups: WitnessGroup[] = []
  for (let proven = 0; groups.length < witnessTriesMax && proven < count;) {
    const group = await context.traffic.witnesses({ group: scaleLabels.in, instance: added, count })
    proven += group.proven
    groups.push(group)
  }
  await removed(context, added, () => context.control.removeInstance(added, scaleLabels.in))
  return groups
}

/** Requests are put in flight on all that the platform may choose, again and again: it takes its time until it tells the one that it chose. */
async function removeAnyOf(context: ScenarioContext, candidates: readonly InstanceId[]): Promise<readonly WitnessGroup[]> {
  const count = context.threshold(id, 'witnesses_min')
  const putInFlight = (): Promise<readonly WitnessGroup[]> => Promise.all(candidates.map((instance) => context.traffic.witnesses({ group: scaleLabels.in, instance, count })))
  const groups = [...(await putInFlight())]
  let isOver = false
  const removing = removed(context, 'a replica', () => context.control.removeAnyInstance(scaleLabels.in)).finally(() => (isOver = true))
  removing.catch(() => undefined) // told below, unless the scenario is cut before
  for (let round = 1; round < roundsMax && !isOver; round++) {
    await context.pause(betweenRoundsMs)
    if (!isOver) groups.push(...(await putInFlight()))
  }
  await removing
  return groups
}

/** That it could not be removed is what the intervention says. */
async function removed(context: ScenarioContext, who: string, remove: () => Promise<unknown>): Promise<void> {
  context.step(`removing ${who} with requests in flight on it`)
  try {
    await remove()
  } catch (thrown) {
    if (!(thrown instanceof InterventionFailed)) throw thrown
    context.step(`removing ${who} was not possible: ${messageOf(thrown)}`)
  }
}
