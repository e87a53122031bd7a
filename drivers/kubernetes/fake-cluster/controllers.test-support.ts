import type { ClusterNode, ContainerStatus, EndpointSlice, Pod, Workload } from '../objects.js'
import { startProgram, type Manner, type PodProgram } from './pod-program.test-support.js'
import { metadataOf, type StoredObjects } from './stored-objects.test-support.js'

export interface ControllerOptions {
  readonly manner: Manner
  readonly port: number
  /** Third number of the pods' addresses 127.0.X.Y: test files run side by side. */
  readonly network: number
  readonly drainMs: number
  readonly workload: 'deployment' | 'statefulset'
}

const labels = { app: 'web' }
const startMs = 40
const probeEveryMs = 25
const image = 'docker.io/local/web:1'
const now = (): string => new Date().toISOString().replace(/\.\d+Z$/, 'Z')

/** Of the template that a pod was made from. */
const templateLabel = 'pod-template-hash'
const templateOf = ({ spec }: Workload): string => JSON.stringify(spec.template.spec.containers)
const releaseIn = ({ spec }: Workload): string | undefined => spec.template.spec.containers[0]?.env?.find(({ name }) => name === 'RELEASE')?.value

interface Progressing {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
  readonly lastUpdateTime: string
}

/** Controller of the deployment or stateful set, scheduler, kubelet and endpoint slice controller of a cluster with real servers for containers. */
export class Controllers {
  readonly programs = new Map<string, PodProgram>()
  readonly shared = new Map<string, unknown>()
  readonly #store: StoredObjects
  readonly #options: ControllerOptions
  readonly #timer: NodeJS.Timeout
  #pods = 0
  #addresses = 0
  /** Templates by the order in which they were seen: a hash is too long for a label. */
  readonly #templates: string[] = []
  #progress = { at: 0, ready: 0, generation: 0, since: now() }
  /** Pods that no node takes, with what they were made from. */
  readonly #unplaced = new Map<string, Workload>()
  /** New pods get no further than this. */
  obstacle: 'bad-image' | 'no-node' | undefined
  manner: Manner
  progressDeadlineMs = 600_000
  /** Which of these goes when there are too many. */
  surplus: (live: readonly Pod[]) => Pod | undefined

  constructor(store: StoredObjects, options: ControllerOptions) {
    this.#store = store
    this.#options = options
    this.manner = options.manner
    this.surplus = options.workload === 'deployment' ? surplusOfReplicaSet : surplusOfStatefulSet
    this.#timer = setInterval(() => this.#probe(), probeEveryMs)
  }

