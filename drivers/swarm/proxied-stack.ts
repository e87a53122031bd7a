import type { DeployOptions, DeploymentControls } from '../../core/driver.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { labelsOf, objectName, ownerLabel, runLabel, type Placed } from '../docker/labels.js'
import { ownOwner } from '../run-owner.js'
import { NamespaceRules } from './namespace-rules.js'
import { ProxiedEdges, type ProxiedOptions } from './proxied-edges.js'
import { whyNot } from './swarm-offers.js'
import { containerOf, tasksOf, type Engine } from './stack-services.js'
import { gatewayAddress } from './task-places.js'

export interface ProxiedStack {
  /** Where the proxies have to listen. */
  readonly gateway: string
  readonly edges: ProxiedEdges
  readonly controls: Pick<DeploymentControls, 'faultEdge' | 'healEdge' | 'edgeCounters'>
}

/** Whether connections of the replicas go by fault proxies in this deployment: nobody wants them where no fault is aimed at a dependency, or none is allowed. */
export const goesByProxies = (service: ServiceDescriptor, { dependencies, allow = 'safe' }: Pick<DeployOptions, 'dependencies' | 'allow'>): boolean => dependencies !== 'direct' && allow !== 'safe' && whyNot('fault.edge', service) === undefined && service.target.components.length > 0

/** Nothing is changed before `edges.begin`. Throws SeaworthyError. */
export async function proxiedStack(options: Omit<ProxiedOptions, 'gateway'>): Promise<ProxiedStack> {
  const gateway = await gatewayAddress(options.docker)
  const edges = new ProxiedEdges({ ...options, gateway })
  return { gateway, edges, controls: { faultEdge: (edge, fault) => edges.fault(edge, fault), healEdge: (edge) => edges.heal(edge), edgeCounters: (edge) => edges.counters(edge) } }
}

/** Before anything is changed, so that what cannot be done here has nothing to be put back. Throws SW_FAULT_PROXIES. */
export const startRules = (docker: Engine, placed: Placed, image: string): Promise<NamespaceRules> => NamespaceRules.start(docker, { name: objectName(placed, 'rules'), image, labels: labelsOf(placed) })

/** Takes out what leads connections to proxies that are gone, in all containers of these services. Throws SW_FAULT_PROXIES. */
export async function takeRulesOut(docker: Engine, { runId, image, services }: { readonly runId: string; readonly image: string; readonly services: readonly { readonly id: string }[] }): Promise<void> {
  const tasks = await Promise.all(services.map(({ id }) => tasksOf(docker, { ID: id }).catch(() => [])))
  const containers = tasks.flat().flatMap((task) => containerOf(task) ?? [])
  const running = (await Promise.all(containers.map((id) => docker.getContainer(id).inspect().catch(() => undefined)))).filter((one) => one?.State.Running === true)
  if (running.length === 0) return
  const rules = await NamespaceRules.start(docker, { name: `seaworthy-${runId}-rules-out-${process.pid}`, image, labels: { [runLabel]: runId, [ownerLabel]: JSON.stringify(ownOwner()) } })
  try {
    for (const one of running) if (one !== undefined) await rules.clear({ id: one.Id, pid: one.State.Pid })
  } finally {
    await rules.close()
  }
}
