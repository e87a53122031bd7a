import type { DeployedComponent } from '../../core/driver.js'
import type { AppliedFault, ScenarioContext } from '../../core/scenario.js'
import { mutate } from './calm-phase.js'
import { lossLabel, losses, mutationsWithoutReplicas, questions, readsWithoutReplica, released, type Loss } from './names.js'
import { caughtUp, serversOf } from './servers.js'

const readsPerSecond = 60
const beforeMs = 500
const returnMsMax = 30_000
/** The service has noticed by then. */
const settleMs = 1_000

interface Arm {
  readonly servers: readonly DeployedComponent[]
  readonly loss: Loss
}

/** Each read replica is lost in both ways, and all of them at once if there are several and mutations have to do without. */
export function armsOf(context: ScenarioContext): readonly Arm[] {
  const { replicas } = serversOf(context)
  const single = replicas.flatMap((server) => losses.map((loss): Arm => ({ servers: [server], loss })))
  if (!context.selected.has('REPL-05')) return [{ servers: replicas, loss: 'killed' }]
  return context.selected.has('REPL-01') && replicas.length > 1 ? [...single, { servers: replicas, loss: 'killed' }] : single
}

export async function loseReplicas(context: ScenarioContext): Promise<void> {
  const read = context.service.data?.readOrdinary
  const outageMs = context.selected.has('REPL-05') ? context.threshold('REPL-05', 'outage_s') * 1_000 : 0
  const arms = armsOf(context)
  const load =
    read === undefined || outageMs === 0
      ? undefined
      : context.traffic.start({
          name: readsWithoutReplica,
          ratePerSecond: readsPerSecond,
          operations: [read],
          via: 'balancer',
          connections: 'keep-alive',
          durationMaxMs: arms.length * (outageMs + 2 * returnMsMax),
        })
  for (const arm of arms) {
    await context.pause(beforeMs)
    await lose(context, arm, outageMs)
    if (!(await caughtUp(context, questions.caughtUpAfterLoss, returnMsMax))) break
  }
  await load?.stop()
}

async function lose(context: ScenarioContext, { servers, loss }: Arm, outageMs: number): Promise<void> {
  const names = servers.map(({ name }) => name)
  context.step(loss === 'killed' ? `${names.join(' and ')} killed and kept down` : `${names.join(' and ')} silent: connections stay, nothing is answered`)
  const faults = await Promise.all(servers.map(({ name }) => loseServer(context, name, loss)))
  const lostAtMs = context.now()
  if (loss === 'killed' && context.selected.has('REPL-01') && servers.length === serversOf(context).replicas.length) {
    await context.pause(Math.max(settleMs, outageMs / 2))
    await mutate(context, mutationsWithoutReplicas, context.threshold('REPL-01', 'per_operation'))
  }
  await context.pause(Math.max(1, lostAtMs + outageMs - context.now()))
  for (const { name } of servers) context.observe(released, name, { loss })
  await Promise.all(faults.map((fault) => fault.undo()))
}

/** Silent is how a hung server looks from a distance: it is not refused, and not answered. */
export function loseServer(context: ScenarioContext, component: string, loss: Loss): Promise<AppliedFault> {
  const label = lossLabel(component, loss)
  if (loss === 'killed') return context.control.killAndHold(component, label)
  return context.control.faultDependency({ component, fault: { kind: 'silence' }, label, background: true })
}
