import { randomBytes } from 'node:crypto'
import type { DeployOptions, DeploymentControls } from '../../core/driver.js'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { unlessGone } from '../docker/engine-error.js'
import { labelsOf, objectName, ownerLabel, runLabel, type Placed } from '../docker/labels.js'
import { everyStep } from '../every-step.js'
import type { Network } from '../network/network-protocol.js'
import { notDone } from '../process/not-done.js'
import { ownOwner } from '../run-owner.js'
import { NamespaceRules } from './namespace-rules.js'
import type { StackPlan } from './plan-stack.js'
import { ProxiedEdges, type ProxiedOptions } from './proxied-edges.js'
import { whyNot } from './swarm-offers.js'
import { containerOf, tasksOf, type Engine } from './stack-services.js'
import { gatewayAddress } from './task-places.js'

export interface ProxiedStack {
  /** Where the proxies have to listen. */
  readonly gateway: string
  readonly edges: ProxiedEdges
  readonly controls: Pick<DeploymentControls, 'faultEdge' | 'healEdge' | 'edgeCounters' | 'rollOut'>
  /** Nothing is led to the proxies any more, and they are ended: before anybody looks whether the stack is as it was found. Throws SeaworthyError. */
  end(network: Network | undefined): Promise<void>
}

/** Whether connections of the replicas go by fault proxies in this deployment: nobody wants them where no fault is aimed at a dependency, or none is allowed. */
export const goesByProxies = (service: ServiceDescriptor, { dependencies, allow = 'safe' }: Pick<DeployOptions, 'dependencies' | 'allow'>): boolean => dependencies !== 'direct' && allow !== 'safe' && whyNot('fault.edge', service) === undefined && service.target.components.length > 0

interface Proxying extends Omit<ProxiedOptions, 'gateway' | 'rules'> {
  readonly rules: NamespaceRules
  /** For whoever takes the rules out. */
  readonly found: { readonly runId: string; readonly image: string; readonly services: readonly { readonly id: string }[] }
}

/** Nothing is changed before `edges.begin`. Throws SeaworthyError. */
export async function proxiedStack({ found, ...options }: Proxying): Promise<ProxiedStack> {
  const gateway = await gatewayAddress(options.docker)
  const edges = new ProxiedEdges({ ...options, gateway })
  return {
    gateway,
    edges,
    controls: {
      faultEdge: (edge, fault) => edges.fault(edge, fault),
      healEdge: (edge) => edges.heal(edge),
      edgeCounters: (edge) => edges.counters(edge),
      rollOut: async () => {
        throw notDone('rolling a release out', 'that connections go by fault proxies, which two tasks in one place would go past')
      },
    },
    end: (network) => everyStep([() => edges.close(), () => options.rules.close(), () => takeRulesOut(options.docker, found), () => network?.close()]),
  }
}

/** Before anything is changed, so that what cannot be done here has nothing to be put back. Throws SW_FAULT_PROXIES. */
export async function startRules(docker: Engine, placed: Placed, { imageId, services }: StackPlan): Promise<NamespaceRules> {
  const six = services.flatMap(({ tasks }) => tasks).find(({ inspected: { NetworkSettings: { Networks: networks } } }) => Object.values(networks).some(({ GlobalIPv6Address: address }) => address !== undefined && address !== ''))
  if (six !== undefined) throw new SeaworthyError('SW_FAULT_PROXIES', `while leading connections to the fault proxies: found addresses of IPv6 (container ${six.inspected.Id.slice(0, 12)}), by which they would go past`, { exitCode: exitCodes.notConclusive, hint: 'networks of the stack without enable_ipv6' })
  return NamespaceRules.start(docker, { name: objectName(placed, 'rules'), image: imageId, labels: labelsOf(placed) })
}

/**
 * Takes out what leads connections to proxies that are gone, in all containers of these services: none of them is left because another could not be reached. Throws
 * SW_FAULT_PROXIES.
 */
export async function takeRulesOut(docker: Engine, { runId, image, services }: { readonly runId: string; readonly image: string; readonly services: readonly { readonly id: string }[] }): Promise<void> {
  const containers = (await Promise.all(services.map(({ id }) => unlessGone(tasksOf(docker, { ID: id }))))).flatMap((tasks) => tasks?.flatMap((task) => containerOf(task) ?? []) ?? [])
  const inspected = await Promise.all(containers.map((id) => unlessGone(docker.getContainer(id).inspect())))
  const running = inspected.filter((one) => one?.State.Running === true).map((one) => ({ id: one!.Id, pid: one!.State.Pid, image: one!.Image }))
  if (running.length === 0) return
  const rules = await startWithAny(docker, runId, [...new Set([image, ...running.map((one) => one.image)])])
  await everyStep([...running.map((one) => () => rules.clear(one)), () => rules.close()])
}

/** The image of the run may have gone with what was deployed since. */
async function startWithAny(docker: Engine, runId: string, [image = '', ...others]: readonly string[]): Promise<NamespaceRules> {
  // Not the label of the run: whoever removes what is left of it may be at work at the same time.
  const labels = { [runLabel]: `${runId}-rules-out`, [ownerLabel]: JSON.stringify(ownOwner()) }
  try {
    return await NamespaceRules.start(docker, { name: `seaworthy-${runId}-rules-out-${process.pid}-${randomBytes(3).toString('hex')}`, image, labels })
  } catch (error) {
    if (others.length === 0) throw error
    return startWithAny(docker, runId, others)
  }
}
