import { untilTrafficIsClean } from '../../core/clean-traffic.js'
import type { InstanceId } from '../../core/history.js'
import { numberThreshold, thresholdValues, type ProfileName } from '../../core/requirement.js'
import type { Scenario, ScenarioContext } from '../../core/scenario.js'
import { ejectWindowMs, type ServiceDescriptor } from '../../core/service-descriptor.js'
import { everyFunctionWorks, lossCostsOnlyTheWindow, noFailureAfterEjection } from './losing-any-replica-is-survivable.check.js'
import { lossLoad } from './loss.js'
import { requirements } from './requirements.js'
import { prepareRollCall, type RollCall } from './roll-call.js'
import { ScheduleWatch } from './schedule-watch.js'
import { scheduledWorkIsDoneOnce } from './scheduled-work-is-done-once.check.js'

const id = 'RDND-02'
const ratePerSecond = 60
const cleanMs = 1_000
const returnExpectedMs = 3_500

export const scenario: Scenario = {
  id: 'redundancy/losing-any-replica-is-survivable',
  title: 'Any one replica may be lost at any time',
  needs: ['topology.instances', 'topology.balancer', 'lifecycle.kill', 'lifecycle.hold'],
  instanceCountMin: 2,
  dependencies: 'direct',
  expectedMs: (service, profile) => {
    const hold = holdMs(thresholdOf(service, profile, 'hold_s'), ejectWindowMs(service.balancer))
    return service.target.replicas.count * (hold + returnExpectedMs + cleanMs) + 1_500 + watchedMs(service, profile)
  },
  exercise,
  checks: [lossCostsOnlyTheWindow, noFailureAfterEjection, everyFunctionWorks, scheduledWorkIsDoneOnce],
}

/** Scheduled work is watched for some periods before the first loss. */
function watchedMs(service: ServiceDescriptor, profile: ProfileName): number {
  const requirement = requirements.find((one) => one.id === 'RDND-04')
  if (service.schedule === undefined || requirement === undefined) return 0
  return numberThreshold(thresholdValues(requirement, profile, service.overrides['RDND-04']), 'periods') * service.schedule.periodMs
}

function thresholdOf(service: ServiceDescriptor, profile: ProfileName, key: string): number {
  const requirement = requirements.find((one) => one.id === id)
  if (requirement === undefined) throw new Error(`no requirement ${id}`)
  return numberThreshold(thresholdValues(requirement, profile, service.overrides[id]), key)
}

/** Long enough to see as much of the time after the ejection window as of the window itself. */
const holdMs = (holdS: number, windowMs: number): number => Math.max(holdS * 1_000, 2 * windowMs)

async function exercise(context: ScenarioContext): Promise<void> {
  const { schedule } = context.service
  const watch = context.selected.has('RDND-04') && schedule !== undefined ? new ScheduleWatch(context, schedule) : undefined
  try {
    if (context.selected.has(id)) await loseEachInTurn(context, watch)
    else if (watch !== undefined) await loseThePerformer(context, watch)
  } finally {
    await watch?.stop()
  }
}

/** Scheduled work alone: the replica that does it is lost once, without traffic. */
async function loseThePerformer(context: ScenarioContext, watch: ScheduleWatch): Promise<void> {
  await beforeTheFirst(context, watch)
  const { target, hold } = await nextLoss(context, { left: context.instances.map((one) => one.id), hold: 0, watch })
  await lose(context, target, { hold, rollCall: async () => {} })
  await context.untilInRotation(target, true, context.service.lifecycle.startTimeoutMs)
}

async function loseEachInTurn(context: ScenarioContext, watch: ScheduleWatch | undefined): Promise<void> {
  const recoverMs = context.threshold(id, 'recover_within_s') * 1_000
  const hold = holdMs(context.threshold(id, 'hold_s'), context.ejectWindowMs)
  const load = context.traffic.start({
    name: lossLoad,
    ratePerSecond,
    operations: 'mixed',
    via: 'balancer',
    connections: 'keep-alive',
    durationMaxMs: context.instances.length * (2 * hold + 2 * recoverMs),
  })
  context.step('every operation, while all replicas are there')
  const everyOperation = async (): Promise<RollCall> => {
    const rollCall = await prepareRollCall(context)
    await rollCall.call('before')
    return rollCall
  }
  const [rollCall] = await Promise.all([everyOperation(), watch === undefined ? undefined : beforeTheFirst(context, watch)])
  const left = context.instances.map((one) => one.id)
  let performers = watch
  while (left.length > 0) {
    await untilTrafficIsClean(context, load, { cleanMs, timeoutMs: recoverMs })
    const next = await nextLoss(context, { left, hold, watch: performers })
    // Once is enough for the schedule; whoever does it then may have been lost already.
    performers = undefined
    left.splice(left.indexOf(next.target), 1)
    await context.untilInRotation(next.target, true, recoverMs)
    context.step(`${next.target} dies and stays down for ${Math.round(next.hold / 1_000)} s`)
    await lose(context, next.target, { hold: next.hold, rollCall: () => rollCall.call(next.target) })
    // With one replica still missing the next loss would be the loss of two.
    if (!(await context.untilInRotation(next.target, true, recoverMs))) break
  }
  await load.stop()
}

async function beforeTheFirst(context: ScenarioContext, watch: ScheduleWatch): Promise<void> {
  context.step('watching scheduled work while all replicas are there')
  const periods = context.threshold('RDND-04', 'periods')
  await watch.untilMore(periods + 1, periods + 3)
}

interface NextLoss {
  readonly left: readonly InstanceId[]
  readonly hold: number
  readonly watch: ScheduleWatch | undefined
}
/** Right after a scheduled effect the replica that did it, else the first one left. */
async function nextLoss(context: ScenarioContext, { left, hold, watch }: NextLoss): Promise<{ readonly target: InstanceId; readonly hold: number }> {
  const { schedule } = context.service
  if (watch === undefined || schedule === undefined) return { target: left[0]!, hold }
  await watch.untilMore(1, 3)
  const performer = watch.lastPerformer
  const periods = context.threshold('RDND-04', 'periods') + context.threshold('RDND-04', 'missed_after_kill_max') + 1
  return { target: left.find((one) => one === performer) ?? left[0]!, hold: Math.max(hold, periods * schedule.periodMs) }
}

async function lose(context: ScenarioContext, target: InstanceId, options: { readonly hold: number; readonly rollCall: () => Promise<void> }): Promise<void> {
  const held = await context.control.killAndHold(target, `loss of ${target}`)
  const deadAtMs = context.now()
  await context.pause(context.ejectWindowMs + 50)
  await options.rollCall()
  await context.pause(Math.max(0, deadAtMs + options.hold - context.now()))
  // Told before the undo begins: from here on the replica may answer again.
  context.observe('release', target, {})
  context.step(`${target} may return`)
  await held.undo()
}
