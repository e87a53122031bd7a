import type { InstanceId } from '../../core/history.js'
import type { Scenario, ScenarioContext } from '../../core/scenario.js'
import { check } from './a-drain-ends.check.js'
import { groups, labels, loads } from './names.js'
import { returnToService } from './return-to-service.js'
import { stragglerOperation } from './straggler-operation.js'
import { drainDeadlineMs, usualStartMs, usualStopMs } from './time-plan.js'

const ordinaryWitnesses = 5
/** Watching goes on this long after a limit, so that the last reading lies behind it. */
const beyondLimitMs = 500

/** Drains a replica that has one request which never finishes. */
export const scenario: Scenario = {
  id: 'queue-draining/a-drain-ends',
  title: 'A drain ends although a request never finishes',
  needs: ['topology.instances', 'lifecycle.drain', 'lifecycle.stop', 'lifecycle.start', 'traffic.witness'],
  instanceCountMin: 2,
  dependencies: 'direct',
  expectedMs: (service) => 1_500 + drainDeadlineMs(service) + usualStopMs(service) + usualStartMs(service),
  checks: [check],
  exercise: async (context) => {
    const target = context.instances[Math.floor(context.random() * context.instances.length)]!.id
    const limitMs = drainLimitMs(context)
    context.step(`draining ${target} with one request on it that never finishes`)
    const stuck = await context.traffic.stuck({ group: groups.stuck, instance: target, forMs: limitMs + 10_000 })
    const ordinary = await context.traffic.witnesses({ group: groups.ordinary, instance: target, count: ordinaryWitnesses })
    await context.control.drain(target, labels.withStuckRequest)
    const drainedAtMs = context.now()
    const untilMs = drainedAtMs + limitMs + beyondLimitMs
    await stuck.ended(limitMs + beyondLimitMs)
    if (context.service.lifecycle.drain?.endsInExit) await untilGone(context, target, untilMs - context.now())
    // Not before the limit has passed: what is let go by us must not look like the end of the drain.
    stuck.release()
    await ordinary.ended(Math.max(1_000, untilMs - context.now()))
    await returnToService(context, target, { rotation: false })
  },
}

/** The declared deadline with the larger of the two slacks. */
function drainLimitMs(context: ScenarioContext): number {
  const declaredMs = context.service.lifecycle.drain?.deadlineMs ?? context.threshold('DRAIN-07', 'deadline_s') * 1_000
  const slackSeconds = Math.max(context.threshold('DRAIN-07', 'slack_s'), context.threshold('DRAIN-07', 'stuck_client_notified_within_s'))
  return declaredMs + slackSeconds * 1_000
}

async function untilGone(context: ScenarioContext, target: InstanceId, timeoutMs: number): Promise<void> {
  const operation = stragglerOperation(context.service)
  await context.until(
    `${target} has exited`,
    async () => (await context.traffic.send({ load: loads.exitProbe, operation: operation.name, via: target, fresh: true })).outcome === 'refused',
    Math.max(0, timeoutMs),
  )
}
