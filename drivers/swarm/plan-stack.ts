import { setTimeout as pause } from 'node:timers/promises'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import type { Component, ServiceDescriptor, SwarmStack } from '../../core/service-descriptor.js'
import { engineError, unlessGone } from '../docker/engine-error.js'
import { hrtimeMs } from '../process/machine-protocol.js'
import { notDone } from '../process/not-done.js'
import type { Arrival } from './task-place.js'
import { runLabel } from './service-labels.js'
import { isOfNow } from './stack-release.js'
import { containerOf, isUpdating, publishes, replicasOf, requireManager, runs, serviceNamed, servicesOf, tasksOf, type Engine, type Inspected, type SwarmService, type SwarmTask, type ServiceSpec } from './stack-services.js'
import { addressOf, innerAddressesOf, portOf } from './task-places.js'

export interface PlannedTask {
  readonly slot: number
  readonly arrival: Arrival
  readonly inspected: Inspected
}
/** A service with the part it plays. */
export interface PlannedService {
  readonly swarmService: SwarmService
  readonly port: number
  /** By slot. */
  readonly tasks: readonly PlannedTask[]
  /** Absent: the replicas. */
  readonly component?: Component
  readonly hasHealthCheck: boolean
}
export interface StackPlan {
  /** The replicas first. */
  readonly services: readonly PlannedService[]
  readonly replicas: readonly PlannedTask[]
  /** Image of a replica: it has what the helper of the run needs. */
  readonly imageId: string
  /** Services that are neither replicas, component nor the balancer: a store among them would be spared by every fault. */
  readonly undeclared: readonly string[]
  /** All services of the stack, declared or not. */
  readonly specs: readonly ServiceSpec[]
}

/** Who is who among the running tasks of a stack. Reads only. Throws SeaworthyError. */
export async function planStack(docker: Engine, { target }: ServiceDescriptor): Promise<StackPlan> {
  const { swarm } = target
  if (swarm === undefined) throw notDone('attaching to a stack', 'a descriptor of another kind')
  const node = await requireManager(docker)
  const all = await servicesOf(docker, swarm.stack)
  const replicas = await planned(docker, node, { name: swarm.replicas.service, swarmService: serviceNamed(all, swarm.replicas.service, swarm.stack), port: swarm.replicas.port, where: 'target.replicas' })
  const components = await Promise.all(target.components.map(async (component) => {
    const { service, port } = swarm.components[component.name] ?? { service: component.name }
    const one = await planned(docker, node, { name: service, swarmService: serviceNamed(all, service, swarm.stack), port, where: `target.components.${component.name}` })
    if (one.tasks.length !== 1) throw notDone(`attaching to the component ${component.name} (service ${service})`, `${one.tasks.length} running tasks, expected one`)
    return { ...one, component }
  }))
  const [first] = replicas.tasks
  if (first === undefined) throw busy(swarm.replicas.service, 'it is scaled to 0 tasks')
  return { services: [replicas, ...components], replicas: replicas.tasks, imageId: first.inspected.Image, undeclared: undeclaredServices(all, swarm), specs: [...all.values()].map(({ Spec: spec }) => spec) }
}

/** Exported for its test. A job, and what is scaled to nothing, has no task that goes on. */
export function undeclaredServices(all: ReadonlyMap<string, Pick<SwarmService, 'Spec'>>, { replicas, components, url }: Pick<SwarmStack, 'replicas' | 'components' | 'url'>): readonly string[] {
  const declared = new Set([replicas, ...Object.values(components)].map(({ service }) => service))
  const entryPort = Number(url.port || 80)
  const goesOn = ({ Mode: mode }: SwarmService['Spec']): boolean => mode.Global !== undefined || (mode.Replicated !== undefined && replicasOf({ Mode: mode }) > 0)
  return [...all].filter(([name, { Spec: spec }]) => !declared.has(name) && goesOn(spec) && !publishes(spec, entryPort)).map(([name]) => name)
}

export const restEveryMs = 300

/** What may be different a moment later: a container that is just being started has no address yet. */
export const isNotYet = (thrown: unknown): thrown is SeaworthyError => thrown instanceof SeaworthyError && (thrown.code === 'SW_SWARM_BUSY' || thrown.code === 'SW_SWARM_ADDRESS')

/** Waits for a stack that is still on its way back from what was done to it. Throws as `planStack`. */
export async function planAtRest(docker: Engine, service: ServiceDescriptor, signal: AbortSignal): Promise<StackPlan> {
  const endAt = performance.now() + service.lifecycle.startTimeoutMs
  for (;;) {
    try {
      return await planStack(docker, service)
    } catch (thrown) {
      if (!isNotYet(thrown) || performance.now() > endAt) throw thrown
      await pause(restEveryMs, undefined, { signal })
    }
  }
}

