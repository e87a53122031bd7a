import { withReplicas } from './found-stack.js'
import { replicasOf, type Engine, type ServiceSpec, type SwarmTask } from './stack-services.js'

export const specOf = ({ replicas }: { readonly replicas: number }): ServiceSpec => ({
  Name: 'shop_api',
  Labels: { 'com.docker.stack.namespace': 'shop' },
  TaskTemplate: { ContainerSpec: {} },
  Mode: { Replicated: { Replicas: replicas } },
})

export interface FakeTask {
  readonly slot: number
  readonly id: string
  state: string
}
/** Of the container of a task; as long as those of an engine, whose events tell the first twelve signs. */
export const containerIdOf = ({ id }: Pick<FakeTask, 'id'>): string => `${id}-`.padEnd(64, '0')

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
  /** It does without a place whose task runs, as if it knew of no end. */
  givesUpRunning = false
  onUpdate: () => void = () => {}
  onStarted: (task: FakeTask) => void = () => {}
  /** A task that it does without while it runs. */
  onGivenUp: (task: FakeTask) => void = () => {}
  isManager = true
  readonly paused = new Set<string>()
  #version = 1
  #made = 0
  #tasks: FakeTask[] = []

  constructor(replicas: number) {
    this.spec = specOf({ replicas })
    this.#reconcile()
  }

  get engine(): Engine {
    return {
      getService: (id: string) => ({ inspect: async () => this.#inspect(id), update: async (options: { readonly _query: { readonly version: number }; readonly _body: ServiceSpec }) => this.#update(options) }),
      listTasks: async () => this.#list(),
      listServices: async () => [this.#inspect('api')],
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

  #inspect(id: string): unknown {
    if (id !== 'api') throw refused(404, 'no such service')
    return { ID: 'api', Version: { Index: this.#version }, Spec: this.spec }
  }

  #update({ _query: { version }, _body: spec }: { readonly _query: { readonly version: number }; readonly _body: ServiceSpec }): void {
    if (this.conflicts > 0) {
      this.conflicts -= 1
      throw refused(500, 'rpc error: code = Unknown desc = update out of sequence')
    }
    if (version !== this.#version) throw refused(500, 'rpc error: code = Unknown desc = update out of sequence')
    this.#version += 1
    this.onUpdate()
    this.spec = spec
    this.#reconcile()
  }

  #list(): readonly SwarmTask[] {
    return this.#tasks.map(({ id, slot, state }): SwarmTask => ({ ID: id, Slot: slot, NodeID: 'node', DesiredState: 'running', Status: { State: state, ContainerStatus: { ContainerID: containerIdOf({ id }) } } }))
  }

  #reconcile(): void {
    const wanted = replicasOf(this.spec)
    this.#tasks.sort((a, b) => Number(b.state === 'running') - Number(a.state === 'running') || a.slot - b.slot)
    if (this.givesUpRunning) this.#tasks.reverse().sort((a, b) => Number(a.state === 'running') - Number(b.state === 'running'))
    for (const task of this.#tasks.splice(wanted)) if (task.state === 'running') this.onGivenUp(task)
    for (let slot = 1; this.#tasks.length < wanted && !this.makesNoTasks; slot += 1) {
      if (!this.#tasks.some((one) => one.slot === slot)) this.#tasks.push(this.#newTask(slot))
    }
  }

  #newTask(slot: number): FakeTask {
    this.#made += 1
    const task = { slot, id: `task${this.#made}`, state: 'running' }
    this.onStarted(task)
    return task
  }
}

export const fakeSwarm = ({ replicas }: { readonly replicas: number }): FakeSwarm => new FakeSwarm(replicas)