  close(): void {
    clearInterval(this.#timer)
    for (const program of this.programs.values()) program.kill()
  }

  /**
   * Makes what is missing of the declared replicas, and brings them to the present template one by one: with one more than declared
   * at a time, and an old one told to go when it is not needed for as many to be ready.
   */
  reconcile(): void {
    const deployment = this.#workload
    if (deployment === undefined) return
    for (const [name, madeFrom] of this.#unplaced) this.#place(name, madeFrom)
    const replicas = deployment.spec.replicas ?? 0
    if (this.#options.workload === 'statefulset') return this.#reconcileOrdinals(deployment, replicas)
    const old = this.#live().filter((pod) => !this.#isPresent(deployment, pod))
    for (let missing = replicas - this.#live().length; missing > 0; missing--) this.#create(deployment)
    if (old.length === 0) this.#endSurplus(replicas)
    if (old.length > 0 && this.#live().length <= replicas && this.#live().length - old.length < replicas) this.#create(deployment)
    const unneeded = old.find((pod) => !isReady(pod)) ?? (this.#live().filter(isReady).length > replicas ? old[0] : undefined)
    if (unneeded !== undefined) this.terminate(unneeded.metadata.name, 2)
    this.#tellStatus()
  }

  get #workload(): Workload | undefined {
    return this.#store.get<Workload>(`${this.#options.workload}s`, 'web')
  }

  /** A name is given again when nothing has it any more. */
  #reconcileOrdinals(workload: Workload, replicas: number): void {
    for (let ordinal = 0; ordinal < replicas; ordinal++) if (this.#store.get('pods', `web-${ordinal}`) === undefined) this.#create(workload, `web-${ordinal}`)
    this.#endSurplus(replicas)
    this.#tellStatus()
  }

  #endSurplus(replicas: number): void {
    const live = this.#live()
    const surplus = live.length > replicas ? this.surplus(live) : undefined
    if (surplus !== undefined) this.terminate(surplus.metadata.name, 2)
  }

  #live(): readonly Pod[] {
    return this.#store.list<Pod>('pods').filter(({ metadata }) => metadata.deletionTimestamp === undefined && metadata.labels?.['app'] === labels.app)
  }

  #isPresent(deployment: Workload, { metadata }: Pod): boolean {
    return metadata.labels?.[templateLabel] === this.#templateLabel(deployment)
  }

  #templateLabel(deployment: Workload): string {
    const template = templateOf(deployment)
    if (!this.#templates.includes(template)) this.#templates.push(template)
    return String(this.#templates.indexOf(template))
  }

  /** As the API server takes it: told at once, carried out by the kubelet. */
  terminate(name: string, graceSeconds: number): void {
    const pod = this.#store.get<Pod>('pods', name)
    if (pod === undefined) return
    if (graceSeconds === 0) {
      this.programs.get(name)?.kill()
      this.#store.remove('pods', name)
      this.#tellSlices()
      this.reconcile()
      return
    }
    if (pod.metadata.deletionTimestamp !== undefined) return
    this.#store.change<Pod>('pods', name, (one) => ({ ...one, metadata: { ...one.metadata, deletionTimestamp: now(), deletionGracePeriodSeconds: graceSeconds } }))
    this.#tellSlices()
    this.reconcile()
    void this.#stop(name, graceSeconds)
  }

  /** The node controller has not heard of a node: the kubelet's own words stay as they were. */
  loseNode(name: string): void {
    this.#store.change<Pod>('pods', name, (pod) => ({ ...pod, status: { ...pod.status, conditions: (pod.status.conditions ?? []).map((one) => (one.type === 'Ready' ? { ...one, status: 'False' } : one)) } }))
  }

  #create(deployment: Workload, ordinal?: string): void {
    this.#pods += 1
    const name = ordinal ?? `web-789b5f5f55-${String(this.#pods).padStart(5, '0')}`
    this.#store.put<Pod>('pods', {
      metadata: metadataOf(name, { labels: { ...labels, [templateLabel]: this.#templateLabel(deployment) }, ownerReferences: [ordinal === undefined ? { kind: 'ReplicaSet', name: 'web-789b5f5f55', controller: true } : { kind: 'StatefulSet', name: 'web', controller: true }] }),
      spec: { terminationGracePeriodSeconds: 2 },
      status: { phase: 'Pending' },
    })
    this.#place(name, deployment)
  }

  /** The scheduler: on the node with the fewest pods that takes new ones; again whenever something changes while there is none. */
  #place(name: string, deployment: Workload): void {
    const pod = this.#store.get<Pod>('pods', name)
    const node = this.obstacle === 'no-node' ? undefined : this.#emptiestNode()
    if (node === undefined && pod !== undefined) {
      if (!this.#unplaced.has(name)) this.#store.put<Pod>('pods', { ...pod, status: { ...pod.status, conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] } })
      this.#unplaced.set(name, deployment)
      return
    }
    this.#unplaced.delete(name)
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return
    this.#store.put<Pod>('pods', { ...pod, spec: { ...pod.spec, ...(node === undefined ? {} : { nodeName: node.metadata.name }) }, status: { ...pod.status, conditions: [{ type: 'PodScheduled', status: 'True' }] } })
    this.#begin(name, deployment)
  }

  #emptiestNode(): ClusterNode | undefined {
    const podsOn = ({ metadata: { name } }: ClusterNode): number => this.#live().filter(({ spec }) => spec.nodeName === name).length
    return [...this.#store.list<ClusterNode>('nodes')].filter(({ spec }) => spec.unschedulable !== true).sort((a, b) => podsOn(a) - podsOn(b)).at(0)
  }

  /** The kubelet of its node. */
  #begin(name: string, deployment: Workload): void {
    if (this.obstacle === 'bad-image') {
      this.#tell(name, 'Pending', { name: 'web', ready: false, restartCount: 0, state: { waiting: { reason: 'ImagePullBackOff' } } })
      return
    }
    const release = releaseIn(deployment)
    if (release === 'crashing') return this.#tell(name, 'Running', { name: 'web', ready: false, restartCount: 1, state: { waiting: { reason: 'CrashLoopBackOff' } } })
    this.#addresses += 1
    const address = `127.0.${this.#options.network}.${this.#addresses}`
    setTimeout(() => void this.#start(name, address, release), startMs)
  }

  async #start(name: string, address: string, release: string | undefined): Promise<void> {
    const pod = this.#store.get<Pod>('pods', name)
    if (pod === undefined) return
    const { port, drainMs } = this.#options
    this.programs.set(name, await startProgram({ address, port, name, boot: pod.metadata.uid, manner: this.manner, shared: this.shared, drainMs, ...(release === undefined ? {} : { release }) }))
    this.#store.change<Pod>('pods', name, (one) => ({ ...one, status: { ...one.status, podIP: address } }))
    this.#tell(name, 'Running', { name: 'web', ready: false, restartCount: 0, state: { running: { startedAt: now() } } })
  }

  async #stop(name: string, graceSeconds: number): Promise<void> {
    const program = this.programs.get(name)
    program?.terminate()
    const timer = setTimeout(() => program?.kill(), graceSeconds * 1_000)
    const exitCode = (await program?.exited) ?? 0
    clearTimeout(timer)
    if (this.#store.get('pods', name) === undefined) return
    this.#tell(name, exitCode === 0 ? 'Succeeded' : 'Failed', { name: 'web', ready: false, restartCount: 0, state: { terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error' } } })
    this.#store.remove('pods', name)
    this.#tellSlices()
    this.reconcile()
  }

  #probe(): void {
    for (const pod of this.#store.list<Pod>('pods')) {
      const status = pod.status.containerStatuses?.[0]
      const ready = this.programs.get(pod.metadata.name)?.ready() ?? false
      if (status?.state?.running === undefined || status.ready === ready || pod.metadata.deletionTimestamp !== undefined) continue
      this.#tell(pod.metadata.name, 'Running', { ...status, ready })
    }
    this.#tellStatus()
  }

  #tell(name: string, phase: string, status: ContainerStatus): void {
    const state = status.ready ? 'True' : 'False'
    this.#store.change<Pod>('pods', name, (pod) => ({ ...pod, status: { ...pod.status, phase, containerStatuses: [status], conditions: [{ type: 'PodScheduled', status: 'True' }, { type: 'ContainersReady', status: state }, { type: 'Ready', status: state }] } }))
    this.#tellSlices()
    this.reconcile()
  }

