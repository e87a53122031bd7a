import { engineError } from '../docker/engine-error.js'
import { gatewayOf } from '../docker/network-gateway.js'
import type { Inspected } from './stack-services.js'
import type { Engine, PublishedPort, SwarmService } from './stack-services.js'
import { SeaworthyError } from '../../core/errors.js'
import type { StackService } from '../../core/service-descriptor.js'

/** The bridge by which every container of an overlay network reaches its host, and is reached from there. */
const gatewayBridge = 'docker_gwbridge'

/**
 * Where a task's container is reached from the host: on the gateway bridge, else in a bridge network of its own; undefined when
 * nowhere. Addresses in an overlay network lead nowhere from the host, and a published port is the engine's proxy, which
 * accepts connections for a container that does not.
 */
export async function addressOf(docker: Engine, { Id: id, NetworkSettings: { Networks: networks } }: Inspected): Promise<string | undefined> {
  const bridged = networks['bridge']?.IPAddress
  if (bridged) return bridged
  const bridge = (await docker.getNetwork(gatewayBridge).inspect().catch(() => undefined)) as { readonly Containers?: Readonly<Record<string, { readonly IPv4Address?: string }>> } | undefined
  return bridge?.Containers?.[id]?.IPv4Address?.split('/')[0] || undefined
}

/** By which other tasks reach it. One that is only created has them already: a swarm gives addresses before it makes a container. */
export const innerAddressesOf = ({ NetworkSettings: { Networks: networks } }: Inspected): readonly string[] =>
  Object.entries(networks).flatMap(([name, { IPAddress: address, IPAMConfig: wanted }]) => (name === 'ingress' || name === 'bridge' ? [] : address || wanted?.IPv4Address || []))

/** The address of the host on the gateway bridge: what listens there is reached from every task. */
export async function gatewayAddress(docker: Engine): Promise<string> {
  const found = await docker.getNetwork(gatewayBridge).inspect().catch((error: unknown) => {
    throw engineError(`looking for the network ${gatewayBridge}`, error)
  })
  return gatewayOf(found, `reading the network ${gatewayBridge}`)
}

const tcpPorts = (ports: readonly PublishedPort[]): readonly number[] => [...new Set(ports.filter(({ Protocol: protocol }) => protocol === undefined || protocol === 'tcp').flatMap(({ TargetPort: port }) => port ?? []))]

/** The port on which a task is asked inside its container. Throws SW_SWARM_PORT. */
export function portOf({ Spec }: SwarmService, exposed: readonly string[], { port, service }: StackService, where: string): number {
  if (port !== undefined) return port
  const published = tcpPorts(Spec.EndpointSpec?.Ports ?? [])
  const all = published.length > 0 ? published : exposed.filter((one) => one.endsWith('/tcp')).map((one) => Number.parseInt(one, 10))
  if (all.length === 1 && all[0] !== undefined) return all[0]
  throw new SeaworthyError('SW_SWARM_PORT', `while looking for the port of the service ${service} (${where}): found ${all.length === 0 ? 'no TCP port that it publishes or exposes' : `the ports ${all.join(', ')}`}, expected one`, { hint: `name it in the descriptor: ${where}: { service: ${service}, port: PORT }` })
}

/**
 * Why the number of a slot alone says where a task's container is: 'shop_api.2.<id of the task>' is task 2 of the service
 * shop_api. Undefined for the name of no task.
 */
export function slotOfTask(name: string): { readonly service: string; readonly slot: number } | undefined {
  const [, service, slot] = /^(.+)\.(\d+)\.[a-z0-9]+$/.exec(name) ?? []
  return service === undefined || slot === undefined ? undefined : { service, slot: Number(slot) }
}
