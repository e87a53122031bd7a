import type { BalancerCounters, Deployment, DeploymentControls } from '../../core/driver.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import type { ClusterWorld } from './cluster-world.js'

export interface ClusterEnds {
  readonly service: ServiceDescriptor
  readonly entrypoint: URL
  readonly echo: URL
  readonly logFiles: ReadonlyMap<string, string>
  readonly controls: DeploymentControls
  readonly dispose: () => Promise<void>
}

/**
 * The workload as the engine sees it. Its balancer is the Service, or what stands before it: who gets requests is what
 * the EndpointSlices say, and nobody counts requests there. The echo server is on this machine: the null control
 * vouches for the harness and not for the way into the cluster.
 */
export function clusterDeployment(world: ClusterWorld, { service, entrypoint, echo, logFiles, controls, dispose }: ClusterEnds): Deployment {
  const kind = `service/${world.parts.target.service}${world.parts.target.url === undefined ? '' : ` by ${entrypoint.host}`}`
  return {
    entrypoint,
    balancer: { ...service.balancer, kind, retries: 0 },
    get instances() {
      return world.slots.instances
    },
    components: [],
    edges: [],
    echo,
    controls,
    rebootGrade: 'simulated',
    logFiles,
    // The cluster hands logs on when it likes.
    bringLogUpToDate: async () => false,
    async balancerCounters(): Promise<BalancerCounters> {
      world.requireKnown('reading the endpoints')
      const byBackend = Object.fromEntries(world.slots.slots.map((slot) => [slot.id, { requests: 0, errors: 0, up: world.isUp(slot) }]))
      return { requests: 0, errors: 0, retries: 0, byBackend }
    },
    [Symbol.asyncDispose]: dispose,
  }
}
