import { greatestOf, leastOf } from '../../core/extremes.js'
import type { InstanceId } from '../../core/history.js'
import { numberThreshold, thresholdValues, type ProfileName } from '../../core/requirement.js'
import type { AppliedFault, Scenario, ScenarioContext } from '../../core/scenario.js'
import { ejectWindowMs, type ServiceDescriptor } from '../../core/service-descriptor.js'
import { cutOffReplicaLeaves, hungReplicaLeaves } from './an-unfit-replica-leaves-the-rotation.check.js'
import { requirements } from './requirements.js'
import { unfitLoad } from './unfit-arm.js'

const id = 'RDND-03'
const ratePerSecond = 60
const sampleEveryMs = 200
const baselineMs = 1_200
const returnExpectedMs = 2_000

export const scenario: Scenario = {
  id: 'redundancy/an-unfit-replica-leaves-the-rotation',
  title: 'A replica that cannot serve gets no more traffic, and gets it again when it can',
  needs: ['topology.instances', 'topology.balancer', 'health.readiness', 'fault.freeze'],
  instanceCountMin: 2,
  expectedMs: (service, profile) => 2 * (faultMs(faultSeconds(service, profile), ejectWindowMs(service.balancer)) + baselineMs + returnExpectedMs),
  exercise,
  checks: [hungReplicaLeaves, cutOffReplicaLeaves],
}

function faultSeconds(service: ServiceDescriptor, profile: ProfileName): number {
  const requirement = requirements.find((one) => one.id === id)
  if (requirement === undefined) throw new Error(`no requirement ${id}`)
  return numberThreshold(thresholdValues(requirement, profile, service.overrides[id]), 'fault_s')
}
const faultMs = (faultS: number, windowMs: number): number => Math.max(faultS * 1_000, 3 * windowMs)

/**
 * A client that waits longer than the fault lasts would be answered after the release and hide that its request went to a
 * hung replica, so it gives up sooner. Never sooner than the slowest operation of the mix may reasonably need, as declared or as measured.
 */
export function clientTimeoutMs({ traffic }: ServiceDescriptor, measuredMs: number): number {
  const mixed = Object.values(traffic).filter((operation) => operation.weight > 0)
  const slowestMs = Math.max(measuredMs, greatestOf(mixed.map((operation) => operation.minDurationMs ?? 0)))
  return Math.min(Math.max(2_000, 3 * slowestMs + 1_000), leastOf(mixed.map((operation) => Math.max(operation.timeoutMs, slowestMs + 1_000))))
}

/** How long the slowest operation of the mix takes while nothing is wrong. What takes long by itself need not be declared. */
async function slowestAnswerMs(context: ScenarioContext): Promise<number> {
  const mixed = Object.values(context.service.traffic).filter((operation) => operation.weight > 0 && !JSON.stringify(operation).includes('{token}'))
  const tookMs = mixed.map(async ({ name }) => {
    const fromMs = context.now()
    await context.traffic.send({ load: 'measurement', operation: name, via: 'balancer', fresh: true })
    return context.now() - fromMs
  })
  return Math.max(0, greatestOf((await Promise.all(tookMs))))
}

async function exercise(context: ScenarioContext): Promise<void> {
  const hold = faultMs(context.threshold(id, 'fault_s'), context.ejectWindowMs)
  const notReadyMs = context.threshold(id, 'readiness_false_within_s') * 1_000
  const returnMs = context.threshold(id, 'return_within_s') * 1_000
  // The last two: what only the first replica does is a matter of RDND-02, and would disturb the picture here.
  const [cutOff, hung] = context.instances.slice(-2).map((one) => one.id)
  if (cutOff === undefined || hung === undefined) return
  const clientTimeout = clientTimeoutMs(context.service, await slowestAnswerMs(context))
  const load = context.traffic.start({
    name: unfitLoad,
    ratePerSecond,
    operations: 'mixed',
    via: 'balancer',
    connections: 'keep-alive',
    durationMaxMs: 2 * (hold + notReadyMs + context.ejectWindowMs + 2 * returnMs) + 10_000,
    timeoutMs: clientTimeout,
  })
  const samples = context.traffic.sample({ probes: ['readiness'], instances: [hung, cutOff], everyMs: sampleEveryMs })
  const times: ArmTimes = { hold, leavesWithinMs: notReadyMs + context.ejectWindowMs, returnMs, clientTimeoutMs: clientTimeout }

  const back = await makeUnfit(context, hung, { ...times, what: `${hung} hangs`, apply: () => context.control.freeze(hung, `${hung} hangs`) })
  const edges = context.edges.filter((edge) => edge.from === cutOff)
  // With one replica still missing, a second unfit one would be an outage.
  if (back && edges.length > 0) {
    const what = `${cutOff} has lost its dependencies`
    await makeUnfit(context, cutOff, { ...times, what, apply: () => context.control.isolate(cutOff, what) })
  }
  await samples.stop()
  await load.stop()
}

interface ArmTimes {
  readonly hold: number
  readonly leavesWithinMs: number
  readonly returnMs: number
  readonly clientTimeoutMs: number
}
interface Arm extends ArmTimes {
  readonly what: string
  apply(): Promise<AppliedFault>
}

/** Keeps the fault until the replica had all the time it may take, and some traffic after that; then waits for it to return. */
async function makeUnfit(context: ScenarioContext, target: InstanceId, arm: Arm): Promise<boolean> {
  await context.untilInRotation(target, true, arm.returnMs)
  await context.pause(baselineMs)
  context.step(arm.what)
  const fault = await arm.apply()
  await context.untilInRotation(target, false, arm.leavesWithinMs)
  // Whenever it left, one ejection window may still be open. What follows is judged, and must have time to fail.
  const untilMs = Math.max(fault.appliedAtMs + arm.hold, context.now() + context.ejectWindowMs + arm.clientTimeoutMs)
  await context.pause(untilMs - context.now())
  // Told before the undo begins: from here on the replica may serve again.
  context.observe('release', target, {})
  context.step(`${target} is released`)
  await fault.undo()
  // Traffic has to go on for a little longer than the limit, or nobody could say that it was passed.
  return context.untilInRotation(target, true, arm.returnMs + 1_500)
}
