import { entryOf, type StackToCopy } from './copy-spec.js'
import { isTcp, runs, servicesOf, tasksOf, type Engine, type PublishedPort, type SwarmService, type SwarmTask } from './stack-services.js'

export interface EntryOfCopy {
  readonly port: number
  /** Id of the task that is behind it. */
  readonly task: string
}
interface WithPorts {
  readonly Ports?: readonly PublishedPort[]
}

/** Where clients come into a copy: a port of the host belongs to the task, one of the routing mesh to the service. Undefined: nothing runs there. */
export async function entryOfCopy(docker: Engine, from: StackToCopy, copy: string): Promise<EntryOfCopy | undefined> {
  const short = entryOf(from) ?? ''
  const target = from.services.get(short)?.EndpointSpec?.Ports?.find((one) => isTcp(one) && one.PublishedPort === from.entryPort)?.TargetPort
  const service = (await servicesOf(docker, copy)).get(short) as (SwarmService & { readonly Endpoint?: WithPorts }) | undefined
  if (service === undefined) return undefined
  const ported = ({ Ports: ports = [] }: WithPorts = {}): number | undefined => ports.find((one) => isTcp(one) && one.TargetPort === target && (one.PublishedPort ?? 0) > 0)?.PublishedPort
  const tasks = (await tasksOf(docker, service)).filter(runs) as readonly (SwarmTask & { readonly Status: { readonly PortStatus?: WithPorts } })[]
  for (const { ID: task, Status: { PortStatus: status } } of tasks) {
    const port = ported(status) ?? ported(service.Endpoint)
    if (port !== undefined) return { port, task }
  }
  return undefined
}
