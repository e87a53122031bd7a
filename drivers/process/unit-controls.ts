import type { DeploymentControls } from '../../core/driver.js'
import { dataFileControls } from './data-files.js'
import type { UnitWorld } from './deployment-world.js'
import { stopExtraMs, type SupervisorAccess } from './machine-protocol.js'
import { replacementControls } from './replacement-controls.js'
import { scaleControls } from './scale-controls.js'

/** What only the platform can do in a way of its own. */
type OfThePlatform = 'undoDataDamage' | 'kill' | 'signal' | 'freeze' | 'thaw' | 'reboot' | 'hasEnded' | 'rollOut' | 'removeAnyInstance'

/** What is asked of whoever supervises the units, and of the network around them. Each throws SeaworthyError when it was not done. */
export function unitControls(world: UnitWorld, power: SupervisorAccess): Omit<Required<DeploymentControls>, OfThePlatform> {
  const { network } = world
  return {
    start: async (unit) => void (await power.machineThatRuns.request('start', { unit })),
    stop: (unit, { signal, graceMs }) => power.machineThatRuns.request('stop', { unit, signal, graceMs }, graceMs + stopExtraMs),
    hold: async (unit) => void (await power.machineThatRuns.request('hold', { unit })),
    release: async (unit) => void (await power.machineThatRuns.request('release', { unit })),
    async processState(unit) {
      const state = await power.machine?.request('state', { unit })
      return state === undefined ? { pid: null, state: 'exited', restarts: 0 } : { pid: state.pid, state: state.state, restarts: state.restarts }
    },
    faultEdge: (edge, fault) => network.faultEdge(edge, fault),
    healEdge: (edge) => network.healEdge(edge),
    edgeCounters: (edge) => network.edgeCounters(edge),
    ...scaleControls(world, power),
    ...replacementControls(world, power),
    ...dataFileControls(world, power),
  }
}
