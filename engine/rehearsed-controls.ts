import { drainsNodes } from '../core/declarations/node-drain.js'
import type { EdgeFault } from '../core/driver.js'
import type { Procedure } from '../core/procedure.js'
import type { AppliedFault, ScenarioContext, ScenarioControls } from '../core/scenario.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import type { RehearsedClock } from './rehearsal.js'

/** A fault or procedure that a scenario would make. */
export interface RehearsedIntervention {
  readonly name: string // 'drain', 'kill', 'config.apply'
  readonly target: string
  /** How it would be made: 'SIGTERM', 'POST /admin/drain'. */
  readonly how: string
  /** How it would be taken back, or by whom. */
  readonly undo: string
}

export interface RehearsedWorld {
  readonly service: ServiceDescriptor
  readonly clock: RehearsedClock
  readonly interventions: RehearsedIntervention[]
  readonly nowhere: URL
  readonly leftAlone: ScenarioContext['leftAlone']
}

/** Controls that write down what they are asked for, and do nothing. */
export function rehearsedControls(world: RehearsedWorld): ScenarioControls {
  return { ...ofInstances(world), ...ofDependencies(world), ...ofDeployments(world) }
}

const noted = ({ clock, interventions }: RehearsedWorld, name: string, target: string, rest: Pick<RehearsedIntervention, 'how' | 'undo'>): void => {
  clock.pass()
  interventions.push({ name, target, ...rest })
}
const undoable = ({ clock }: RehearsedWorld): AppliedFault => ({ appliedAtMs: clock.now(), undo: async () => {} })
const nothing = 'nothing to take back'
const ended = { exitCode: 0, signal: null, killed: false, durationMs: 0, survivors: [] } as const

/** What runs already when the harness comes is not thrown away after it. */
const isOurs = ({ target }: ServiceDescriptor): boolean => target.kind === 'process'

export const procedureText = (procedure: Procedure): string =>
  procedure.via === 'http' ? `${procedure.method} ${procedure.path}` : procedure.via === 'signal' ? procedure.signal : procedure.command.join(' ')

type OfInstances = Pick<ScenarioControls, 'drain' | 'undrain' | 'stop' | 'start' | 'kill' | 'killAndHold' | 'freeze' | 'reboot' | 'configureUnit' | 'rollOut' | 'addInstance' | 'removeInstance' | 'removeAnyInstance' | 'damageDataFile'>
function ofInstances(world: RehearsedWorld): OfInstances {
  const { service, nowhere } = world
  const { lifecycle, target: declared } = service
  let added = declared.replicas.count
  return {
    drain: async (target) => noted(world, 'drain', target, drainOf(world)),
    undrain: async (target) => noted(world, 'undrain', target, { how: lifecycle.undrain === undefined ? 'not declared' : procedureText(lifecycle.undrain), undo: nothing }),
    stop: async (target) => {
      noted(world, 'stop', target, { how: `${lifecycle.stop.signal}, SIGKILL after ${lifecycle.stop.graceMs} ms`, undo: 'it is started again' })
      return ended
    },
    start: async (target) => noted(world, 'start', target, { how: 'as declared', undo: nothing }),
    kill: async (targets) => {
      for (const target of targets) noted(world, 'kill', target, { how: 'SIGKILL to all its processes', undo: declared.replicas.restart === 'never' ? 'it is started again' : 'its supervisor starts it again' })
    },
    killAndHold: async (target) => {
      noted(world, 'hold', target, { how: 'SIGKILL to all its processes, and it is kept down', undo: 'it is released and started' })
      return undoable(world)
    },
    freeze: async (target) => {
      noted(world, 'freeze', target, { how: 'SIGSTOP', undo: 'SIGCONT' })
      return undoable(world)
    },
    reboot: async (manner) => noted(world, 'reboot', 'machine', { how: manner, undo: 'the machine boots' }),
    configureUnit: async (target, changes) => noted(world, 'configure', target, { how: changes === undefined ? 'as declared again' : 'other settings from its next start on', undo: 'as declared again, at the latest with the scenario' }),
    rollOut: async ({ name }, { inPart }) => {
      noted(world, 'rollOut', 'replicas', { how: `the platform rolls ${name} out to ${inPart === true ? 'one of them, and stops there' : 'all of them'}`, undo: 'they are given what they had, at the latest with the deployment' })
      const reached = inPart === true ? 1 : declared.replicas.count
      return { ok: true, reached, displaced: reached, ...(inPart === true ? { instances: ['replica-0'] } : {}) }
    },
    addInstance: async () => {
      const id = `replica-${added++}`
      noted(world, 'add', id, { how: 'one more replica', undo: 'it is removed with the scenario' })
      return { id, url: nowhere }
    },
    removeInstance: async (target) => {
      noted(world, 'remove', target, { how: `out of the balancer, then ${lifecycle.stop.signal}`, undo: nothing })
      return ended
    },
    removeAnyInstance: async () => {
      noted(world, 'remove', 'replicas', { how: 'the platform is told to do with one less, and chooses which', undo: nothing })
      return { ...ended, instance: 'replica-0' }
    },
    damageDataFile: async (target, pattern) => {
      noted(world, 'damage', target, { how: `a file that matches ${pattern.source}`, undo: isOurs(world.service) ? 'the deployment is thrown away' : 'taken back when the deployment ends, unless what was damaged was changed since' })
      return { path: pattern.source }
    },
  }
}

