import { withReplicas } from './found-stack.js'
import { isSameMake, makeOf, type TaskMake } from './stack-release.js'
import { replicasOf, type Engine, type ServiceSpec, type SwarmTask } from './stack-services.js'

export const specOf = ({ replicas }: { readonly replicas: number }): ServiceSpec => ({
  Name: 'shop_api',
  Labels: { 'com.docker.stack.namespace': 'shop' },
  TaskTemplate: { ContainerSpec: {} },
  Mode: { Replicated: { Replicas: replicas } },
})

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const hourNs = 3_600e9
const isImageThere = (spec: ServiceSpec): boolean => makeOf(spec).Image !== 'missing'

export interface FakeTask {
  readonly slot: number
  readonly id: string
  state: string
  readonly make: TaskMake
}
/** Of the container of a task; as long as those of an engine, whose events tell the first twelve signs. */
export const containerIdOf = ({ id }: Pick<FakeTask, 'id'>): string => `${id}-`.padEnd(64, '0')

interface Filtered {
  readonly filters?: { readonly label?: readonly string[] }
}

const refused = (statusCode: number, message: string): Error => Object.assign(new Error(message), { statusCode })

/**
 * An engine with one service, `api`, that keeps its tasks as a swarm does: places that do not run are given up first, and filled from the
 * lowest number on.
 */
export class FakeSwarm {
  spec: ServiceSpec
  /** So many changes are refused, as if somebody else had been quicker. */
  conflicts = 0
  makesNoTasks = false
  /** So many changes it takes and does nothing about. */
  overlooks = 0
  /** What it makes is starting until it is told otherwise, as with a health check that has not passed. */
  startsSlowly = false
  /** It does without a place whose task runs, as if it knew of no end. */
  givesUpRunning = false
  onUpdate: () => void = () => {}
  onStarted: (task: FakeTask) => void = () => {}
  /** A task that it does without while it runs. */
  onGivenUp: (task: FakeTask) => void = () => {}
  isManager = true
  /** Between one task of an update and the next. */
  updateEveryMs = 30
  stopsAfterFirst = true
  /** How long it watches the last task of an update before it says that it is done. */
  completesAfterMs = 0
  /** What the service was before its last change: that is what a failed update goes back to. */
  previous: ServiceSpec | undefined
  order: 'stop-first' | 'start-first' = 'stop-first'
  onFailure: 'pause' | 'rollback' = 'pause'
  /** How long a task that was told to end goes on. */
  endsAfterMs = 400
  updateStatus: { readonly State: string; readonly Message: string; readonly StartedAt: string } | undefined
  #updates = 0
  readonly paused = new Set<string>()
  #version = 1
  #made = 0
  #tasks: FakeTask[] = []
  /** What an update has replaced: a swarm remembers some of it. */
  readonly #gone: FakeTask[] = []

  constructor(replicas: number) {
    this.spec = specOf({ replicas })
    this.#reconcile()
  }

