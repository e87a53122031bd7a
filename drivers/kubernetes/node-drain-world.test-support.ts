import { hostname } from 'node:os'
import { afterEach, beforeEach, vi } from 'vitest'
import type { Deployment } from '../../core/driver.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { testRun, type TestRun } from '../process/deployment.test-support.js'
import { ownerAnnotation } from './claim.js'
import { drainingNodes, startFakeCluster, type FakeCluster, type FakeClusterOptions } from './fake-cluster/fake-cluster.test-support.js'
import { kubernetesDriver } from './kubernetes-driver.js'
import { cordonAnnotation } from './node-cordon.js'
import type { ClusterNode, Pod, Workload } from './objects.js'

/** A cluster of two nodes, `sea1` and `sea2`, for each test, with what the tests of drains of nodes ask it and do to it. */
export class NodeDrainWorld {
  cluster!: FakeCluster
  run!: TestRun

  constructor(network: number) {
    beforeEach(async () => {
      await this.begin({ network })
      this.run = testRun(kubernetesDriver)
    })
    afterEach(async () => {
      await this.run.end().catch(() => undefined)
      await this.cluster.close()
      vi.unstubAllEnvs()
    })
  }

  /** To be told to close the one before. */
  readonly begin = async (options: FakeClusterOptions): Promise<void> => {
    this.cluster = await startFakeCluster(options)
    vi.stubEnv('KUBECONFIG', this.cluster.kubeconfig)
  }

  readonly drained = (): ServiceDescriptor => drainingNodes(this.cluster.service)
  readonly deploy = async (change: (service: ServiceDescriptor) => ServiceDescriptor = (service) => service): Promise<Deployment> =>
    this.run.deploy(change((await kubernetesDriver.observe?.(this.drained())) ?? this.drained()), '1', { allow: 'destructive' })
  /** A deployment with a replica that was drained off `sea1`, and is not back. */
  readonly held = async (): Promise<Deployment> => {
    const deployment = await this.deploy()
    await deployment.controls.signal!(this.replicaOn(deployment, 'sea1'), 'SIGTERM')
    if (this.node('sea1').spec.unschedulable !== true) throw new Error('expected a node that is cordoned')
    return deployment
  }
  readonly node = (name: string): ClusterNode => this.cluster.store.get<ClusterNode>('nodes', name)!
  readonly changeNode = (name: string, spec: ClusterNode['spec'], more: Partial<ClusterNode> = {}): void => void this.cluster.store.change<ClusterNode>('nodes', name, (one) => ({ ...one, ...more, spec }))
  readonly nodes = (): unknown => ['sea1', 'sea2'].map((name) => [name, this.node(name).spec.unschedulable, this.node(name).metadata.annotations?.[cordonAnnotation]])
  readonly annotations = (): Readonly<Record<string, string>> => this.cluster.store.get<Workload>('deployments', 'web')!.metadata.annotations ?? {}
  readonly annotate = (given: Readonly<Record<string, string>>): void => void this.cluster.store.change<Workload>('deployments', 'web', (one) => ({ ...one, metadata: { ...one.metadata, annotations: given } }))
  readonly podOf = (deployment: Deployment, index: number): Pod => this.cluster.store.list<Pod>('pods').find(({ status }) => status.podIP === deployment.instances[index]!.url.hostname)!
  /** A replica on this node. */
  readonly replicaOn = (deployment: Deployment, name: string, skip = 0): string => deployment.instances.filter((_, index) => this.podOf(deployment, index).spec.nodeName === name)[skip]!.id
  readonly nodeOf = (deployment: Deployment, id: string): string | undefined => this.podOf(deployment, deployment.instances.findIndex((one) => one.id === id)).spec.nodeName
  readonly changes = (): string[] => this.cluster.api.asked.filter((asked) => !asked.startsWith('GET') && !asked.includes('selfsubjectaccessreviews'))
  readonly did = (what: RegExp): number => this.cluster.api.asked.filter((asked) => what.test(asked)).length
  readonly lostReason = (): string => String(this.run.eventsOf('cluster-lost', 'cluster')[0]?.detail['reason'] ?? '')
  readonly asIfDead = (): void => this.annotate({ ...this.annotations(), [ownerAnnotation]: JSON.stringify(deadOwner) })
}

export const deadOwner = { host: hostname(), pid: 2_147_483_000, startTime: '1' }
export const opened = [['sea1', undefined, undefined], ['sea2', undefined, undefined]]
export const briefly = (service: ServiceDescriptor): ServiceDescriptor => ({ ...service, lifecycle: { ...service.lifecycle, startTimeoutMs: 1_500 } })