async function planned(docker: Engine, node: string, { name, swarmService, port: declaredPort, where }: { readonly name: string; readonly swarmService: SwarmService; readonly port: number | undefined; readonly where: string }): Promise<PlannedService> {
  // A run that died half way of one leaves it going on for long.
  const run = swarmService.Spec.Labels?.[runLabel]
  if (isUpdating(swarmService)) throw busy(name, `an update of it is going on (${swarmService.UpdateStatus?.State}${run === undefined ? '' : `; the run ${run} has it: if that is dead, seaworthy clean --driver swarm`})`)
  const tasks = await tasksOf(docker, swarmService)
  const wanted = replicasOf(swarmService.Spec)
  const down = tasks.find((one) => !runs(one))
  if (down !== undefined) throw busy(name, `its task ${down.Slot ?? ''} is ${down.Status.State}${down.Status.Err === undefined ? '' : `: ${down.Status.Err}`}`)
  if (tasks.length !== wanted) throw busy(name, `${tasks.length} of ${wanted} tasks run`)
  const other = tasks.find((one) => !isOfNow(one, swarmService.Spec))
  if (other !== undefined) throw busy(name, `its task ${other.Slot ?? ''} is of another release than the service, which is being updated or was left half way`)
  const elsewhere = tasks.find(({ NodeID }) => NodeID !== node)
  if (elsewhere !== undefined) throw new SeaworthyError('SW_SWARM_NODES', `while reading the service ${name}: found its task ${elsewhere.Slot ?? ''} on another node (${elsewhere.NodeID ?? 'unknown'}), expected all of them on the node of this engine`, { exitCode: exitCodes.usage, hint: 'only containers of this machine can be asked past the load balancer and sent signals: a swarm of one node is judged, or a placement constraint keeps the service here' })
  const seen = await Promise.all(tasks.map((task) => plannedTask(docker, name, task)))
  const [first] = seen
  const exposed = Object.keys(first?.inspected.Config.ExposedPorts ?? {})
  return {
    swarmService,
    port: portOf(swarmService, exposed, { service: name, ...(declaredPort === undefined ? {} : { port: declaredPort }) }, where),
    tasks: seen,
    hasHealthCheck: first !== undefined && healthTestOf(first.inspected) !== undefined,
  }
}

async function plannedTask(docker: Engine, name: string, task: SwarmTask): Promise<PlannedTask> {
  const id = containerOf(task) ?? ''
  const inspected = await unlessGone(docker.getContainer(id).inspect()).catch((error: unknown) => {
    throw engineError(`looking at the task ${task.Slot ?? ''} of the service ${name}`, error)
  })
  if (inspected?.State.Running !== true) throw busy(name, `the container of its task ${task.Slot ?? ''} has ended, which the swarm does not know yet`)
  if (inspected.State.Paused) throw busy(name, `the container of its task ${task.Slot ?? ''} is paused`)
  const address = await addressOf(docker, inspected)
  if (address === undefined) throw new SeaworthyError('SW_SWARM_ADDRESS', `while looking for the task ${task.Slot ?? ''} of the service ${name}: found no address that this machine reaches`, { exitCode: exitCodes.usage, hint: 'a task is asked at its address on docker_gwbridge: the containers of an overlay network have one, those of an internal network or of the host\'s network do not' })
  const started = { atHrtimeMs: hrtimeMs(), detail: { pid: inspected.State.Pid, container: inspected.Id.slice(0, 12), attached: true } }
  return { slot: task.Slot ?? 0, inspected, arrival: { id: inspected.Id, pid: inspected.State.Pid, task: task.ID, address, inner: innerAddressesOf(inspected), started } }
}

/** The command of a health check, of the service or of its image; undefined where there is none. */
export function healthTestOf({ Config }: Inspected): string | undefined {
  const { Healthcheck: check } = Config as { readonly Healthcheck?: { readonly Test?: readonly string[] } }
  const [kind, ...command] = check?.Test ?? []
  return kind === undefined || kind === 'NONE' ? undefined : command.join(' ')
}

export const busy = (name: string, found: string): SeaworthyError =>
  new SeaworthyError('SW_SWARM_BUSY', `while reading the service ${name}: ${found}`, { exitCode: exitCodes.notConclusive, hint: 'a run begins with a stack at rest, all of it running: docker stack ps NAME' })
