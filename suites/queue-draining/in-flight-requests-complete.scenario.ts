import { canBeCaughtInFlight } from '../../core/capabilities.js'
import type { InstanceId } from '../../core/history.js'
import type { Scenario, ScenarioContext } from '../../core/scenario.js'
import { check as aDrainCanBeUndone } from './a-drain-can-be-undone.check.js'
import { check as inFlightRequestsComplete } from './in-flight-requests-complete.check.js'
import { facts, labels, loads } from './names.js'
import { comeBackAfterKill, recordReturn, returnToService } from './return-to-service.js'
import { usualStartMs, usualStopMs, usualWitnessMs, witnessEndMs } from './time-plan.js'
import { sharesPerSecond, undoDrain, usualUndoMs } from './undo-drain.js'

/** Enough to have something to lose. */
const backgroundPerSecond = 20
const sampleEveryMs = 100
const requestsBeforeMin = 30

/** Drains replicas in turn with requests in flight on them, and once kills one instead, which must lose some. */
export const scenario: Scenario = {
  id: 'queue-draining/in-flight-requests-complete',
  title: 'Requests in flight are completed when a replica drains',
  needs: ['topology.instances', 'topology.balancer', 'lifecycle.stop', 'lifecycle.start'],
  instanceCountMin: 2,
  dependencies: 'direct',
  drainsUndeclared: true,
  expectedMs: (service, profile) => {
    const drains = { quick: 1, standard: 3, thorough: 9 }[profile]
    const perDrainMs = usualWitnessMs + 1_500 + (service.lifecycle.undrain === undefined ? usualStopMs(service) + usualStartMs(service) : usualUndoMs(service))
    return drains * perDrainMs + usualWitnessMs + usualStartMs(service) + 2_000
  },
  checks: [inFlightRequestsComplete, aDrainCanBeUndone],
  exercise: async (context) => {
    const catchable = Object.values(context.service.traffic).some(canBeCaughtInFlight)
    context.fact(facts.catchable, catchable)
    if (!catchable && !context.selected.has('DRAIN-08')) return
    const background = context.traffic.start({
      name: loads.background,
      ratePerSecond: context.selected.has('DRAIN-08') ? sharesPerSecond : backgroundPerSecond,
      operations: 'mixed',
      via: 'balancer',
      connections: 'keep-alive',
      durationMaxMs: 4 * scenario.expectedMs(context.service, context.profile) + 60_000,
    })
    // The share of a replica can only be seen to fall when it had one.
    if (context.selected.has('DRAIN-08')) await context.until('traffic flows', () => background.counts().ended >= requestsBeforeMin, 5_000)
    const ids = context.instances.map((instance) => instance.id)
    const first = Math.floor(context.random() * ids.length)
    const turn = (number: number): InstanceId => ids[(first + number) % ids.length]!
    const drains = await drainInTurn(context, { turn, witnesses: catchable && context.selected.has('DRAIN-03') })
    if (catchable && context.selected.has('DRAIN-03')) await killInstead(context, turn(drains))
    await background.stop()
  },
}

/** As many drains as asked for, and one more when too few requests could be proven to be in flight. Returns how many. */
async function drainInTurn(context: ScenarioContext, { turn, witnesses }: { readonly turn: (number: number) => InstanceId; readonly witnesses: boolean }): Promise<number> {
  if (!witnesses) {
    await drainOnce(context, { label: labels.numbered(1), target: turn(0), count: 0 })
    return 1
  }
  const drains = context.threshold('DRAIN-03', 'drains')
  const witnessesMin = context.threshold('DRAIN-03', 'witnesses_min')
  const perDrain = Math.ceil(witnessesMin / drains)
  let proven = 0
  let done = 0
  while (done < drains || (proven < witnessesMin && done === drains)) {
    proven += await drainOnce(context, { label: labels.numbered(done + 1), target: turn(done), count: perDrain })
    done += 1
  }
  return done
}

interface DrainPlan {
  readonly label: string
  readonly target: InstanceId
  readonly count: number
}

/** Returns how many requests were proven to be in flight. */
async function drainOnce(context: ScenarioContext, { label, target, count }: DrainPlan): Promise<number> {
  context.step(count === 0 ? `draining ${target} (${label})` : `draining ${target} with requests in flight on it (${label})`)
  // Readiness tells from when on the replica was draining, also where the drain command answers only when all is done.
  const sampler = context.traffic.sample({ probes: ['readiness'], instances: [target], everyMs: sampleEveryMs })
  if (count === 0) await context.pause(3 * sampleEveryMs)
  const witnesses = count === 0 ? undefined : await context.traffic.witnesses({ group: label, instance: target, count })
  await context.control.drain(target, label)
  await witnesses?.ended(witnessEndMs(context.service))
  const back = context.selected.has('DRAIN-08') && (await undoDrain(context, target))
  await sampler.stop()
  await witnesses?.lookUpEffects()
  if (back) await recordReturn(context, target, { ready: true, rotation: true })
  else await returnToService(context, target, { rotation: true })
  return witnesses?.proven ?? 0
}

/** The positive control: a kill must lose what a drain must not. */
async function killInstead(context: ScenarioContext, target: InstanceId): Promise<void> {
  context.step(`control: killing ${target} with requests in flight on it`)
  const count = Math.ceil(context.threshold('DRAIN-03', 'witnesses_min') / context.threshold('DRAIN-03', 'drains'))
  const witnesses = await context.traffic.witnesses({ group: labels.killControl, instance: target, count })
  await context.control.kill([target], labels.killControl)
  await witnesses.ended(witnessEndMs(context.service))
  await comeBackAfterKill(context, target)
}
