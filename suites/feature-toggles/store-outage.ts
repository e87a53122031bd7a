import { untilTrafficIsClean } from '../../core/clean-traffic.js'
import type { ScenarioContext } from '../../core/scenario.js'
import type { FlipWalk } from './flip-walk.js'
import { outageLoad, outageObservation, servedBeforeMs, type OutageEdge } from './names.js'

const id = 'TOGL-07'
const ratePerSecond = 50
const readEveryMs = 500
const noticeSlackMs = 10_000
const cleanBeforeMs = 300

/** Takes the store away under load, restarts one instance meanwhile, and gives it back. */
export async function storeOutage(context: ScenarioContext, walk: FlipWalk, store: string): Promise<void> {
  const edge = (value: OutageEdge): void => context.observe(outageObservation, store, value)
  const outageMs = context.threshold(id, 'outage_s') * 1_000
  const readyMs = context.threshold(id, 'start_ready_within_s') * 1_000
  const noticedWithinMs = context.returnWindowMs + noticeSlackMs
  const load = context.traffic.start({ name: outageLoad, ratePerSecond, operations: 'mixed', via: 'balancer', connections: 'keep-alive', durationMaxMs: 2 * outageMs + readyMs + noticedWithinMs })
  // What happened to the replicas before is over for a balancer that is not ours, too.
  await untilTrafficIsClean(context, load, { cleanMs: cleanBeforeMs, timeoutMs: noticedWithinMs })
  await walk.readEverything()
  await context.pause(servedBeforeMs)
  context.step(`the store of the toggles is away for ${Math.round(outageMs / 1_000)} s`)
  edge({ edge: 'begin' })
  const held = await context.control.killAndHold(store, 'outage of the store')
  for (const untilMs = context.now() + outageMs; context.now() < untilMs; ) {
    await walk.readEverything()
    await context.pause(readEveryMs)
  }
  await load.stop()
  const instance = context.instances.at(-1)!.id
  context.step(`${instance} starts without the store`)
  edge({ edge: 'restart', instance })
  await context.control.stop(instance, 'restart without the store')
  await context.control.start(instance, 'restart without the store')
  const startedAtMs = context.now()
  const ready = await context.untilReady(instance, readyMs)
  await walk.readEverything([instance])
  edge({ edge: 'restarted', instance, ready, tookMs: context.now() - startedAtMs })
  edge({ edge: 'release' })
  await held.undo()
  await walk.settled('states of all features with the store back', context.threshold(id, 'converge_within_s') * 1_000)
  edge({ edge: 'end' })
}
