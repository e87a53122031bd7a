import { InterventionFailed } from '../../core/errors.js'
import type { InstanceId } from '../../core/history.js'
import { numberThreshold, thresholdValues, type ProfileName } from '../../core/requirement.js'
import type { AppliedFault, Load, Scenario, ScenarioContext } from '../../core/scenario.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { answersAreFast, answersAreFresh, causeIsNamed, codeAndBodyAgree } from './health-answers-mean-what-they-say.check.js'
import { backgroundLoad, removableFrom } from './dependency-down.js'
import { frozenLabel, frozenReadings } from './frozen-replica.js'
import type { HealthState } from './health-answer.js'
import { requirements } from './requirements.js'

const id = 'MONI-02'
const readEveryMs = 200
const settleMs = 1_000
const usualTurnMs = 1_000
const returnMs = 30_000
/** What a reading waits for an answer that a frozen replica does not give. */
const silenceMs = 5_000

export const scenario: Scenario = {
  id: 'monitoring/health-answers-mean-what-they-say',
  title: 'Status code and body of a health answer agree in every state',
  needs: ['health.readiness'],
  instanceCountMin: 1,
  expectedMs,
  exercise,
  checks: [codeAndBodyAgree, answersAreFresh, answersAreFast, causeIsNamed],
}

function expectedMs(service: ServiceDescriptor, profile: ProfileName): number {
  const requirement = requirements.find((one) => one.id === id)
  if (requirement === undefined) return 0
  const values = thresholdValues(requirement, profile, service.overrides[id])
  const perStateMs = numberThreshold(values, 'samples_per_state') * readEveryMs
  return 5 * perStateMs + numberThreshold(values, 'soft_fault_s') * 1_000 + 2 * settleMs + 5 * usualTurnMs + (service.target.components.some((one) => one.hard) || !mayNeedNothing(service) ? 0 : silenceMs)
}

/** Read five times a second; the draining state comes last, so that nothing has to be made good after it. */
async function exercise(context: ScenarioContext): Promise<void> {
  const target = context.instances.at(-1)?.id
  if (target === undefined) return
  context.fact('health-plan', {
    target,
    detail: context.service.health.detailPath !== undefined,
    softFault: removableFrom(context, target, false) !== undefined,
    hardFault: removableFrom(context, target, true) !== undefined,
  })
  let load = startLoad(context, target)
  context.step('health while all is well')
  await readState(context, target, 'healthy')
  await degrade(context, target)
  if (context.components.some((one) => one.hard)) {
    await fail(context, target)
  } else if (mayNeedNothing(context.service)) {
    // What is sent to a frozen replica waits for its release, and would keep it from answering then.
    await load.stop()
    const wasFrozen = await freeze(context, target)
    load = startLoad(context, target)
    if (wasFrozen) await readRecovered(context, target)
  }
  await drain(context, target)
  await load.stop()
}

/**
 * Some services notice a dependency only when they use it, and a proxy can show a refused connection only when one is
 * made. Sent to the replica itself, because the balancer will leave it out when it needs this most.
 */
const startLoad = (context: ScenarioContext, target: InstanceId): Load =>
  context.traffic.start({
    name: backgroundLoad,
    ratePerSecond: 20,
    operations: 'mixed',
    via: target,
    connections: 'keep-alive',
    durationMaxMs: 10 * expectedMs(context.service, context.profile) + returnMs,
  })

/** Of what runs elsewhere no dependency can be declared, which does not mean that it has none. */
const mayNeedNothing = ({ target }: ServiceDescriptor): boolean => target.kind !== 'remote' && target.kind !== 'kubernetes'

async function degrade(context: ScenarioContext, target: InstanceId): Promise<void> {
  const removable = removableFrom(context, target, false)
  if (removable === undefined) return
  context.step(`health while ${removable.component}, a soft dependency, is down`)
  const fault = await removable.takeAway()
  const readFromMs = context.now() + context.threshold(id, 'soft_fault_s') * 1_000
  while (context.now() < readFromMs && !context.signal.aborted) await readOnce(context, target, 'turning-degraded')
  await readState(context, target, 'degraded')
  await fault.undo()
  await context.pause(settleMs)
}

