import { createServer, type Server } from 'node:http'
import { Duplex, PassThrough } from 'node:stream'
import type { EngineConnection } from '../docker/engine-connection.js'
import { containerIdOf, type FakeSwarm, type FakeTask } from './fake-swarm.test-support.js'

const name = ({ slot, id }: Pick<FakeTask, 'slot' | 'id'>): string => `shop_api.${slot}.${id}`
const exitCodes: Readonly<Record<string, number>> = { TERM: 0, CRASH: 137, KILL: 137 }

/**
 * The engine below a fake swarm, as far as a stack is attached to by it: containers of its tasks, at addresses of this machine where a server
 * answers for them, its events, and the helper that sends signals.
 */
export class FakeEngine {
  /** What was signalled, and the slot. */
  readonly signalled: string[] = []
  /** On these nothing ends. */
  readonly ignored = new Set<string>()
  helpers = 0
  /** A swarm that replaces what ended. */
  replaces = true
  readonly #events = new PassThrough()
  readonly #started = new Map<string, FakeTask>()
  readonly #server: Server

  private constructor(private readonly swarm: FakeSwarm, server: Server) {
    this.#server = server
    for (const task of swarm.running()) this.#started.set(containerIdOf(task), task)
    swarm.onStarted = (task) => {
      this.#started.set(containerIdOf(task), task)
      this.#tell('start', task)
    }
    swarm.onGivenUp = (task) => {
      this.#tell('kill', task)
      this.#tell('die', task, 143)
    }
  }

  static async start(swarm: FakeSwarm): Promise<FakeEngine> {
    const server = createServer((_, response) => response.end('ready'))
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
    return new FakeEngine(swarm, server)
  }

  get port(): number {
    return (this.#server.address() as { readonly port: number }).port
  }

  get connection(): EngineConnection {
    const docker = {
      ...this.swarm.engine,
      getContainer: (id: string) => this.#container(id),
      getNetwork: () => ({ inspect: async () => ({}) }),
      getEvents: async () => this.#events,
      createContainer: async () => this.#helper(),
      listContainers: async () => [],
      listNetworks: async () => [],
      listVolumes: async () => ({ Volumes: [] }),
      modem: { demuxStream: (stream: Duplex, output: NodeJS.WritableStream) => stream.on('data', (chunk: Buffer) => output.write(chunk)) },
    }
    return { docker, address: { origin: 'test', host: 'unix:///nowhere' } } as unknown as EngineConnection
  }

  /** Somebody else does this to the container in a slot. */
  meddle(action: string, slot: number): void {
    const task = this.swarm.running().find((one) => one.slot === slot)
    if (task !== undefined) this.#tell(action, task)
  }
  /** A task that the swarm has given up is started all the same. Returns what ends it. */
  startGivenUp(slot: number): () => void {
    const task = { slot, id: 'task99', state: 'running', make: {} }
    this.#started.set(containerIdOf(task), task)
    this.#tell('start', task)
    return () => {
      this.#tell('kill', task)
      this.#tell('die', task, 0)
    }
  }
  /** The engine is gone. */
  loseEvents(): void {
    this.#events.end()
  }
  async close(): Promise<void> {
    this.#events.destroy()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** As the engine, which also knows one by the beginning of its id. */
  #container(given: string): unknown {
    const id = [...this.#started.keys()].find((one) => one.startsWith(given)) ?? given
    return {
      inspect: async () => this.#inspect(id),
      kill: async () => this.#end(id, 137),
      stop: async () => this.#end(id, 0),
      pause: async () => this.#pause(id, 'pause'),
      unpause: async () => this.#pause(id, 'unpause'),
      logs: async () => Buffer.alloc(0),
    }
  }

  #inspect(id: string): unknown {
    const task = this.#started.get(id)
    if (task === undefined) throw Object.assign(new Error('no such container'), { statusCode: 404 })
    const number = Number(task.id.slice('task'.length))
    return {
      Id: id,
      Image: 'image',
      RestartCount: 0,
      State: { Running: task.state === 'running', Paused: this.swarm.paused.has(id), Pid: task.state === 'running' ? 1_000 + number : 0 },
      Config: { Labels: { 'com.docker.swarm.task.id': task.id }, ExposedPorts: { [`${this.port}/tcp`]: {} } },
      NetworkSettings: { Networks: { bridge: { IPAddress: `127.0.1.${number}` } } },
    }
  }

  #pause(id: string, action: 'pause' | 'unpause'): void {
    if (action === 'pause') this.swarm.paused.add(id)
    else this.swarm.paused.delete(id)
    const task = this.#started.get(id)
    if (task !== undefined) this.#tell(action, task)
  }

  #end(id: string, code: number): void {
    const task = this.#started.get(id)
    if (task === undefined || task.state !== 'running') return
    this.swarm.end(task.slot)
    this.#tell('die', task, code)
    // A restart policy waits, so that who was to be kept down can be done without.
    if (this.replaces) setTimeout(() => this.swarm.replaceEnded(), 300).unref()
  }

  #tell(action: string, task: FakeTask, exitCode?: number): void {
    const attributes = { 'com.docker.swarm.task.name': name(task), ...(exitCode === undefined ? {} : { exitCode: String(exitCode) }) }
    this.#events.write(`${JSON.stringify({ Action: action, Actor: { ID: containerIdOf(task), Attributes: attributes }, timeNano: Date.now() * 1e6 })}\n`)
  }

  #helper(): unknown {
    this.helpers += 1
    const stream: Duplex = new Duplex({
      read: () => {},
      write: (chunk: Buffer, _encoding, done) => {
        stream.push(this.#obey(chunk.toString('utf8')))
        done()
      },
    })
    return {
      id: 'helper',
      attach: async () => stream,
      start: async () => void stream.push('ready\n'),
      inspect: async () => ({ NetworkSettings: { Networks: {} } }),
      remove: async () => void (this.helpers -= 1),
      wait: async () => ({}),
    }
  }

  #obey(text: string): string {
    const [order = '', action = '', ...pairs] = text.trim().split(' ')
    const ids = pairs.map((pair) => pair.slice(pair.indexOf(':') + 1))
    const gone = ids.find((id) => this.#started.get(id)?.state !== 'running')
    if (gone !== undefined) return `${order} gone ${gone}\n`
    for (const id of ids) {
      this.signalled.push(`${action} ${this.#started.get(id)?.slot}`)
      if (!this.ignored.has(action)) setImmediate(() => this.#end(id, exitCodes[action] ?? 0))
    }
    return `${order} done\n`
  }
}
