import type { SharedRole } from '../../core/declarations/swap.js'
import type { ScenarioContext } from '../../core/scenario.js'
import { roleLoad, roleObservation, type RoleEdge } from './names.js'
import { untilClean } from './settling.js'

const ratePerSecond = 50
const beforeMs = 500
/** Enough for the requests that a pass needs. */
const aloneMs = 1_500
const returnMs = 30_000

/** The member that was swapped in must fill the role alone: all others are taken away. */
export async function leaveAlone(context: ScenarioContext, role: SharedRole): Promise<void> {
  const [newcomer = '', ...others] = role.members
  const edge = (value: RoleEdge['edge']): void => context.observe(roleObservation, role.name, { edge: value, newcomer, others } satisfies RoleEdge)
  const takeUpMs = context.threshold('SWAP-04', 'take_up_within_s') * 1_000
  context.step(`${newcomer} takes up the role ${role.name}`)
  await context.pause(Math.min(takeUpMs, role.takeUpWithinMs ?? takeUpMs))
  const load = context.traffic.start({ name: roleLoad(role.name), ratePerSecond, operations: role.operations, via: 'balancer', connections: 'keep-alive', durationMaxMs: 300_000 })
  edge('begin')
  await context.pause(beforeMs)
  context.step(`${newcomer} fills the role ${role.name} alone`)
  await Promise.all(others.map((one) => context.control.stop(one, `role ${role.name}`)))
  edge('alone')
  await context.pause(context.ejectWindowMs + aloneMs)
  edge('release')
  await Promise.all(others.map((one) => context.control.start(one, `role ${role.name}`)))
  await untilClean(context, load, returnMs)
  edge('end')
  await load.stop()
}