  #tellSlices(): void {
    const endpoints = this.#store.list<Pod>('pods').flatMap(({ status, metadata }) => {
      const address = status.podIP
      if (address === undefined || status.phase !== 'Running') return []
      const serving = status.containerStatuses?.[0]?.ready ?? false
      const terminating = metadata.deletionTimestamp !== undefined
      return [{ addresses: [address], conditions: { ready: serving && !terminating, serving, terminating } }]
    })
    const known = this.#store.get<EndpointSlice>('endpointslices', 'web-8d9rv')
    if (known !== undefined && JSON.stringify(known.endpoints) === JSON.stringify(endpoints)) return
    const metadata = known?.metadata ?? metadataOf('web-8d9rv', { labels: { 'kubernetes.io/service-name': 'web' } })
    this.#store.put<EndpointSlice>('endpointslices', { metadata, addressType: 'IPv4', endpoints, ports: [{ name: '', port: this.#options.port }] })
  }

  /** As the deployment controller tells of it: given up when no pod of the present template became ready for as long as its deadline. */
  #progressing({ metadata, spec }: Workload, present: readonly Pod[]): Progressing {
    const [ready, generation] = [present.filter(isReady).length, metadata.generation ?? 1]
    if (ready > this.#progress.ready || generation !== this.#progress.generation) this.#progress = { at: performance.now(), ready, generation, since: `${now()} ${generation} ${ready}` }
    const isGivenUp = ready < (spec.replicas ?? 0) && performance.now() - this.#progress.at > this.progressDeadlineMs
    const said = (status: string, reason: string, message: string): Progressing => ({ type: 'Progressing', status, reason, message, lastUpdateTime: this.#progress.since })
    return isGivenUp ? said('False', 'ProgressDeadlineExceeded', 'ReplicaSet "web-789b5f5f55" has timed out progressing.') : said('True', 'ReplicaSetUpdated', 'ReplicaSet "web-789b5f5f55" is progressing.')
  }

  #tellStatus(): void {
    const deployment = this.#workload
    if (deployment === undefined) return
    const pods = this.#live()
    const present = pods.filter((pod) => this.#isPresent(deployment, pod))
    const ready = pods.filter(isReady).length
    const generation = deployment.metadata.generation ?? 1
    const status = { observedGeneration: generation, replicas: pods.length, updatedReplicas: present.length, readyReplicas: ready, availableReplicas: ready, conditions: [this.#progressing(deployment, present)] }
    if (JSON.stringify(status) === JSON.stringify(deployment.status)) return
    this.#store.put<Workload>(`${this.#options.workload}s`, { ...deployment, status })
  }
}

const isReady = ({ status }: Pod): boolean => status.containerStatuses?.[0]?.ready === true

/** One that is not ready first, then the one that costs least, then the newest. */
function surplusOfReplicaSet(live: readonly Pod[]): Pod | undefined {
  const costOf = ({ metadata }: Pod): number => Number(metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0)
  return [...live].sort((a, b) => Number(isReady(a)) - Number(isReady(b)) || costOf(a) - costOf(b) || (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '')).at(0)
}

const ordinalOf = ({ metadata: { name } }: Pod): number => Number(name.slice(name.lastIndexOf('-') + 1))
const surplusOfStatefulSet = (live: readonly Pod[]): Pod | undefined => [...live].sort((a, b) => ordinalOf(b) - ordinalOf(a)).at(0)

export const readyNode = (name: string): ClusterNode => {
  const { namespace: _, ...metadata } = metadataOf(name)
  return { metadata, spec: {}, status: { conditions: [{ type: 'Ready', status: 'True' }] } }
}

export function webDeployment(replicas: number): Workload {
  const probe = (path: string) => ({ httpGet: { path, port: 'http' }, periodSeconds: 1, timeoutSeconds: 1, successThreshold: 1, failureThreshold: 1 })
  return {
    metadata: metadataOf('web', { generation: 1, labels, annotations: { 'deployment.kubernetes.io/revision': '1' } }),
    spec: {
      replicas,
      selector: { matchLabels: labels },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: { spec: { containers: [{ name: 'web', image, readinessProbe: probe('/ready'), livenessProbe: probe('/live') }], terminationGracePeriodSeconds: 2 } },
    },
  }
}
