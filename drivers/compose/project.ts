import type { ComposeService } from '../../core/service-descriptor.js'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import type { EngineConnection } from '../docker/engine-connection.js'
import { engineError, unlessGone } from '../docker/engine-error.js'

export type Engine = EngineConnection['docker']
export type Inspected = Awaited<ReturnType<ReturnType<Engine['getContainer']>['inspect']>>

/** Labels that every Compose implementation puts on what it makes (compose-spec, implementations of version 1 and 2). */
export const projectLabel = 'com.docker.compose.project'
const serviceLabel = 'com.docker.compose.service'
const numberLabel = 'com.docker.compose.container-number'
const oneOffLabel = 'com.docker.compose.oneoff'

/** One container of a project, as the engine describes it. */
export interface ProjectContainer {
  readonly id: string
  readonly name: string
  readonly service: string
  readonly number: number
  readonly inspected: Inspected
}

/** All containers of exactly this project but those of `compose run`, by service and number. Throws SeaworthyError. */
export async function containersOf(docker: Engine, project: string): Promise<readonly ProjectContainer[]> {
  try {
    const listed = await docker.listContainers({ all: true, filters: { label: [`${projectLabel}=${project}`] } })
    const inspected = await Promise.all(listed.map(({ Id }) => unlessGone(docker.getContainer(Id).inspect())))
    return inspected
      .filter((one) => one !== undefined)
      .filter((one) => one.Config.Labels[projectLabel] === project && !isOneOff(one) && one.Config.Labels[serviceLabel] !== undefined)
      .map((one) => ({ id: one.Id, name: one.Name.replace(/^\//, ''), service: one.Config.Labels[serviceLabel] ?? '', number: Number(one.Config.Labels[numberLabel] ?? 1), inspected: one }))
      .sort((a, b) => a.service.localeCompare(b.service, 'en') || a.number - b.number)
  } catch (error) {
    throw engineError(`looking at the containers of the project ${project}`, error)
  }
}

/** Made by `compose run`. */
export const isOneOff = ({ Config: { Labels: labels } }: Inspected): boolean => (labels as Readonly<Record<string, string>> | null)?.[oneOffLabel]?.toLowerCase() === 'true'

export const runs = ({ inspected: { State: state } }: ProjectContainer): boolean => state.Running && !state.Restarting && !state.Paused

/** The containers of these services, in the order in which the services are named. */
export const ofServices = (containers: readonly ProjectContainer[], { services }: ComposeService): readonly ProjectContainer[] =>
  services.flatMap((service) => containers.filter((one) => one.service === service))

/** The port on which it is asked inside the container. Throws SeaworthyError SW_COMPOSE_PORT. */
export function portOf({ name, inspected }: ProjectContainer, { port, services }: ComposeService, where: string): number {
  if (port !== undefined) return port
  const exposed = Object.keys(inspected.Config.ExposedPorts ?? {}).filter((one) => one.endsWith('/tcp')).map((one) => Number.parseInt(one, 10))
  if (exposed.length === 1 && exposed[0] !== undefined) return exposed[0]
  throw new SeaworthyError('SW_COMPOSE_PORT', `while looking for the port of the service ${services.join(', ')} (${where}): found ${exposed.length === 0 ? 'no exposed TCP port' : `the ports ${exposed.join(', ')}`} of the container ${name}, expected one`, {
    hint: `name it in the descriptor: ${where}.port`,
  })
}

/** Where this container is reached from this machine; undefined when it has no address of its own. */
export function addressOf({ NetworkSettings: { Networks: networks } }: Inspected): string | undefined {
  return Object.entries(networks).sort(([a], [b]) => a.localeCompare(b, 'en')).map(([, { IPAddress: address }]) => address).find((address) => address !== '')
}

interface Published {
  readonly service: string
  readonly port: number
  readonly url: string
}

function publishedBy({ service, inspected }: ProjectContainer): Published[] {
  const ports = inspected.NetworkSettings.Ports as Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>>
  return Object.entries(ports).flatMap(([inside, bindings]) => {
    const binding = inside.endsWith('/tcp') ? (bindings ?? []).find(({ HostIp: ip }) => !ip.includes(':')) : undefined
    if (binding === undefined) return []
    const host = binding.HostIp === '' || binding.HostIp === '0.0.0.0' ? '127.0.0.1' : binding.HostIp
    return [{ service, port: Number.parseInt(inside, 10), url: `http://${host}:${binding.HostPort}` }]
  })
}

/** The published address of the project's own balancer, and the service that it is. Throws SeaworthyError SW_COMPOSE_ENTRY. */
export function entryOf(containers: readonly ProjectContainer[], entry: ComposeService | undefined): { readonly service: string; readonly url: URL } {
  const all = containers.flatMap(publishedBy)
  const found = all.filter(({ service, port }) => (entry === undefined || entry.services.includes(service)) && (entry?.port === undefined || entry.port === port))
  const [first] = found
  if (first !== undefined && found.length === 1) return { service: first.service, url: new URL(first.url) }
  const seen = all.map(({ service, port }) => `${service}:${port}`).join(', ') || 'none'
  throw new SeaworthyError('SW_COMPOSE_ENTRY', `while looking for the load balancer of the project: found ${found.length} published ports that fit (published in all: ${seen}), expected one`, {
    hint: 'name it in the descriptor: target.entry: { service: NAME, port: PORT INSIDE THE CONTAINER }',
    exitCode: exitCodes.usage,
  })
}
