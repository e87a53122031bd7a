import type { ScenarioContext } from '../../core/scenario.js'
import type { FlipWalk } from './flip-walk.js'
import { armObservation, type Arm, type ArmEdge } from './names.js'

/** Restarts everything that could hold the states, and reads them again. */
export async function restartArm(context: ScenarioContext, walk: FlipWalk, options: { readonly arm: Arm; readonly settleMs: number }): Promise<void> {
  const { arm, settleMs } = options
  const edge = (value: ArmEdge): void => context.observe(armObservation, arm, value)
  const ids = context.instances.map(({ id }) => id)
  await walk.readEverything()
  edge({ edge: 'begin' })
  if (arm === 'orderly') await stopAndStart(context, ids)
  else await killEverything(context, ids)
  const ready = (await Promise.all(ids.map((id) => context.untilReady(id, context.service.lifecycle.startTimeoutMs)))).every(Boolean)
  edge({ edge: 'ready', ready })
  await walk.settled(`states of all features after the ${arm} restart`, settleMs)
  edge({ edge: 'end' })
}

async function stopAndStart(context: ScenarioContext, ids: readonly string[]): Promise<void> {
  await Promise.all(ids.map((id) => context.control.stop(id, 'orderly restart')))
  await Promise.all(ids.map((id) => context.control.start(id, 'orderly restart')))
}

/** With the store, as a power failure would: what it had only in memory is gone too. */
async function killEverything(context: ScenarioContext, ids: readonly string[]): Promise<void> {
  const { toggles, target } = context.service
  const store = target.components.find(({ name }) => name === toggles?.store)
  await context.control.kill([...ids, ...(store === undefined ? [] : [store.name])], 'kill of everything')
  const unsupervised = [...(target.replicas.restart === 'never' ? ids : []), ...(store?.restart === 'never' ? [store.name] : [])]
  for (const id of unsupervised) await context.control.start(id, 'kill of everything')
}
