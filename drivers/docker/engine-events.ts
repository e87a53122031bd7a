import type Docker from 'dockerode'
import type { DriverPlatformEvent } from '../../core/driver.js'
import { messageOf } from '../../core/errors.js'
import { hrtimeMs } from '../process/machine-protocol.js'
import { byLine } from './by-line.js'
import { engineError } from './engine-error.js'
import { deploymentLabel, helperName, unitLabel } from './labels.js'

interface EngineEvent {
  readonly Action: string
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> }
  readonly timeNano: number
}
export interface ContainerExit {
  readonly code: number | null
  readonly signal: string | null
  readonly atHrtimeMs: number
}

export interface EventsOptions {
  /** Whose containers are watched: those of a deployment of ours by its name, or others. */
  readonly deployment: string | WatchedContainers
  readonly emit: (event: DriverPlatformEvent) => void
  /** The engine is gone, or somebody else laid hands on a container. */
  readonly onLost: (reason: string) => void
  /** Process on this computer that the engine knows as `pid`; default: the same. */
  readonly hostPid?: (container: string, pid: number) => number
  /** Also what the engine said before anybody listened: it remembers it for as long as it runs. */
  readonly sinceItBooted?: boolean
}

/** What somebody asks of the engine: who else does than we lays hands on what is being tested. */
const interventions: Readonly<Record<string, string>> = { kill: 'sent a signal to', destroy: 'removed', pause: 'paused', unpause: 'unpaused' }

const killNumber = '9'

/** Whose containers: those with this label. `unitOf`: the unit of one, undefined for what is none. */
export interface WatchedContainers {
  readonly label: string
  unitOf(id: string, attributes: Readonly<Record<string, string>>): string | undefined
  /** What whoever runs them may do to one by himself, which is then nobody else's doing. */
  isExpected?(action: string, unit: string, id: string): boolean
}
const watchedOf = (deployment: string | WatchedContainers): WatchedContainers =>
  typeof deployment === 'string' ? { label: `${deploymentLabel}=${deployment}`, unitOf: (_id, attributes) => attributes[unitLabel] } : deployment

/** What the engine says of the containers of one deployment, of its own accord: the witness of every start and end. */
export class EngineEvents {
  readonly #docker: Docker
  readonly #watched: WatchedContainers
  readonly #emit: (event: DriverPlatformEvent) => void
  readonly #onLost: (reason: string) => void
  readonly #exits = new Map<string, ((exit: ContainerExit) => void)[]>()
  readonly #expected = new Map<string, Set<string>>()
  readonly #pids = new Map<string, number>()
  #stream: NodeJS.ReadableStream | undefined
  #told: Promise<void> = Promise.resolve()
  readonly #hostPid: (container: string, pid: number) => number
  #goesDown = false
  #closed = false

  private constructor(docker: Docker, { deployment, emit, onLost, hostPid = (_, pid) => pid }: EventsOptions) {
    this.#docker = docker
    this.#watched = watchedOf(deployment)
    this.#emit = emit
    this.#onLost = onLost
    this.#hostPid = hostPid
  }

  /** Throws SeaworthyError. */
  static async open(docker: Docker, options: EventsOptions): Promise<EngineEvents> {
    const events = new EngineEvents(docker, options)
    try {
      const filters = { type: ['container'], label: [watchedOf(options.deployment).label], event: ['start', 'die', ...Object.keys(interventions)] }
      events.#listen(await docker.getEvents({ filters: JSON.stringify(filters) as never, ...(options.sinceItBooted === true ? { since: 1 } : {}) }))
    } catch (error) {
      throw engineError('listening to the events of the engine', error)
    }
    return events
  }

