import type { DeploymentControls } from '../../core/driver.js'
import type { EndedBy } from '../docker/end-container.js'
import type { ContainerExit, EngineEvents } from '../docker/engine-events.js'
import type { ContainerProcess, SignalSender } from '../docker/signal-sender.js'
import { notDone } from '../process/not-done.js'
import { containerIdOf, fakeSwarm, type FakeSwarm } from './fake-swarm.test-support.js'
import { ServicePlaces } from './service-places.js'
import type { TaskPlace } from './task-place.js'
import { stackControls } from './stack-controls.js'
import type { Engine } from './stack-services.js'
import { VolumeFiles } from './volume-files.js'

export const stop = { signal: 'SIGTERM', graceMs: 50 } as const

/** What the controls are given, with an engine that may say one thing and do another. */
export class Machine {
  readonly swarm: FakeSwarm
  readonly service: ServicePlaces
  readonly sent: string[] = []
  readonly toldToEnd: string[] = []
  readonly rolling: boolean[] = []
  /** On these nothing ends. */
  ignores: readonly string[] = []
  /** Why a signal is not sent. */
  refuses: string | undefined
  /** It is replaced before anybody can do without it. */
  replacesAtOnce = false
  isLost: string | undefined
  isEnded = false
  readonly asked: string[] = []
  pausing: () => Promise<void> = async () => {}
  #exits = new Map<string, (exit: ContainerExit) => void>()
  readonly controls: Required<DeploymentControls>
  readonly endedBy: EndedBy

  constructor(replicas = 3, private readonly files = new VolumeFiles(undefined, { record: () => 0, done: () => {} }, '/dev/null/none')) {
    this.swarm = fakeSwarm({ replicas })
    this.service = new ServicePlaces({ docker: this.swarm.engine, service: { ID: 'api', Version: { Index: 1 }, Spec: this.swarm.spec }, startTimeoutMs: 300, emit: () => {}, isEnded: () => this.isEnded })
    for (const slot of this.swarm.slots()) {
      this.service.places.push(this.#place(slot))
      this.#arrive(slot)
    }
    this.swarm.onStarted = ({ slot }) => setImmediate(() => this.#arrive(slot))
    const docker = { getContainer: (id: string) => ({ pause: () => this.#ask('pause', id), unpause: () => this.#ask('unpause', id) }) } as unknown as Engine
    const events = { nextExit: (id: string) => new Promise<ContainerExit>((resolve) => this.#exits.set(id, resolve)), expect: () => {} } as unknown as EngineEvents
    const signals = { send: (signal: string, to: readonly ContainerProcess[]) => this.#signal(signal, to), crash: (to: readonly ContainerProcess[]) => this.#signal('CRASH', to) } as unknown as SignalSender
    this.endedBy = { events, signals }
    this.controls = stackControls({
      docker, events, signals, services: [this.service],
      newReplica: () => {
        const place = { ...this.#place(this.service.places.length + 1), slot: undefined }
        this.service.places.push(place)
        return place
      },
      instanceOf: ({ name, host }) => ({ id: name, url: new URL(`http://${host}`) }),
      toldToEnd: (id) => this.toldToEnd.push(id),
      lost: () => this.isLost,
      runId: 'run-1',
      signal: new AbortController().signal,
      rollingOut: (isOn) => this.rolling.push(isOn),
      moved: () => {},
      files: this.files,
    }) as Required<DeploymentControls>
  }

  place(name: string): TaskPlace {
    return this.service.places.find((one) => one.name === name)!
  }
  get replicas(): number | undefined {
    return this.swarm.spec.Mode.Replicated?.Replicas
  }
  state(name: string): Promise<unknown> {
    return this.controls.processState(name)
  }
  /** The process in a place ends of its own accord, and the swarm knows. */
  end(name: string, code: number | null = 0): void {
    const { slot, container } = this.place(name)
    if (slot === undefined || container === undefined) return
    this.swarm.end(slot)
    this.service.left(slot, container.id, 0)
    this.service.settle()
    this.#exits.get(container.id)?.({ code, signal: code === null ? 'SIGKILL' : null, atHrtimeMs: 0 })
    if (this.replacesAtOnce) this.swarm.replaceEnded()
  }

  /** What the swarm takes away ends on its signal. */
  endsGivenUp(code: number | null): void {
    this.swarm.onGivenUp = ({ id }) => setImmediate(() => this.endContainer(containerIdOf({ id }), code))
  }
  endContainer(container: string, code: number | null): void {
    this.service.left(this.service.placeOf(container)?.slot ?? 0, container, 0)
    this.#exits.get(container)?.({ code, signal: code === null ? 'SIGKILL' : null, atHrtimeMs: 0 })
  }

  #place(slot: number): TaskPlace {
    return { name: `replica-${slot - 1}`, host: `replica-${slot - 1}.controls.seaworthy.invalid`, port: 80, slot, container: undefined, mode: 'up', paused: false, freeSinceHrtimeMs: -Infinity, starts: 0, containers: [] }
  }
  #arrive(slot: number): void {
    const task = this.swarm.taskIn(slot)
    if (task === '') return
    this.service.arrived(slot, { id: containerIdOf({ id: task }), pid: 100 + Number(task.slice('task'.length)), task, address: `127.0.1.${slot}`, inner: [`10.0.1.${slot}`], started: { atHrtimeMs: 0, detail: {} } })
  }
  async #ask(what: string, id: string): Promise<void> {
    this.asked.push(`${what} ${id.split('-')[0]}`)
    await this.pausing()
  }
  async #signal(signal: string, to: readonly ContainerProcess[]): Promise<void> {
    if (this.refuses !== undefined) throw notDone(`sending ${signal}`, this.refuses)
    this.sent.push(`${signal} ${to.map(({ pid }) => pid).join(' ')}`)
    if (this.ignores.includes(signal)) return
    const names = this.service.places.filter(({ container }) => to.some(({ id }) => id === container?.id)).map(({ name }) => name)
    setImmediate(() => names.forEach((name) => this.end(name, signal === 'CRASH' ? null : 0)))
  }
}
