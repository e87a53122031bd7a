import type { History, InstanceId } from '../../core/history.js'
import { interventionsOf, requestsOf, type Intervention } from '../../core/reading.js'
import type { AppliedFault, ScenarioContext } from '../../core/scenario.js'
import { turnedInDrain } from './frozen-replica.js'
import { codeSays, namesBroken, type HealthAnswer } from './health-answer.js'

export const softLabel = 'soft dependency down'
export const hardLabel = 'hard dependency down'

/** A component that a replica can be left without. */
export interface Removable {
  readonly component: string
  takeAway(): Promise<AppliedFault>
}

/** Where containers were there before, nothing of ours stands between them: a component can be taken from all replicas or from none. */
const isAttached = ({ service: { target } }: ScenarioContext): boolean => target.kind === 'swarm' || target.kind === 'compose'

/**
 * For this replica alone where there are fault proxies, so that the rest of the service goes on. As a whole only a hard dependency of a service that is thrown away
 * afterwards, and only where there is one: of several nobody knows which is whose.
 */
export function removableFrom(context: ScenarioContext, target: InstanceId, hard: boolean): Removable | undefined {
  const { control, service } = context
  const label = hard ? hardLabel : softLabel
  const isMeant = context.components.filter((one) => one.hard === hard)
  const component = isMeant.find((one) => context.edges.some((edge) => edge.from === target && edge.to === one.name))?.name
  if (component !== undefined) return { component, takeAway: () => control.faultDependency({ component, fault: { kind: 'refuse' }, from: target, label }) }
  const [whole, ...more] = isMeant.map(({ name }) => name)
  if (!hard || whole === undefined || more.length > 0 || !isAttached(context) || !service.target.disposable || context.leftAlone('lifecycle.hold') !== undefined) return undefined
  return { component: whole, takeAway: () => control.killAndHold(whole, label) }
}

/** How the dependency was taken away, by whichever of the two. */
export const removalOf = (history: History, label: string): Intervention | undefined => interventionsOf(history, 'fault-dependency', label)[0] ?? interventionsOf(history, 'hold', label)[0]

/** Requests that the replica is sent all the time. */
export const backgroundLoad = 'background'
const answersMin = 3
const servedMin = 10

/**
 * A service may go on without what none of its replicas has (read-only, say), and says so: then it still serves some of what it is asked, what is missing is named in its
 * detail while readiness passes, and it turns failing in its drain. Where one replica alone was cut off it has to fail: the others have what it lacks.
 */
export function goesOnWithout(history: History, own: readonly HealthAnswer[], { name, target, witnessedAtMs, undoneAtMs = Infinity }: Intervention): boolean {
  const gone = { fromMs: witnessedAtMs ?? Infinity, toMs: undoneAtMs }
  const served = requestsOf(history, backgroundLoad, gone).filter((one) => one.endedAtMs <= undoneAtMs && (one.outcome === 'ok' || one.outcome === 'degraded')).length
  const drained = own.find((one) => one.state === 'draining')?.target
  const passing = own.filter((one) => one.state === 'failing' && one.endpoint === 'readiness' && one.status !== null && codeSays(one.status) === 'pass')
  const naming = own.filter((one) => one.state === 'failing' && namesBroken(one, target))
  return name === 'hold' && served >= servedMin && drained !== undefined && turnedInDrain(history, drained) && passing.length >= answersMin && naming.length >= answersMin
}