async function fail(context: ScenarioContext, target: InstanceId): Promise<void> {
  const removable = removableFrom(context, target, true)
  if (removable === undefined) return
  const { component } = removable
  context.step(`health of ${target} while ${component}, a hard dependency, is down`)
  const fault = await removable.takeAway()
  await untilNotReady(context, { target, state: 'turning-failing', timeoutMs: context.threshold(id, 'shown_within_s') * 1_000 })
  await context.pause(settleMs) // the endpoints need not turn at the same instant
  await readState(context, target, 'failing')
  await fault.undo()
  context.step(`health of ${target} after ${component} is back`)
  await readRecovered(context, target)
}

async function readRecovered(context: ScenarioContext, target: InstanceId): Promise<void> {
  await context.untilReady(target, returnMs)
  await context.pause(settleMs / 2)
  await readState(context, target, 'recovered')
}

/** A replica that needs nothing else can be made unable to serve only as a whole. It does not answer then, so readings do not wait for each other. */
async function freeze(context: ScenarioContext, target: InstanceId): Promise<boolean> {
  context.step(`health of ${target} while it is frozen: no dependency is declared that it cannot serve without`)
  const fault = await frozen(context, target)
  if (fault === undefined) return false
  const underWay: Promise<void>[] = []
  for (let begun = 0; begun < frozenReadings && !context.signal.aborted; begun++) {
    const reading = readOnce(context, target, 'frozen')
    reading.catch(() => {}) // the scenario was cut, which it is told when it waits
    underWay.push(reading)
    await context.pause(readEveryMs)
  }
  await Promise.all(underWay)
  await fault.undo()
  context.step(`health of ${target} after its release`)
  await context.untilReady(target, returnMs)
  return true
}

/** One that cannot be frozen, of which the history tells why, may still turn failing in its drain. */
async function frozen(context: ScenarioContext, target: InstanceId): Promise<AppliedFault | undefined> {
  try {
    return await context.control.freeze(target, frozenLabel)
  } catch (thrown) {
    if (thrown instanceof InterventionFailed && canDrain(context)) return undefined
    throw thrown
  }
}

const canDrain = ({ service, leftAlone }: ScenarioContext): boolean => service.lifecycle.drain !== undefined && leftAlone('lifecycle.drain') === undefined

async function drain(context: ScenarioContext, target: InstanceId): Promise<void> {
  if (!canDrain(context)) return
  context.step(`health of ${target} while it drains`)
  await context.control.drain(target, 'drain')
  await readState(context, target, 'draining')
  if (context.service.lifecycle.undrain !== undefined) await context.control.undrain(target, 'undrain')
}

async function untilNotReady(context: ScenarioContext, wait: { readonly target: InstanceId; readonly state: HealthState; readonly timeoutMs: number }): Promise<void> {
  await context.until(
    `${wait.target} is not ready`,
    async () => {
      await readOnce(context, wait.target, wait.state)
      return !(await context.untilReady(wait.target, 0))
    },
    wait.timeoutMs,
  )
}

async function readState(context: ScenarioContext, target: InstanceId, state: HealthState): Promise<void> {
  const readings = context.threshold(id, 'samples_per_state')
  for (let done = 0; done < readings && !context.signal.aborted; done++) await readOnce(context, target, state)
}

/** Every declared endpoint once, on the replica and through the balancer, and what is left of a fifth of a second. */
async function readOnce(context: ScenarioContext, target: InstanceId, state: HealthState): Promise<void> {
  const { livenessPath, detailPath } = context.service.health
  const endpoints = ['readiness' as const, ...(livenessPath === undefined ? [] : ['liveness' as const]), ...(detailPath === undefined ? [] : ['detail' as const])]
  const fromMs = context.now()
  await Promise.all(endpoints.flatMap((endpoint) => [target, 'balancer'].map((via) => context.traffic.readHealth({ endpoint, via, state }))))
  await context.pause(Math.max(0, fromMs + readEveryMs - context.now()))
}
