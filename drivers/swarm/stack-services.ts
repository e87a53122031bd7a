import { exitCodes, SeaworthyError } from '../../core/errors.js'
import type { EngineConnection } from '../docker/engine-connection.js'
import { engineError, statusOf } from '../docker/engine-error.js'

export type Engine = EngineConnection['docker']
export type Inspected = Awaited<ReturnType<ReturnType<Engine['getContainer']>['inspect']>>

/** Label of everything that `docker stack deploy` makes: services, containers, networks, volumes. */
export const stackLabel = 'com.docker.stack.namespace'

/** A service as the engine describes it, as far as it is read or changed here (Docker Engine API, ServiceSpec). Times in it are nanoseconds. */
export interface SwarmService {
  readonly ID: string
  readonly Version: { readonly Index: number }
  readonly Spec: ServiceSpec
  readonly UpdateStatus?: { readonly State?: string; readonly Message?: string; readonly StartedAt?: string }
}
export interface ServiceSpec {
  readonly Name: string
  readonly Labels?: Readonly<Record<string, string>>
  readonly TaskTemplate: {
    readonly ContainerSpec: ContainerSpec
    readonly RestartPolicy?: { readonly Condition?: string; readonly MaxAttempts?: number }
    readonly Placement?: { readonly Constraints?: readonly string[] }
  }
  readonly UpdateConfig?: UpdateConfig
  readonly Mode: { readonly Replicated?: { readonly Replicas?: number }; readonly Global?: object }
  readonly EndpointSpec?: { readonly Mode?: string; readonly Ports?: readonly PublishedPort[] }
}
/** How a swarm replaces the tasks of a service: so many at a time, and so long between them. */
export interface UpdateConfig {
  readonly Parallelism?: number
  readonly Delay?: number
}
export interface ContainerSpec {
  readonly StopSignal?: string
  readonly StopGracePeriod?: number
  readonly Image?: string
  readonly Env?: readonly string[]
  readonly Args?: readonly string[]
  readonly Mounts?: readonly ServiceMount[]
}
export interface ServiceMount {
  readonly Type?: string
  readonly Source?: string
  readonly Target?: string
  readonly ReadOnly?: boolean
  readonly VolumeOptions?: { readonly Labels?: Readonly<Record<string, string>>; readonly Subpath?: string; readonly DriverConfig?: { readonly Name?: string; readonly Options?: Readonly<Record<string, string>> | null } }
}
export interface PublishedPort {
  readonly Protocol?: string
  readonly TargetPort?: number
  readonly PublishedPort?: number
  readonly PublishMode?: string
}
export interface SwarmTask {
  readonly ID: string
  readonly Slot?: number
  readonly NodeID?: string
  readonly DesiredState: string
  readonly Spec?: { readonly ContainerSpec: ContainerSpec }
  readonly Status: { readonly State: string; readonly Err?: string; readonly ContainerStatus?: { readonly ContainerID?: string} }
}

/** The services of exactly this stack, by their names in the stack file. Throws SW_SWARM_STACK when there is none. */
export async function servicesOf(docker: Engine, stack: string): Promise<ReadonlyMap<string, SwarmService>> {
  try {
    const listed = (await docker.listServices({ filters: { label: [`${stackLabel}=${stack}`] } })) as unknown as readonly SwarmService[]
    const found = listed.filter(({ Spec }) => Spec.Labels?.[stackLabel] === stack)
    if (found.length > 0) return new Map(found.map((one) => [shortName(one.Spec.Name, stack), one]))
  } catch (error) {
    if (statusOf(error) === 503) throw notManager('the engine is no manager of a swarm')
    throw engineError(`looking at the services of the stack ${stack}`, error)
  }
  throw new SeaworthyError('SW_SWARM_STACK', `while looking for the stack ${stack}: found no service with the label ${stackLabel}=${stack}`, { exitCode: exitCodes.usage, hint: `deploy it first: docker stack deploy -c FILE ${stack}` })
}

const shortName = (name: string, stack: string): string => (name.startsWith(`${stack}_`) ? name.slice(stack.length + 1) : name)

/** Clients speak TCP: the same number may be published for UDP by another service, or at another port inside. */
export const isTcp = ({ Protocol: protocol = 'tcp' }: Pick<PublishedPort, 'Protocol'>): boolean => protocol === 'tcp'

export const publishes = ({ EndpointSpec: endpoint }: Pick<ServiceSpec, 'EndpointSpec'>, port: number): boolean => endpoint?.Ports?.some((one) => isTcp(one) && one.PublishedPort === port) === true

