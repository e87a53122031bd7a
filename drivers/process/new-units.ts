import type { Edge, UnitChanges } from '../../core/driver.js'
import type { UnitWorld } from './deployment-world.js'
import type { SupervisorAccess } from './machine-protocol.js'
import { notDone } from './not-done.js'
import { edgesOf, withChanges, type PlannedUnit } from './plan-units.js'

/** What a unit runs with after these changes. Throws SeaworthyError for what cannot be run. */
export function changed(world: UnitWorld, declared: PlannedUnit, changes: UnitChanges | undefined): PlannedUnit {
  const planned = withChanges(declared, changes)
  if (planned.unit.command.length === 0) throw notDone(`configuring ${declared.name}`, 'an empty command')
  edgesOf([planned], world.units.declared)
  return planned
}

/** Puts a proxy on every edge that the unit needs and that has none yet. Returns the new edges. */
export async function openEdgesOf({ units, network }: UnitWorld, planned: PlannedUnit): Promise<readonly Edge[]> {
  if (!units.areProxied) return []
  const known = (edge: Edge): boolean => units.edges.some(({ from, to }) => from === edge.from && to === edge.to)
  const missing = edgesOf([planned], units.declared).filter((edge) => !known(edge))
  for (const edge of missing) {
    await network.openEdge(edge, units.addressOf(edge.to))
    units.addEdge(edge)
    await network.setEdgeTarget(edge, units.addressOf(edge.to)) // the component may have moved meanwhile
  }
  return missing
}

export async function closeEdgesOf({ units, network }: UnitWorld, name: string): Promise<void> {
  for (const edge of units.edges.filter(({ from }) => from === name)) {
    units.removeEdge(edge)
    await network.closeEdge(edge)
  }
}

/** Starts a unit that was not there before. One that cannot be started leaves nothing but its name, which stays taken. */
export async function startNewUnit(world: UnitWorld, power: SupervisorAccess, declared: PlannedUnit, changes: UnitChanges | undefined): Promise<void> {
  const { name } = declared
  const machine = power.machineThatRuns
  const planned = changed(world, declared, changes)
  await world.data.make(name)
  try {
    await openEdgesOf(world, planned)
    await machine.request('define', { unit: world.definitionOf(planned) })
    await machine.request('start', { unit: name })
  } catch (error) {
    await machine.request('take-down', { unit: name, signal: 'SIGKILL', graceMs: 0 }).then(() => machine.request('remove', { unit: name })).catch(() => undefined)
    await closeEdgesOf(world, name).catch(() => undefined)
    throw error // the reason is worth more than what followed from it
  }
  world.units.add(declared, changes)
}
