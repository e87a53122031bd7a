import type { History, InstanceId } from '../../core/history.js'
import { interventionsOf, type Intervention } from '../../core/reading.js'
import type { AppliedFault, ScenarioContext } from '../../core/scenario.js'

export const softLabel = 'soft dependency down'
export const hardLabel = 'hard dependency down'

/** A component that a replica can be left without. */
export interface Removable {
  readonly component: string
  takeAway(): Promise<AppliedFault>
}

/** Where containers were there before, nothing of ours stands between them: a component can be taken from all replicas or from none. */
const isAttached = ({ service: { target } }: ScenarioContext): boolean => target.kind === 'swarm' || target.kind === 'compose'

/** For this replica alone where there are fault proxies, so that the rest of the service goes on; as a whole only in a service that is thrown away afterwards. */
export function removableFrom(context: ScenarioContext, target: InstanceId, hard: boolean): Removable | undefined {
  const { control, service } = context
  const label = hard ? hardLabel : softLabel
  const isMeant = context.components.filter((one) => one.hard === hard)
  const component = isMeant.find((one) => context.edges.some((edge) => edge.from === target && edge.to === one.name))?.name
  if (component !== undefined) return { component, takeAway: () => control.faultDependency({ component, fault: { kind: 'refuse' }, from: target, label }) }
  const whole = isMeant[0]?.name
  if (whole === undefined || !isAttached(context) || !service.target.disposable || context.leftAlone('lifecycle.hold') !== undefined) return undefined
  return { component: whole, takeAway: () => control.killAndHold(whole, label) }
}

/** How the dependency was taken away, by whichever of the two. */
export const removalOf = (history: History, label: string): Intervention | undefined => interventionsOf(history, 'fault-dependency', label)[0] ?? interventionsOf(history, 'hold', label)[0]
