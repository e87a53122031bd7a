import { describe, expect, test } from 'vitest'
import type { DeploymentControls } from '../../core/driver.js'
import type { ContainerExit, EngineEvents } from '../docker/engine-events.js'
import type { ContainerProcess, SignalSender } from '../docker/signal-sender.js'
import { notDone } from '../process/not-done.js'
import { containerIdOf, fakeSwarm, type FakeSwarm } from './fake-swarm.test-support.js'
import { ServicePlaces, type TaskPlace } from './service-places.js'
import { stackControls } from './stack-controls.js'
import type { Engine } from './stack-services.js'

const stop = { signal: 'SIGTERM', graceMs: 50 } as const

/** What the controls are given, with an engine that may say one thing and do another. */
class Machine {
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

  constructor(replicas = 3) {
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
    this.service.arrived(slot, { id: containerIdOf({ id: task }), pid: 100 + Number(task.slice('task'.length)), task, address: `127.0.1.${slot}`, started: { atHrtimeMs: 0, detail: {} } })
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

describe('stopping', () => {
  test('the stop signal, then one task less, and its place is filled again by a start', async () => {
    const machine = new Machine()
    expect(await machine.controls.stop('replica-1', stop)).toMatchObject({ exitCode: 0, signal: null, killed: false, survivors: [] })
    expect([machine.sent, machine.replicas, machine.swarm.slots()]).toEqual([['SIGTERM 102'], 2, [1, 3]])
    expect(machine.toldToEnd).toEqual([containerIdOf({ id: 'task2' })])
    expect(await machine.state('replica-1')).toEqual({ pid: null, state: 'exited', restarts: 0 })
    await machine.controls.start('replica-1')
    expect([machine.replicas, machine.swarm.slots()]).toEqual([3, [1, 2, 3]])
    expect(await machine.state('replica-1')).toEqual({ pid: 104, state: 'running', restarts: 1 })
  })

  test('what does not end in time is killed, and is told so', async () => {
    const machine = new Machine()
    machine.ignores = ['SIGTERM']
    expect(await machine.controls.stop('replica-0', stop)).toMatchObject({ exitCode: null, signal: 'SIGKILL', killed: true })
    expect(machine.sent).toEqual(['SIGTERM 101', 'CRASH 101'])
    expect(machine.replicas).toBe(2)
  })

  test('a signal that was not sent is no stop: the replica goes on as before', async () => {
    const machine = new Machine()
    machine.refuses = 'a process gone'
    await expect(machine.controls.stop('replica-0', stop)).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
    expect([machine.place('replica-0').mode, machine.replicas]).toEqual(['up', 3])
    expect(await machine.state('replica-0')).toMatchObject({ state: 'running', restarts: 0 })
  })

  test('a swarm that does without another one has lied: it is put back, and the stop is not done', async () => {
    const machine = new Machine()
    machine.swarm.givesUpRunning = true
    await expect(machine.controls.stop('replica-0', stop)).rejects.toThrow(/the swarm gave up another place instead/)
    expect([machine.place('replica-0').mode, machine.replicas]).toEqual(['up', 3])
  })

  test('several at once: whichever of them the swarm does without first, all of them are', async () => {
    const machine = new Machine()
    await Promise.all(['replica-2', 'replica-0', 'replica-1'].map((name) => machine.controls.stop(name, stop)))
    expect([machine.replicas, machine.swarm.slots()]).toEqual([0, []])
    await Promise.all(['replica-0', 'replica-1', 'replica-2'].map((name) => machine.controls.start(name)))
    expect([machine.replicas, machine.swarm.slots()]).toEqual([3, [1, 2, 3]])
    expect(machine.service.places.map(({ container }) => container !== undefined)).toEqual([true, true, true])
  })

  test('a task that is there again already is not taken for one that is down, and serves', async () => {
    const machine = new Machine()
    machine.replacesAtOnce = true
    await expect(machine.controls.stop('replica-2', stop)).rejects.toThrow(/the restart delay of the service is too short/)
    expect([machine.replicas, machine.swarm.slots()]).toEqual([3, [1, 2, 3]])
    await expect.poll(() => machine.state('replica-2')).toEqual({ pid: 104, state: 'running', restarts: 1 })
  })

  test('nothing is stopped that does not run, or that is not there', async () => {
    const machine = new Machine()
    machine.end('replica-0')
    await expect(machine.controls.stop('replica-0', stop)).rejects.toThrow(/no task that runs in its place/)
    await expect(machine.controls.stop('replica-7', stop)).rejects.toThrow(/only those of replica-0, replica-1, replica-2/)
    expect(machine.sent).toEqual([])
  })
})

describe('killing and keeping down', () => {
  test('what is killed all at once is left to the restart policy', async () => {
    const machine = new Machine()
    expect(await machine.controls.kill(['replica-0', 'replica-2'])).toEqual([{ target: 'replica-0', pid: 101 }, { target: 'replica-2', pid: 103 }])
    expect([machine.sent, machine.replicas]).toEqual([['CRASH 101 103'], 3])
    expect(await machine.state('replica-0')).toMatchObject({ pid: null, state: 'exited' })
    machine.swarm.replaceEnded()
    await expect.poll(() => machine.state('replica-0')).toMatchObject({ state: 'running', restarts: 1 })
  })

  test('one that is held stays down until it is released', async () => {
    const machine = new Machine()
    await machine.controls.hold('replica-1')
    await machine.controls.kill(['replica-1'])
    expect([machine.replicas, machine.swarm.slots()]).toEqual([2, [1, 3]])
    expect(await machine.state('replica-1')).toMatchObject({ state: 'held' })
    await expect(machine.controls.start('replica-1')).rejects.toThrow(/it held down/)
    await machine.controls.release('replica-1')
    expect(await machine.state('replica-1')).toMatchObject({ state: 'running' })
    await machine.controls.release('replica-1') // it is not held any more
    expect(machine.replicas).toBe(3)
  })

  test('a kill is not done where one of them had ended, and none is killed then', async () => {
    const machine = new Machine()
    machine.end('replica-1')
    await expect(machine.controls.kill(['replica-0', 'replica-1'])).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
    expect(machine.sent).toEqual([])
  })

  test('a kill that nothing died of is not done', async () => {
    const machine = new Machine()
    machine.ignores = ['CRASH']
    await expect(machine.controls.kill(['replica-0'])).rejects.toThrow(/them alive after/)
  })
})

describe('freezing', () => {
  test('the container is paused once and goes on; what died meanwhile needs no thaw', async () => {
    const machine = new Machine()
    await machine.controls.freeze('replica-0')
    expect(machine.place('replica-0').paused).toBe(true)
    await machine.controls.thaw('replica-0')
    await machine.controls.thaw('replica-0')
    expect(machine.asked).toEqual(['pause task1', 'unpause task1'])
    await machine.controls.freeze('replica-1')
    machine.end('replica-1')
    await machine.controls.thaw('replica-1')
    expect(machine.asked).toEqual(['pause task1', 'unpause task1', 'pause task2'])
  })

  test('an engine that does not pause is told, and nothing counts as frozen', async () => {
    const machine = new Machine()
    machine.pausing = async () => Promise.reject(Object.assign(new Error('cannot pause'), { statusCode: 500 }))
    await expect(machine.controls.freeze('replica-0')).rejects.toThrow(/pausing replica-0/)
    expect(machine.place('replica-0').paused).toBe(false)
  })

  test('what is frozen dies of a stop that waits in vain', async () => {
    const machine = new Machine()
    await machine.controls.freeze('replica-0')
    machine.ignores = ['SIGTERM']
    expect(await machine.controls.stop('replica-0', stop)).toMatchObject({ killed: true })
    expect(machine.place('replica-0').paused).toBe(false)
  })
})

describe('scaling', () => {
  test('one replica more has a place of its own, and the swarm takes one away: which is told, and how it ended', async () => {
    const machine = new Machine(2)
    machine.endsGivenUp(0)
    expect(await machine.controls.addInstance({})).toMatchObject({ id: 'replica-2' })
    expect([machine.replicas, machine.swarm.slots()]).toEqual([3, [1, 2, 3]])
    expect(await machine.controls.removeAnyInstance(stop)).toMatchObject({ instance: 'replica-2', exitCode: 0, killed: false, survivors: [] })
    expect([machine.replicas, machine.swarm.slots(), machine.sent]).toEqual([2, [1, 2], []])
    expect(machine.rolling).toEqual([true, false])
    expect(machine.toldToEnd).toEqual([containerIdOf({ id: 'task3' })])
    expect(await machine.state('replica-2')).toMatchObject({ pid: null, state: 'exited' })
  })

  test('the one that the swarm takes away need not be the one that was added', async () => {
    const machine = new Machine(2)
    machine.endsGivenUp(null)
    await machine.controls.addInstance({})
    machine.swarm.givesUpRunning = true
    expect(await machine.controls.removeAnyInstance(stop)).toMatchObject({ instance: 'replica-0', signal: 'SIGKILL', killed: true })
    expect(machine.swarm.slots()).toEqual([2, 3])
    expect(await machine.state('replica-2')).toMatchObject({ state: 'running' })
  })

  test('one that ends before the swarm has said whose place it gave up was removed all the same', async () => {
    const machine = new Machine(2)
    machine.swarm.onGivenUp = ({ id }) => machine.endContainer(containerIdOf({ id }), 1)
    expect(await machine.controls.removeAnyInstance(stop)).toMatchObject({ instance: 'replica-1', exitCode: 1 })
    expect([machine.replicas, machine.swarm.slots()]).toEqual([1, [1]])
  })

  test('nothing was removed where the swarm gave up an empty place, or none', async () => {
    const machine = new Machine(2)
    machine.end('replica-1')
    await expect(machine.controls.removeAnyInstance(stop)).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringContaining('gave up another place') })
    expect(machine.replicas).toBe(2)
    expect(machine.rolling).toEqual([true, false])
  })

  test('settings of one replica alone are refused, and a swarm that makes no task has not done it', async () => {
    const machine = new Machine(1)
    await expect(machine.controls.addInstance({ changes: { env: { A: '1' } } })).rejects.toThrow(/gives to all tasks of a service or to none/)
    expect(machine.replicas).toBe(1)
  })
})

test('of a stack that is lost, or being put back, no control says that it did anything', async () => {
  const machine = new Machine()
  machine.isEnded = true
  await expect(machine.controls.addInstance({})).rejects.toThrow(/is being put back/)
  expect(machine.replicas).toBe(3)
  machine.isLost = 'the engine is gone'
  const { controls } = machine
  for (const act of [() => controls.stop('replica-0', stop), () => controls.start('replica-0'), () => controls.hold('replica-0'), () => controls.release('replica-0'), () => controls.signal('replica-0', 'SIGHUP'), () => controls.kill(['replica-0']), () => controls.freeze('replica-0'), () => controls.thaw('replica-0'), () => controls.processState('replica-0')]) {
    await expect(act()).rejects.toMatchObject({ code: 'SW_MACHINE_LOST' })
  }
  expect([machine.sent, machine.asked]).toEqual([[], []])
})