  get engine(): Engine {
    return {
      getService: (id: string) => ({ inspect: async () => this.#inspect(id), update: async (options: { readonly _query: { readonly version: number }; readonly _body: ServiceSpec }) => this.#update(options) }),
      listTasks: async ({ filters }: Filtered = {}) => (this.#has(filters) ? this.#list() : []),
      listServices: async ({ filters }: Filtered = {}) => (this.#has(filters) ? [this.#inspect('api')] : []),
      listContainers: async () => [],
      listNetworks: async () => [],
      listVolumes: async () => ({ Volumes: [] }),
      info: async () => ({ Swarm: { NodeID: 'node', LocalNodeState: 'active', ControlAvailable: this.isManager } }),
      getContainer: (id: string) => ({ inspect: async () => ({ State: { Running: true, Paused: this.paused.has(id) } }), unpause: async () => void this.paused.delete(id) }),
    } as unknown as Engine
  }

  slots(): readonly number[] {
    return this.#tasks.filter(({ state }) => state === 'running').map(({ slot }) => slot).sort((a, b) => a - b)
  }
  taskIn(slot: number): string {
    return this.#tasks.find((one) => one.slot === slot)?.id ?? ''
  }
  scale(replicas: number): void {
    this.spec = withReplicas(this.spec, replicas)
    this.#reconcile()
  }
  /** Its process ended. */
  end(slot: number): void {
    for (const task of this.#tasks) if (task.slot === slot) task.state = 'complete'
  }

  /** By its restart policy. */
  replaceEnded(): void {
    this.#tasks = this.#tasks.map((task) => (task.state === 'running' ? task : this.#newTask(task.slot)))
  }
  running(): readonly FakeTask[] {
    return this.#tasks.filter(({ state }) => state === 'running')
  }

  /** All labels that are asked for: a service is found by its own, and its tasks by those of the service. */
  #has(filters: Filtered['filters']): boolean {
    return (filters?.label ?? []).every((label) => {
      const [key = '', value] = label.split('=')
      const own = this.spec.Labels?.[key]
      return value === undefined ? own !== undefined : own === value
    })
  }

  #inspect(id: string): unknown {
    if (id !== 'api') throw refused(404, 'no such service')
    return { ID: 'api', Version: { Index: this.#version }, Spec: this.spec, ...(this.updateStatus === undefined ? {} : { UpdateStatus: this.updateStatus }) }
  }

  #update({ _query: { version }, _body: spec }: { readonly _query: { readonly version: number }; readonly _body: ServiceSpec }): void {
    if (this.conflicts > 0) {
      this.conflicts -= 1
      throw refused(500, 'rpc error: code = Unknown desc = update out of sequence')
    }
    if (version !== this.#version) throw refused(500, 'rpc error: code = Unknown desc = update out of sequence')
    this.#version += 1
    this.onUpdate()
    const before = this.spec
    const isOther = !isSameMake(makeOf(spec), makeOf(before))
    this.previous = before
    this.spec = spec
    if (this.overlooks > 0) this.overlooks -= 1
    else this.#reconcile()
    // Every change takes away what was said of the one before.
    this.updateStatus = undefined
    if (isOther || this.#isHalfWay()) void this.#rollOut(before)
  }

  /** One task after the other, as `order` says; what happens at the first task of a release that crashes is for `onFailure`. As a swarm it says so a moment after it was told. */
  async #rollOut(before: ServiceSpec): Promise<void> {
    const number = (this.#updates += 1)
    const { spec } = this
    const StartedAt = String(number)
    const says = (State: string, Message: string): void => void (this.updateStatus = { State, Message, StartedAt })
    await later(this.updateEveryMs)
    if (number !== this.#updates) return
    says('updating', 'update in progress')
    // A swarm takes them in no order.
    for (const { slot } of [...this.#tasks].reverse()) {
      if (isSameMake(makeOf(this.spec), this.#tasks.find((one) => one.slot === slot)?.make ?? {})) continue
      await later(this.updateEveryMs)
      if (number !== this.#updates) return
      if (!(await this.#replace(slot))) {
        if (this.onFailure === 'pause') return says('paused', 'update paused due to failure or early termination of task')
        return this.#rollBack(slot, before)
      }
      // So long that nothing here lives to see the next one.
      if (this.stopsAfterFirst && (spec.UpdateConfig?.Delay ?? 0) > hourNs && spec.UpdateConfig?.Parallelism === 1) return
    }
    await later(this.completesAfterMs)
    if (number === this.#updates) says('completed', 'update completed')
  }

  async #rollBack(slot: number, before: ServiceSpec): Promise<void> {
    this.spec = before
    this.previous = undefined
    await this.#replace(slot)
    this.updateStatus = { State: 'rollback_completed', Message: 'rollback completed', StartedAt: this.updateStatus?.StartedAt ?? '' }
  }

  /** What was replaced last ends within the time in which a swarm takes that for a failure of the update. */
  async failAfterAll(): Promise<void> {
    const { previous } = this
    const task = this.#tasks.find(({ make }) => isSameMake(make, makeOf(this.spec)))
    if (previous === undefined || task === undefined) return
    this.#updates += 1
    this.#end(task)
    await this.#rollBack(task.slot, previous)
  }

  #isHalfWay(): boolean {
    return this.#tasks.some(({ make }) => !isSameMake(make, makeOf(this.spec)))
  }

  /** Resolves to whether the new task goes on. */
  async #replace(slot: number): Promise<boolean> {
    const old = this.#tasks.find((one) => one.slot === slot)
    if (old === undefined || isSameMake(old.make, makeOf(this.spec))) return true
    const isGone = !isImageThere(this.spec)
    if (this.order === 'stop-first' && old.state === 'running') this.#end(old)
    const crashes = makeOf(this.spec).Env?.includes('RELEASE=crashing') === true
    const task = this.#newTask(slot, isGone ? 'rejected' : crashes ? 'failed' : 'running')
    this.#tasks = this.#tasks.map((one) => (one.slot === slot ? task : one))
    this.#gone.push(old)
    if (this.order === 'start-first') setTimeout(() => this.#end(old), this.endsAfterMs)
    return !isGone && !crashes
  }

  #end(task: FakeTask): void {
    if (task.state !== 'running') return
    task.state = 'shutdown'
    this.onGivenUp(task)
  }

  #list(): readonly SwarmTask[] {
    return [...this.#tasks, ...this.#gone].map(({ id, slot, state, make }): SwarmTask => ({ ID: id, Spec: { ContainerSpec: make }, Slot: slot, NodeID: 'node', DesiredState: state === 'rejected' || this.#gone.some((one) => one.id === id) ? 'shutdown' : 'running', Status: { State: state, ...(state === 'rejected' ? { Err: 'No such image: missing' } : {}), ContainerStatus: { ContainerID: containerIdOf({ id }) } } }))
  }

  #reconcile(): void {
    const wanted = replicasOf(this.spec)
    this.#tasks.sort((a, b) => Number(b.state === 'running') - Number(a.state === 'running') || a.slot - b.slot)
    if (this.givesUpRunning) this.#tasks.reverse().sort((a, b) => Number(a.state === 'running') - Number(b.state === 'running'))
    for (const task of this.#tasks.splice(wanted)) if (task.state === 'running') this.onGivenUp(task)
    for (let slot = 1; this.#tasks.length < wanted && !this.makesNoTasks; slot += 1) {
      if (!this.#tasks.some((one) => one.slot === slot)) this.#tasks.push(this.#newTask(slot, this.startsSlowly ? 'starting' : 'running'))
    }
  }

  #newTask(slot: number, state = 'running'): FakeTask {
    this.#made += 1
    const task = { slot, id: `task${this.#made}`, state, make: makeOf(this.spec) }
    if (state === 'running') this.onStarted(task)
    return task
  }
}

export const fakeSwarm = ({ replicas }: { readonly replicas: number }): FakeSwarm => new FakeSwarm(replicas)