/** Whether what clients reach at this port is the routing mesh of the swarm, and no balancer behind a port of the host. */
export const isMeshPort = (services: ReadonlyMap<string, Pick<SwarmService, 'Spec'>>, port: number): boolean =>
  [...services.values()].some(({ Spec }) => Spec.EndpointSpec?.Ports?.some((one) => isTcp(one) && one.PublishedPort === port && (one.PublishMode ?? 'ingress') === 'ingress') === true)

/** Throws SW_SWARM_SERVICE for one that is not there or has no fixed number of tasks. */
export function serviceNamed(services: ReadonlyMap<string, SwarmService>, name: string, stack: string): SwarmService {
  const found = services.get(name)
  if (found === undefined) throw new SeaworthyError('SW_SWARM_SERVICE', `while reading the stack ${stack}: found no service "${name}", expected one of ${[...services.keys()].join(', ')}`, { exitCode: exitCodes.usage })
  if (found.Spec.Mode.Replicated !== undefined) return found
  throw new SeaworthyError('SW_SWARM_SERVICE', `while reading the service ${name} of the stack ${stack}: found a global service, expected a replicated one`, { exitCode: exitCodes.usage })
}

export const notManager = (found: string): SeaworthyError =>
  new SeaworthyError('SW_SWARM_MANAGER', `while looking for a swarm: found ${found}, expected a manager`, { exitCode: exitCodes.usage, hint: 'docker swarm init, or DOCKER_HOST of a manager' })

/** Id of the node that the engine is. Throws SW_SWARM_MANAGER. */
export async function requireManager(docker: Engine): Promise<string> {
  const { Swarm: swarm } = (await docker.info()) as { readonly Swarm?: { readonly NodeID?: string; readonly LocalNodeState?: string; readonly ControlAvailable?: boolean } }
  if (swarm?.LocalNodeState !== 'active') throw notManager(`the engine in no swarm (its state is ${swarm?.LocalNodeState ?? 'unknown'})`)
  if (swarm.ControlAvailable !== true) throw notManager('that the engine is a worker')
  return swarm.NodeID ?? ''
}

export const isUpdating = ({ UpdateStatus: update }: Pick<SwarmService, 'UpdateStatus'>): boolean => update?.State === 'updating' || update?.State === 'rollback_started'

export const replicasOf = ({ Mode: mode }: Pick<ServiceSpec, 'Mode'>): number => mode.Replicated?.Replicas ?? 1

/** The tasks that the swarm wants to be there, by slot. Throws SeaworthyError. */
export async function tasksOf(docker: Engine, service: Pick<SwarmService, 'ID'>): Promise<readonly SwarmTask[]> {
  return (await allTasksOf(docker, service)).filter(isWanted)
}

/** With those that have ended, or never were, as long as the swarm remembers them. Throws SeaworthyError. */
export async function allTasksOf(docker: Engine, service: Pick<SwarmService, 'ID'>): Promise<readonly SwarmTask[]> {
  try {
    const all = (await docker.listTasks({ filters: { service: [service.ID] } })) as unknown as readonly SwarmTask[]
    return [...all].sort((a, b) => (a.Slot ?? 0) - (b.Slot ?? 0))
  } catch (error) {
    throw engineError('listing the tasks of a service', error)
  }
}

export const isWanted = ({ DesiredState: wanted }: SwarmTask): boolean => wanted !== 'shutdown' && wanted !== 'remove'
export const runs = ({ Status: { State: state } }: SwarmTask): boolean => state === 'running'
/** Its container was started, whatever became of it. */
export const hasStarted = ({ Status: { State: state } }: SwarmTask): boolean => ['starting', 'running', 'complete', 'failed', 'shutdown'].includes(state)
/** It has ended, or never ran. */
export const ended = ({ Status: { State: state } }: SwarmTask): boolean => ['complete', 'shutdown', 'failed', 'rejected', 'remove', 'orphaned'].includes(state)
export const containerOf = ({ Status: status }: SwarmTask): string | undefined => status.ContainerStatus?.ContainerID || undefined

const tries = 5

/**
 * Changes a service, unless nothing is to be changed; reads it again where somebody was quicker (the engine takes a change only
 * for the version it was made from). Resolves to the service as it is then. Throws SeaworthyError.
 */
export async function changeService(docker: Engine, id: string, change: (spec: ServiceSpec, service: SwarmService) => ServiceSpec | undefined): Promise<SwarmService> {
  for (let left = tries; ; left -= 1) {
    try {
      const service = (await docker.getService(id).inspect()) as SwarmService
      const wanted = change(service.Spec, service)
      if (wanted === undefined) return service
      await docker.getService(id).update({ _query: { version: service.Version.Index }, _body: wanted })
      return (await docker.getService(id).inspect()) as SwarmService
    } catch (error) {
      if (left > 1 && /out of sequence/.test(String((error as Error).message))) continue
      throw engineError('changing a service', error)
    }
  }
}
