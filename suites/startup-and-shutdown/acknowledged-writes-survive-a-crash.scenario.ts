import { messageOf } from '../../core/errors.js'
import { thresholdValues } from '../../core/requirement.js'
import type { Load, Scenario, ScenarioContext } from '../../core/scenario.js'
import { untilServing, untilServingThroughBalancer } from './await-service.js'
import { acknowledgedBy, latestMs, losePower, ordersOf } from './lose-power.js'
import { noAcknowledgedWriteIsLost } from './no-acknowledged-write-is-lost.check.js'
import { acknowledgedWritesSurvive } from './recovery.requirements.js'
import { recoversFromPowerLoss } from './power-loss.requirements.js'
import { recoversInAnyStartOrder } from './recovers-in-any-start-order.check.js'
import { usualStartMs, watchBeyondLimitMs } from './time-limits.js'

const writesPerSecond = 100
/** Writing before a crash lasts this long, plus a random share of `random`. */
const writingMs = { min: 1_000, random: 500 }
const usualCrashMs = 800

const recoveryMsMax = (context: ScenarioContext): number => context.service.lifecycle.startTimeoutMs + watchBeyondLimitMs

/** Serving, not only ready: what a service that is ready too early cannot read yet is not lost. */
async function untilAllServe(context: ScenarioContext): Promise<boolean> {
  const limitMs = context.service.lifecycle.startTimeoutMs
  return (await Promise.all(context.instances.map(({ id }) => untilServing(context, id, { load: 'after-crash', limitMs })))).every(Boolean)
}

/** Only START-02 judges whether anything restarts by itself: here the harness lends a hand, because the data is what counts. */
async function bringBack(context: ScenarioContext): Promise<boolean> {
  const restartsItself = context.service.target.replicas.restart !== 'never'
  if (restartsItself && (await untilAllServe(context))) return true
  for (const { id } of context.instances) {
    if (await context.untilReady(id, 0)) continue
    try {
      await context.control.start(id, 'start-after-crash')
    } catch (thrown) {
      context.step(`${id} could not be started: ${messageOf(thrown)}`)
    }
  }
  return untilAllServe(context)
}

/** Until more writes have been acknowledged: a crash in a moment when none arrives would show nothing. */
function untilAcknowledgedOf(context: ScenarioContext, load: Load, acknowledgedMin: number): () => Promise<boolean> {
  return () => {
    const before = acknowledgedBy(load)
    return context.until('writes are acknowledged', () => acknowledgedBy(load) >= before + acknowledgedMin, context.returnWindowMs + recoveryMsMax(context))
  }
}

async function crash(context: ScenarioContext, load: Load, number: number): Promise<boolean> {
  const targets = [...context.instances.map(({ id }) => id), ...context.components.filter(({ ownsData }) => ownsData).map(({ name }) => name)]
  const untilAcknowledged = untilAcknowledgedOf(context, load, context.threshold('START-05', 'acked_last_second_min'))
  await untilAcknowledged()
  context.step(`writing until a random instant (${number})`)
  await context.pause(writingMs.min + context.random() * writingMs.random)
  await untilAcknowledged()
  context.step(`killing ${targets.join(', ')} at one instant (${number})`)
  await context.control.kill(targets, `crash-${number}`)
  context.step('waiting for the service to come back')
  return bringBack(context)
}

/** How often each is done, for what was selected. */
const killsOf = (context: ScenarioContext): number => (context.selected.has('START-05') ? context.threshold('START-05', 'kills') : 0)

/** Everything loses power first, while nothing else has been done to it; what does not come back from that cannot show anything by a crash. */
async function exerciseUnderWrites(context: ScenarioContext, load: Load): Promise<void> {
  if (context.selected.has('START-08')) {
    const untilAcknowledged = untilAcknowledgedOf(context, load, context.threshold('START-08', 'acked_last_second_min'))
    if (!(await losePower(context, untilAcknowledged))) return
  }
  for (let number = 1; number <= killsOf(context); number++) {
    if (!(await crash(context, load, number))) return
  }
}

export const acknowledgedWritesSurviveACrash: Scenario = {
  id: 'startup-and-shutdown/acknowledged-writes-survive-a-crash',
  title: 'Every write that was acknowledged can be read after everything lost power, and after all processes were killed at one instant',
  needs: ['data.write', 'data.read.strong', 'health.readiness'],
  instanceCountMin: 1,
  dependencies: 'direct',
  expectedMs: (service, profile) => {
    const kills = Number(thresholdValues(acknowledgedWritesSurvive, profile)['kills'])
    const powerLoss = thresholdValues(recoversFromPowerLoss, profile)
    const cycleMs = writingMs.min + writingMs.random + usualCrashMs + 1.5 * usualStartMs(service)
    const orderMs = Number(powerLoss['gap_s']) * 1_000 * (service.target.components.filter(({ hard }) => hard).length + 1) + usualCrashMs + 1.5 * usualStartMs(service)
    return kills * cycleMs + Number(powerLoss['orders']) * orderMs + 2_000
  },
  async exercise(context) {
    const { data } = context.service
    if (data === undefined) return
    const cycleMsMax = writingMs.min + writingMs.random + 5 * recoveryMsMax(context) + context.returnWindowMs
    const ordersMsMax = context.selected.has('START-08') ? ordersOf(context).reduce((sum, order) => sum + latestMs(order) + cycleMsMax, 0) : 0
    const load = context.traffic.start({
      name: 'writes',
      ratePerSecond: writesPerSecond,
      operations: [data.write.name],
      via: 'balancer',
      connections: 'keep-alive',
      durationMaxMs: killsOf(context) * cycleMsMax + ordersMsMax,
    })
    try {
      await exerciseUnderWrites(context, load)
    } finally {
      await load.stop()
    }
    context.step('reading every written key back')
    await untilServingThroughBalancer(context, { load: 'after-crash', limitMs: context.service.lifecycle.startTimeoutMs })
    const convergenceMs = Math.max(context.threshold('START-05', 'convergence_s') * 1_000, 3 * data.maxLagMs)
    await context.traffic.reconcile({ load: 'reconcile', convergenceMs })
  },
  checks: [noAcknowledgedWriteIsLost, recoversInAnyStartOrder],
}
