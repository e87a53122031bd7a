import type { DeploymentControls, Replacement, ReplaceOptions } from '../../core/driver.js'
import type { UnitWorld } from './deployment-world.js'
import { stopExtraMs, type SupervisorAccess } from './machine-protocol.js'
import { changed, openEdgesOf, startNewUnit } from './new-units.js'
import { notDone } from './not-done.js'
import { componentOf } from './plan-units.js'

type Replacements = Pick<Required<DeploymentControls>, 'replaceComponent' | 'cloneComponent' | 'redirectDependency'>

/** Other processes in the place of a component, and where its name leads to. */
export function replacementControls(world: UnitWorld, power: SupervisorAccess): Replacements {
  const { units, ports } = world
  return {
    replaceComponent: (name, options) => replaceComponent(world, power, name, options),
    async cloneComponent(name, { as, changes }) {
      const original = units.named(name, 'component')
      const port = await ports.another()
      units.takeName(as)
      const clone = { ...original, name: as, port, unitFiles: [as, ...original.unitFiles] }
      await startNewUnit(world, power, clone, changes)
      return componentOf(clone)
    },
    async redirectDependency(component, to) {
      if (!units.areProxied) throw unmovable(component)
      const before = units.addressOf(component)
      units.redirect(component, to)
      const after = units.addressOf(component)
      if (before.host !== after.host || before.port !== after.port) await leadEdgesTo(world, component)
    },
  }
}

async function replaceComponent(world: UnitWorld, power: SupervisorAccess, name: string, options: ReplaceOptions): Promise<Replacement> {
  const { units, service, ports } = world
  const before = units.named(name, 'component')
  const changes = options.changes ?? units.changesOf(name)
  const planned = changed(world, before, changes)
  const machine = power.machineThatRuns
  const { pid: pidBefore, held } = await machine.request('state', { unit: name })
  if (held) throw notDone(`replacing ${name}`, 'it held down')
  if (options.address === 'new' && !units.areProxied) throw unmovable(name)
  await openEdgesOf(world, planned)
  const port = options.address === 'new' ? await ports.another() : before.port
  const { graceMs } = service.lifecycle.stop
  await machine.request('take-down', { unit: name, signal: 'SIGTERM', graceMs }, graceMs + stopExtraMs)
  if (options.data === 'empty') await world.data.empty(name)
  units.move(name, port)
  units.configure(name, changes)
  await leadEdgesTo(world, name)
  await machine.request('define', { unit: world.definitionOf({ ...planned, port }) })
  await machine.request('start', { unit: name })
  const { pid: pidAfter } = await machine.request('state', { unit: name })
  return { pidBefore, pidAfter, addressBefore: `${before.host}:${before.port}`, addressAfter: `${before.host}:${port}` }
}

const unmovable = (component: string): Error => notDone(`leading the name ${component} to another address`, 'dependencies that are reached directly, which the scenario asked for')

/** All of them, whoever depends on it: a name leads to one place. */
async function leadEdgesTo({ units, network }: UnitWorld, component: string): Promise<void> {
  const edges = units.edges.filter(({ to }) => to === component)
  await Promise.all(edges.map((edge) => network.redirectEdge(edge, units.addressOf(component))))
}
