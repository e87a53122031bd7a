import { exitCodes, SeaworthyError } from '../../core/errors.js'
import type { Component, RestartPolicy, ServiceDescriptor } from '../../core/service-descriptor.js'
import { healthcheckPath } from '../compose/observe.js'
import { stopSignalOf } from '../docker/stop-signal.js'
import { obstaclesTo } from './copy-obstacles.js'
import { dataFolderOf } from './data-folder.js'
import { healthTestOf, planStack, type PlannedService } from './plan-stack.js'
import { readStackToCopy } from './read-stack-to-copy.js'
import { isMeshPort, type Engine, type ServiceSpec } from './stack-services.js'

/** Of the engine, where nothing is said. */
const stopGraceMsDefault = 10_000

/**
 * Puts in the descriptor what the stack says itself: number and restart policy of the replicas, how they are stopped,
 * whether a task that is not ready is killed, whether clients come in through the routing mesh, which components are behind a virtual address, where the data of one lie, and
 * what keeps the stack from being copied. Reads only. Throws SeaworthyError.
 */
export async function observed(docker: Engine, service: ServiceDescriptor): Promise<ServiceDescriptor> {
  const { target, health, lifecycle } = service
  const { swarm } = target
  if (swarm === undefined) return service
  const { services, specs } = await planStack(docker, service)
  const [replicas, ...components] = services
  if (replicas === undefined) return service
  const [notCopied] = target.disposable ? obstaclesTo(await readStackToCopy(docker, swarm)) : []
  const entryIsMesh = isMeshPort(new Map([[swarm.replicas.service, replicas.swarmService]]), Number(swarm.url.port || 80))
  const dataFolder = await dataFolderOf(docker, service, services)
  const test = replicas.tasks.map(({ inspected }) => healthTestOf(inspected))[0]
  const { swarmService: { Spec: spec } } = replicas
  return {
    ...service,
    target: {
      ...target,
      swarm: { ...swarm, killsUnready: test !== undefined && healthcheckPath(test) === health.readinessPath, entryIsMesh, virtual: virtualOf(components), staysDown: specs.filter(staysDown).map(({ Name: name }) => name), ...(dataFolder === undefined ? {} : { dataFolder }), ...(notCopied === undefined ? {} : { notCopied }) },
      replicas: { ...target.replicas, restart: restartOf(spec), startAtBoot: true, count: replicas.tasks.length },
      components: target.components.map((one, index): Component => ({ ...one, restart: restartOf(components[index]?.swarmService.Spec ?? spec), startAtBoot: true })),
    },
    lifecycle: swarm.stopDeclared ? lifecycle : { ...lifecycle, stop: { ...lifecycle.stop, ...stopOf(replicas) } },
  }
}

const virtualOf = (components: readonly PlannedService[]): readonly string[] => components.filter(({ swarmService: { Spec: spec } }) => (spec.EndpointSpec?.Mode ?? 'vip') === 'vip').flatMap(({ component }) => component?.name ?? [])

/** A job is over when it is. */
const staysDown = (spec: ServiceSpec): boolean => (spec.Mode.Replicated !== undefined || spec.Mode.Global !== undefined) && (restartOf(spec) !== 'always' || (spec.TaskTemplate.RestartPolicy?.MaxAttempts ?? 0) > 0)

/** A swarm restarts everything that ended unless it is told otherwise. */
export function restartOf({ TaskTemplate: { RestartPolicy: policy } }: ServiceSpec): RestartPolicy {
  const condition = policy?.Condition ?? 'any'
  return condition === 'none' ? 'never' : condition === 'on-failure' ? 'on-failure' : 'always'
}

function stopOf({ swarmService: { Spec }, tasks }: PlannedService): { readonly signal: NodeJS.Signals; readonly graceMs: number } {
  const { StopSignal: signal, StopGracePeriod: graceNs } = Spec.TaskTemplate.ContainerSpec
  const { StopSignal: ofImage } = (tasks[0]?.inspected.Config ?? {}) as { readonly StopSignal?: string }
  const stop = stopSignalOf(signal ?? ofImage)
  if (stop === undefined) throw new SeaworthyError('SW_SWARM_STOP', `while reading how the replicas are stopped: found the stop signal ${signal ?? ofImage ?? ''}, expected another one`, { exitCode: exitCodes.usage, hint: 'name one in the descriptor: lifecycle.stop' })
  return { signal: stop, graceMs: graceNs === undefined ? stopGraceMsDefault : graceNs / 1e6 }
}
