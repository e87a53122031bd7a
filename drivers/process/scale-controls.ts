import type { DeploymentControls, StopResult } from '../../core/driver.js'
import type { UnitWorld } from './deployment-world.js'
import { stopExtraMs, type SupervisorAccess } from './machine-protocol.js'
import { changed, closeEdgesOf, openEdgesOf, startNewUnit } from './new-units.js'
import { notDone } from './not-done.js'
import { instanceOf, plannedReplica } from './plan-units.js'

type Scale = Pick<Required<DeploymentControls>, 'configureUnit' | 'addInstance' | 'removeInstance'>

/** More and fewer replicas, and what a unit runs with. */
export function scaleControls(world: UnitWorld, power: SupervisorAccess): Scale {
  const { units, network, ports, service } = world
  return {
    async configureUnit(target, changes) {
      const planned = changed(world, units.named(target), changes)
      await openEdgesOf(world, planned)
      units.configure(target, changes)
      await power.machine?.request('define', { unit: world.definitionOf(planned) })
    },
    async addInstance({ changes }) {
      const port = await ports.another()
      const replica = plannedReplica(service.target, units.takeReplicaIndex(), { host: units.host, port })
      await startNewUnit(world, power, replica, changes)
      await network.setBackends(units.backends)
      return instanceOf(replica)
    },
    removeInstance: (target, options) => removeInstance(world, power, target, options),
  }
}

/** No new requests first, so that what is lost from then on was in flight; then the stop. Nothing changes when it cannot be stopped. */
async function removeInstance(
  world: UnitWorld,
  power: SupervisorAccess,
  target: string,
  { signal, graceMs }: { readonly signal: NodeJS.Signals; readonly graceMs: number },
): Promise<StopResult> {
  const { units, network } = world
  const { name } = units.named(target, 'replica')
  const machine = power.machineThatRuns
  const { pid, state } = await machine.request('state', { unit: name })
  if (pid === null) throw notDone(`removing ${name}`, `it ${state}`)
  if (!units.leave(name)) throw notDone(`removing ${name}`, 'it being removed already')
  try {
    await network.setBackends(units.backends)
    const result = await machine.request('stop', { unit: name, signal, graceMs }, graceMs + stopExtraMs)
    await machine.request('remove', { unit: name })
    units.remove(name)
    await closeEdgesOf(world, name)
    return result
  } catch (error) {
    units.stay(name)
    await network.setBackends(units.backends).catch(() => undefined)
    throw error
  }
}
