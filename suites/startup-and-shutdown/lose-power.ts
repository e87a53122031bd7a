import { greatestOf } from '../../core/extremes.js'
import type { Load, ScenarioContext } from '../../core/scenario.js'
import { untilServing } from './await-service.js'
import { powerLossLabel, startOrders, type StartOrder } from './start-orders.js'
import { comebackLimitMs } from './time-limits.js'

const readinessEveryMs = 100
/** After a comeback readiness is sampled this long, so that the last readings are those of what came back. */
const sampledAfterMs = 3 * readinessEveryMs

export const latestMs = ({ delayed }: StartOrder): number => Math.max(0, greatestOf(delayed.map(({ byMs }) => byMs)))

export function ordersOf(context: ScenarioContext): StartOrder[] {
  const named = (hard: boolean): string[] => context.components.filter((one) => one.hard === hard).map(({ name }) => name)
  const world = { instances: context.instances.map(({ id }) => id), hard: named(true), soft: named(false), random: () => context.random() }
  return startOrders(world, { count: context.threshold('START-08', 'orders'), gapMs: context.threshold('START-08', 'gap_s') * 1_000 })
}

/** Cuts the power of everything while writes arrive, lets all come back in different orders, and lends no hand. Answers whether all came back. */
export async function losePower(context: ScenarioContext, untilAcknowledged: () => Promise<boolean>): Promise<boolean> {
  const sampling = context.traffic.sample({ probes: ['readiness'], instances: context.instances.map(({ id }) => id), everyMs: readinessEveryMs })
  try {
    for (const [index, order] of ordersOf(context).entries()) {
      await untilAcknowledged()
      if (!(await loseOnce(context, order, powerLossLabel(index + 1, order)))) return false
    }
    return true
  } finally {
    await sampling.stop()
  }
}

async function loseOnce(context: ScenarioContext, order: StartOrder, label: string): Promise<boolean> {
  const limitMs = comebackLimitMs(context.threshold('START-08', 'ready_within_s'), context.service.lifecycle.startTimeoutMs) + latestMs(order)
  context.step(`cutting the power of everything, and starting it again with the ${order.name.replace('-', ' ')}`)
  await context.control.reboot('power-loss', label, { delayed: order.delayed })
  const back = await Promise.all(context.instances.map(({ id }) => untilServing(context, id, { load: `after-${label}`, limitMs })))
  await context.pause(sampledAfterMs)
  if (!back.every(Boolean)) return false
  // What the service can do without may be the last in the order: what is done next must not find it still down.
  await Promise.all(context.components.map(({ name }) => context.untilComponentReady(name, limitMs)))
  return true
}

/** Writes acknowledged so far. */
export const acknowledgedBy = (load: Load): number => load.counts().ended - load.counts().notOk