  /** The next end of a container; to be called before whatever ends it. */
  nextExit(container: string): Promise<ContainerExit> {
    return new Promise((resolve) => this.#exits.set(container, [...(this.#exits.get(container) ?? []), resolve]))
  }

  /** What we are about to do through the engine ourselves. */
  expect(container: string, ...actions: readonly string[]): void {
    this.#expected.set(container, new Set([...(this.#expected.get(container) ?? []), ...actions]))
  }

  /** The engine is about to end, and to stop its containers: from now on that is nobody else's doing. */
  expectEnd(): void {
    this.#goesDown = true
  }

  close(): void {
    this.#closed = true
    const stream = this.#stream as (NodeJS.ReadableStream & { destroy?: () => void }) | undefined
    stream?.destroy?.()
  }

  #listen(stream: NodeJS.ReadableStream): void {
    this.#stream = stream
    stream.on('data', byLine((line) => this.#receive(JSON.parse(line) as EngineEvent)))
    const lose = (reason: string): void => {
      if (this.#closed || this.#goesDown) return
      this.#closed = true
      this.#onLost(reason)
    }
    stream.on('end', () => lose('the engine ended the stream of its events')).on('close', () => lose('the engine closed the connection'))
    stream.on('error', (error: unknown) => lose(messageOf(error)))
  }

  #receive({ Action: action, Actor: { ID: id, Attributes: attributes }, timeNano }: EngineEvent): void {
    const unit = this.#watched.unitOf(id, attributes)
    if (this.#closed) return
    if (unit === undefined) {
      if (action === 'die' && attributes['name']?.endsWith(`-${helperName}`) === true) this.#onLost('the container whose network the others share has ended')
      return // the install command
    }
    const atHrtimeMs = Math.min(hrtimeMs(), hrtimeMs() - (Date.now() - timeNano / 1e6))
    if (action === 'start') this.#told = this.#told.then(() => this.#tellStart(id, unit, atHrtimeMs))
    else if (action === 'die') this.#die(id, unit, exitOf(attributes['exitCode'], atHrtimeMs))
    else if (!this.#goesDown && this.#expected.get(id)?.has(action) !== true && this.#watched.isExpected?.(action, unit, id) !== true) this.#onLost(`somebody else ${interventions[action] ?? action} the container of ${unit}`)
    else if (action === 'kill' && attributes['signal'] !== killNumber) this.#emit({ name: 'process-told-to-end', target: unit, atHrtimeMs, detail: { container: id.slice(0, 12), signal: Number(attributes['signal']) } })
  }

  async #tellStart(id: string, target: string, atHrtimeMs: number): Promise<void> {
    try {
      const { State, RestartCount } = await this.#docker.getContainer(id).inspect()
      const pid = this.#hostPid(id, State.Pid)
      this.#pids.set(id, pid)
      this.#emit({ name: 'process-started', target, atHrtimeMs, detail: { pid, container: id.slice(0, 12), restarts: RestartCount } })
    } catch {
      this.#emit({ name: 'process-started', target, atHrtimeMs, detail: { pid: null, container: id.slice(0, 12) } }) // it is gone by now
    }
  }

  #die(id: string, target: string, exit: ContainerExit): void {
    const waiting = this.#exits.get(id) ?? []
    this.#exits.delete(id)
    for (const resolve of waiting) resolve(exit)
    this.#told = this.#told.then(() => {
      const { code, signal, atHrtimeMs } = exit
      this.#emit({ name: 'process-exited', target, atHrtimeMs, detail: { pid: this.#pids.get(id) ?? null, container: id.slice(0, 12), code, signal } })
    })
  }
}

/** The engine tells an end by a signal as 128 and the signal's number; of the program's own 137 nobody knows. */
function exitOf(text: string | undefined, atHrtimeMs: number): ContainerExit {
  const code = Number(text ?? Number.NaN)
  if (!Number.isInteger(code)) return { code: null, signal: null, atHrtimeMs }
  return code === 137 ? { code: null, signal: 'SIGKILL', atHrtimeMs } : { code, signal: null, atHrtimeMs }
}
