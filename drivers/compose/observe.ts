import type { Component, RestartPolicy, ServiceDescriptor } from '../../core/service-descriptor.js'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import { stopSignalOf, stopSignals } from '../docker/stop-signal.js'
import { composeCommand, policyOf, readComposeFile, type ComposeFileService } from './compose-command.js'
import { containersOf, ofServices, type Engine, type ProjectContainer } from './project.js'

/** What is read of one service of the project, from its containers or from its file. */
export interface ServiceSeen {
  readonly name: string
  readonly replicas: number
  readonly restart: RestartPolicy
  readonly startAtBoot: boolean
  readonly stopSignal?: string
  readonly stopGraceMs?: number
  readonly healthcheck?: string
}

/** Of Compose and the engine, where nothing is said. */
const stopGraceMsDefault = 10_000

/**
 * Puts in the descriptor what the project says itself: number and restart policy of the replicas, how they are stopped, and
 * where they say that they are ready. Reads only. Throws SeaworthyError.
 */
export async function observed(docker: Engine, service: ServiceDescriptor): Promise<ServiceDescriptor> {
  const { target } = service
  const { compose } = target
  if (compose === undefined) return service
  const seen = await servicesSeen(docker, service)
  const replicas = compose.replicas.services.map((name) => serviceNamed(seen, name, compose.project))
  const { stop } = service.lifecycle
  const [first] = replicas
  return {
    ...service,
    target: {
      ...target,
      replicas: { ...target.replicas, ...weakest(replicas), count: replicas.reduce((sum, one) => sum + one.replicas, 0) },
      components: target.components.map((one): Component => ({ ...one, ...weakest((compose.components[one.name]?.services ?? []).map((name) => serviceNamed(seen, name, compose.project))) })),
    },
    health: service.health.readinessPath === '' ? { ...service.health, readinessPath: readinessOf(first, compose.project) } : service.health,
    lifecycle: compose.stopDeclared || first === undefined ? service.lifecycle : { ...service.lifecycle, stop: { ...stop, signal: signalOf(first.stopSignal), graceMs: first.stopGraceMs ?? stopGraceMsDefault } },
  }
}

async function servicesSeen(docker: Engine, { target: { compose } }: ServiceDescriptor): Promise<readonly ServiceSeen[]> {
  const { project = '', file } = compose ?? {}
  const containers = await containersOf(docker, project)
  if (containers.length > 0) return [...new Set(containers.map((one) => one.service))].map((name) => seenOf(name, ofServices(containers, { services: [name] })))
  if (file !== undefined && composeCommand() !== undefined) return (await readComposeFile(file, project)).map((one: ComposeFileService): ServiceSeen => one)
  throw notThere(project, file)
}

export const notThere = (project: string, file: string | undefined): SeaworthyError =>
  new SeaworthyError('SW_COMPOSE_NOT_THERE', `while looking for the project ${project}: found no container with the label com.docker.compose.project=${project}${file === undefined ? '' : ', and no compose command that could bring it up'}`, {
    exitCode: exitCodes.usage,
    hint: 'start the project first (docker compose up -d), or name its file in target.file where Compose is installed',
  })

function seenOf(name: string, containers: readonly ProjectContainer[]): ServiceSeen {
  const policies = containers.map(({ inspected }) => policyOf(inspected.HostConfig.RestartPolicy?.Name || 'no'))
  const config = containers[0]?.inspected.Config as { readonly StopSignal?: string; readonly StopTimeout?: number; readonly Healthcheck?: { readonly Test?: readonly string[] } } | undefined
  return {
    name,
    replicas: containers.length,
    ...weakest(policies),
    ...(config?.StopSignal ? { stopSignal: config.StopSignal } : {}),
    ...(typeof config?.StopTimeout === 'number' ? { stopGraceMs: config.StopTimeout * 1_000 } : {}),
    ...(config?.Healthcheck?.Test === undefined ? {} : { healthcheck: config.Healthcheck.Test.join(' ') }),
  }
}

/** A promise that only some of the containers keep is none. */
function weakest(all: readonly { readonly restart: RestartPolicy; readonly startAtBoot: boolean }[]): { readonly restart: RestartPolicy; readonly startAtBoot: boolean } {
  const order: readonly RestartPolicy[] = ['never', 'on-failure', 'always']
  return { restart: order.find((policy) => all.some((one) => one.restart === policy)) ?? 'never', startAtBoot: all.length > 0 && all.every((one) => one.startAtBoot) }
}

function serviceNamed(seen: readonly ServiceSeen[], name: string, project: string): ServiceSeen {
  const found = seen.find((one) => one.name === name)
  if (found !== undefined) return found
  throw new SeaworthyError('SW_COMPOSE_SERVICE', `while reading the project ${project}: found no service "${name}", expected one of ${seen.map((one) => one.name).join(', ')}`, { exitCode: exitCodes.usage })
}

function signalOf(name: string | undefined): NodeJS.Signals {
  const found = stopSignalOf(name)
  if (found !== undefined) return found
  throw new SeaworthyError('SW_COMPOSE_STOP', `while reading how the replicas are stopped: found the stop signal ${name ?? ''}, expected one of ${stopSignals.join(', ')}`, { exitCode: exitCodes.usage, hint: 'name one in the descriptor: lifecycle.stop' })
}

/** The path of the address that a health check asks in its own container. */
export const healthcheckPath = (test: string): string | undefined => /https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)(?::\d+)?(\/[^\s"'|;)]*)/.exec(test)?.[1]

function readinessOf(replica: ServiceSeen | undefined, project: string): string {
  const path = healthcheckPath(replica?.healthcheck ?? '')
  if (path !== undefined) return path
  const found = replica?.healthcheck === undefined ? 'no health check' : `the health check "${replica.healthcheck}", which asks no address of its own container`
  throw new SeaworthyError('SW_COMPOSE_READINESS', `while looking for the readiness of the service ${replica?.name ?? ''} of the project ${project}: found ${found}`, { exitCode: exitCodes.usage, hint: 'name it in the descriptor: health: { readiness: /PATH }' })
}