function drainOf({ service, leftAlone }: RehearsedWorld): Pick<RehearsedIntervention, 'how' | 'undo'> {
  const { stop } = service.lifecycle
  // One that is left alone is stood for by the stop signal, after which there is nothing to undrain.
  const { drain, undrain } = leftAlone('lifecycle.drain') === undefined ? service.lifecycle : {}
  if (drainsNodes(service)) return { how: 'its node is cordoned, then its pod is evicted', undo: 'the node is uncordoned when a replacement has its place, at the latest with the deployment' }
  return { how: procedureText(drain ?? { via: 'signal', signal: stop.signal }), undo: undrain === undefined ? 'it is stopped and started again' : procedureText(undrain) }
}

const faultText = (fault: EdgeFault): string => (fault.kind === 'delay' ? `delay ${fault.delayMs} ms` : fault.kind === 'bandwidth' ? `${fault.bytesPerSecond} bytes a second` : fault.kind)

type OfDependencies = Pick<ScenarioControls, 'isolate' | 'faultDependency' | 'redirectDependency' | 'readEdges' | 'replaceComponent' | 'cloneComponent'>
function ofDependencies(world: RehearsedWorld): OfDependencies {
  const address = { host: world.nowhere.hostname, port: Number(world.nowhere.port) }
  return {
    isolate: async (target) => {
      noted(world, 'isolate', target, { how: 'every connection of it to its dependencies falls silent', undo: 'the fault proxies heal' })
      return undoable(world)
    },
    faultDependency: async ({ component, fault, from }) => {
      noted(world, 'fault-dependency', component, { how: `${faultText(fault)}, for ${from ?? 'all instances'}`, undo: 'the fault proxies heal' })
      return undoable(world)
    },
    redirectDependency: async (component) => {
      noted(world, 'redirect', component, { how: 'its name leads to another address', undo: 'its name leads to its own address again' })
      return undoable(world)
    },
    readEdges: async () => {
      world.clock.pass()
      return { connections: world.clock.now(), bytes: world.clock.now() }
    },
    replaceComponent: async (name, options) => {
      noted(world, 'replace', name, { how: `another process at ${options.address === 'same' ? 'the same' : 'a new'} address, its data ${options.data}`, undo: 'the deployment is thrown away' })
      return { pidBefore: 1, pidAfter: 2, addressBefore: 'before', addressAfter: 'after' }
    },
    cloneComponent: async (name, { as }) => {
      noted(world, 'clone', name, { how: `a second process named ${as}`, undo: 'it ends with the scenario' })
      return { name: as, role: 'dependency', hard: false, ownsData: false, ...address }
    },
  }
}

type OfDeployments = Pick<ScenarioControls, 'perform' | 'deployApart'>
function ofDeployments(world: RehearsedWorld): OfDeployments {
  return {
    perform: async (procedure, { name, target }) => {
      noted(world, name, target, { how: procedureText(procedure), undo: `what the scenario performs next${isOurs(world.service) ? '; the deployment is thrown away' : ''}` })
      return { ok: true, status: 200, output: '{}', startedAtMs: world.clock.now(), tookMs: 0 }
    },
    deployApart: async ({ name, replicas }) => {
      noted(world, 'deploy-apart', name, { how: `a second deployment with ${replicas} ${replicas === 1 ? 'replica' : 'replicas'}`, undo: 'it ends with the scenario' })
      return {
        name,
        startedAtMs: world.clock.now(),
        instances: Array.from({ length: replicas }, (_, index) => ({ id: `${name}/replica-${index}`, url: world.nowhere })),
        components: [],
        ready: async () => true,
        end: async () => {},
      }
    },
  }
}
