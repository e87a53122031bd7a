import type { ClusterNode, ContainerStatus, EndpointSlice, Pod, Workload } from '../objects.js'
import { labels } from './declared-objects.test-support.js'
import { startProgram, type Manner, type PodProgram } from './pod-program.test-support.js'
import { Progress } from './progress.test-support.js'
import { scaleSets, type ReplicaSet } from './rolling-update.test-support.js'
import { metadataOf, type StoredObjects } from './stored-objects.test-support.js'
import { isReady, ordinalOf, surplusOfReplicaSet, surplusOfStatefulSet } from './surplus.test-support.js'

export interface ControllerOptions {
  readonly manner: Manner
  readonly port: number
  /** Third number of the pods' addresses 127.0.X.Y: test files run side by side. */
  readonly network: number
  readonly drainMs: number
  readonly workload: 'deployment' | 'statefulset'
}

const startMs = 40
const probeEveryMs = 25
const now = (): string => new Date().toISOString().replace(/\.\d+Z$/, 'Z')

const templateOf = ({ spec }: Workload): string => JSON.stringify(spec.template.spec.containers)
const releaseIn = ({ spec }: Workload): string | undefined => spec.template.spec.containers[0]?.env?.find(({ name }) => name === 'RELEASE')?.value

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
  /** Of a Deployment, the oldest first, by the name of their template. */
  readonly #sets = new Map<string, ReplicaSet>()
  /** Of a StatefulSet: what every pod was made from when it was last rolled out. */
  #current: Workload | undefined
  readonly #readySince = new Map<string, number>()
  readonly #progress = new Progress()
  /** Pods that no node takes, with what they were made from. */
  readonly #unplaced = new Map<string, Workload>()
  /** New pods get no further than this. */
  obstacle: 'bad-image' | 'no-node' | undefined
  /** False: the controller of the workload is away, and takes no notice of anything. */
  isThere = true
  manner: Manner
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

  /** Brings the pods to what the workload says, one step after the other. */
  reconcile(): void {
    const workload = this.#workload
    if (workload === undefined || !this.isThere) return
    for (const [name, madeFrom] of this.#unplaced) this.#place(name, madeFrom)
    if (this.#options.workload === 'statefulset') this.#reconcileOrdinals(workload)
    else this.#reconcileSets(workload)
    this.#tellStatus()
  }

  /** The deployment controller changes the sets, and that of the sets their pods. Whatever a pod that is told to go leads to is done by the time that is over. */
  #reconcileSets(deployment: Workload): void {
    const template = this.#templateLabel(deployment)
    const minReadySeconds = deployment.spec.minReadySeconds ?? 0
    const present = this.#sets.get(template) ?? { template, madeFrom: deployment, desired: 0, minReadySeconds }
    this.#sets.set(template, Object.assign(present, { minReadySeconds }))
    const old = [...this.#sets.values()].filter((set) => set !== present)
    const availableOf = (set: ReplicaSet): number => this.#podsOf(set).filter((pod) => this.#isAvailable(pod)).length
    const isAnyGoing = (): boolean => this.#store.list<Pod>('pods').some(({ metadata }) => metadata.deletionTimestamp !== undefined && metadata.labels?.[this.#templateName] !== template)
    do for (const set of this.#sets.values()) this.#reconcilePods(set)
    while (scaleSets(deployment, { present, old, availableOf }, isAnyGoing()))
  }

  #reconcilePods(set: ReplicaSet): void {
    while (this.#podsOf(set).length < set.desired) this.#create(set.madeFrom)
    while (this.#podsOf(set).length > set.desired) {
      const surplus = this.surplus(this.#podsOf(set))
      if (surplus === undefined) return
      this.terminate(surplus.metadata.name, 2)
    }
  }

  #podsOf({ template }: ReplicaSet): readonly Pod[] {
    return this.#live().filter(({ metadata }) => metadata.labels?.[this.#templateName] === template)
  }

  /** So long after it became ready as its set, or the StatefulSet, asks for. */
  #isAvailable(pod: Pod): boolean {
    const set = this.#sets.get(pod.metadata.labels?.[this.#templateName] ?? '')
    const since = this.#readySince.get(pod.metadata.uid)
    const minReadySeconds = set?.minReadySeconds ?? this.#workload?.spec.minReadySeconds ?? 0
    return isReady(pod) && since !== undefined && performance.now() - since >= minReadySeconds * 1_000
  }

  get #workload(): Workload | undefined {
    return this.#store.get<Workload>(`${this.#options.workload}s`, 'web')
  }

  /** Label of the template that a pod was made from. */
  get #templateName(): string {
    return this.#options.workload === 'deployment' ? 'pod-template-hash' : 'controller-revision-hash'
  }

  /**
   * In order, each when the one before is ready, and replaced from the last one down to the partition (pkg/controller/statefulset). A name is given again when nothing has it
   * any more.
   */
  #reconcileOrdinals(workload: Workload): void {
    const { replicas = 1, updateStrategy } = workload.spec
    const partition = Number(updateStrategy?.rollingUpdate?.['partition'] ?? 0)
    const current = (this.#current ??= workload)
    const podAt = (ordinal: number): Pod | undefined => this.#store.get<Pod>('pods', `web-${ordinal}`)
    for (let ordinal = 0; ordinal < replicas; ordinal++) {
      if (podAt(ordinal) === undefined) this.#create(ordinal < partition ? current : workload, `web-${ordinal}`)
      if (!this.#isWell(podAt(ordinal))) return
    }
    const live = this.#live()
    const surplus = live.length > replicas ? this.surplus(live) : undefined
    if (surplus !== undefined) return this.terminate(surplus.metadata.name, 2)
    if (updateStrategy?.type === 'OnDelete') return
    const other = live.filter((pod) => ordinalOf(pod) >= partition && !this.#isPresent(workload, pod)).sort((a, b) => ordinalOf(b) - ordinalOf(a)).at(0)
    if (other !== undefined) return this.terminate(other.metadata.name, 2)
    if (live.every((pod) => this.#isPresent(workload, pod))) this.#current = workload
  }

  #isWell(pod: Pod | undefined): boolean {
    return pod !== undefined && pod.metadata.deletionTimestamp === undefined && isReady(pod)
  }

  #live(): readonly Pod[] {
    return this.#store.list<Pod>('pods').filter(({ metadata }) => metadata.deletionTimestamp === undefined && metadata.labels?.['app'] === labels.app)
  }

  #isPresent(deployment: Workload, { metadata }: Pod): boolean {
    return metadata.labels?.[this.#templateName] === this.#templateLabel(deployment)
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
      metadata: metadataOf(name, { labels: { ...labels, [this.#templateName]: this.#templateLabel(deployment) }, ownerReferences: [ordinal === undefined ? { kind: 'ReplicaSet', name: 'web-789b5f5f55', controller: true } : { kind: 'StatefulSet', name: 'web', controller: true }] }),
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
    // Of what becomes available by waiting nobody else tells.
    if (this.#live().filter((pod) => this.#isAvailable(pod)).length !== this.#workload?.status?.availableReplicas) this.reconcile()
    else this.#tellStatus()
  }

  #tell(name: string, phase: string, status: ContainerStatus): void {
    const state = status.ready ? 'True' : 'False'
    const uid = this.#store.get('pods', name)?.metadata.uid ?? ''
    if (!status.ready) this.#readySince.delete(uid)
    else if (!this.#readySince.has(uid)) this.#readySince.set(uid, performance.now())
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

  #tellStatus(): void {
    const workload = this.#workload
    if (workload === undefined || !this.isThere) return
    const { replicas = 1, progressDeadlineSeconds = 600 } = workload.spec
    const pods = this.#live()
    const counted = { replicas: pods.length, updatedReplicas: pods.filter((pod) => this.#isPresent(workload, pod)).length, readyReplicas: pods.filter(isReady).length, availableReplicas: pods.filter((pod) => this.#isAvailable(pod)).length }
    const conditions = this.#options.workload === 'deployment' ? { conditions: [this.#progress.next(counted, { sets: this.#sets.size, replicas, deadlineMs: progressDeadlineSeconds * 1_000 })] } : { updateRevision: this.#templateLabel(workload) }
    const status = { observedGeneration: workload.metadata.generation ?? 1, ...counted, ...conditions }
    if (JSON.stringify(status) === JSON.stringify(workload.status)) return
    this.#store.put<Workload>(`${this.#options.workload}s`, { ...workload, status })
  }
}
