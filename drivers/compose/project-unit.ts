import type { ProcessState, StopResult } from '../../core/driver.js'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import { stopProcess, within, type RunningProcess } from '../docker/end-container.js'
import { engineError, unlessSoAlready } from '../docker/engine-error.js'
import type { EngineEvents } from '../docker/engine-events.js'
import type { ContainerProcess, SignalSender } from '../docker/signal-sender.js'
import type { Engine, Inspected } from './project.js'
import type { Found } from './put-back.js'

export interface UnitSurroundings {
  readonly docker: Engine
  readonly events: EngineEvents
  readonly signals: SignalSender
  /** From now on nothing is done to the project any more: it is being put back. */
  isEnded(): boolean
}

const askedWithinMs = 3_000

/**
 * One container of the project under its own restart policy. The policy is taken away where nothing may come back, and is put back
 * with the start. Signals go past the engine: one that goes through it switches the policy off.
 */
export class ProjectUnit {
  #held = false
  #upWhenHeld = false
  #toldToEnd: number | undefined
  readonly #asked = new Set<Promise<unknown>>()

  constructor(readonly name: string, readonly found: Found, private readonly around: UnitSurroundings) {}

  async state(): Promise<ProcessState> {
    const { State: state, RestartCount: restarts } = await this.inspect()
    const pid = state.Running && !state.Restarting && state.Pid > 0 ? state.Pid : null
    return { pid, state: pid !== null ? 'running' : this.#held ? 'held' : 'exited', restarts }
  }

  /** Its main process on the engine's machine, and whether it is paused; null: it does not run. */
  async process(): Promise<RunningProcess | null> {
    const { Id: id, State: state } = await this.inspect()
    return state.Running && !state.Restarting && state.Pid > 0 ? { id, pid: state.Pid, paused: state.Paused } : null
  }

  async start(): Promise<void> {
    if (this.#held) throw refused(`${this.name} is held down`)
    await this.policyBack()
    if ((await this.process()) === null) await this.#ask('starting', (container) => unlessSoAlready(container.start()))
  }

  /** Throws when it does not run: there is no exit to tell of. */
  async stop({ signal, graceMs }: { readonly signal: NodeJS.Signals; readonly graceMs: number }): Promise<StopResult> {
    await this.noRestart()
    const process = await this.process()
    if (process === null) throw refused(`${this.name} is not running`)
    this.toldToEnd(process)
    return stopProcess(this.around, process, { name: this.name, signal, graceMs, thaw: () => this.thaw() })
  }

  async hold(): Promise<void> {
    if (this.#held) return
    const { State: state } = await this.inspect()
    this.#held = true
    this.#upWhenHeld = state.Running || state.Restarting
    await this.noRestart()
    if (state.Restarting) await this.#endRestarts()
  }

  async release(): Promise<void> {
    if (!this.#held) return
    this.#held = false
    if (this.#upWhenHeld) await this.start()
    else await this.policyBack()
  }

  /** No restart from now on. */
  async leaveDown(): Promise<void> {
    await this.noRestart()
    if ((await this.inspect()).State.Restarting) await this.#endRestarts()
  }

  /** To be called before it is. */
  toldToEnd({ pid }: ContainerProcess): void {
    this.#toldToEnd = pid
  }

  /** Whether the process that was told to end runs still. Whatever the engine was asked has been done by then, or has taken too long. */
  async isEnding(): Promise<boolean> {
    await within(Promise.allSettled(this.#asked), askedWithinMs)
    return this.#toldToEnd !== undefined && (await this.process())?.pid === this.#toldToEnd
  }

  async freeze(): Promise<void> {
    this.#requireGoingOn()
    this.around.events.expect(this.found.id, 'pause', 'unpause')
    await this.#ask('pausing', (container) => container.pause())
  }
  async thaw(): Promise<void> {
    this.around.events.expect(this.found.id, 'unpause')
    if ((await this.process())?.paused === true) await this.#ask('unpausing', (container) => container.unpause()) // what died meanwhile needs none
  }

  async noRestart(): Promise<void> {
    this.#requireGoingOn()
    await this.#ask('taking the restart policy of', (container) => container.update({ RestartPolicy: { Name: 'no' } }))
  }
  async policyBack(): Promise<void> {
    await this.#ask('putting back the restart policy of', (container) => container.update({ RestartPolicy: { Name: this.found.policy, MaximumRetryCount: this.found.retriesMax } }))
  }

  async inspect(): Promise<Inspected> {
    return this.#ask('looking at', (container) => container.inspect())
  }

  /** A scenario that is cut short does not stop what it has begun. */
  #requireGoingOn(): void {
    if (this.around.isEnded()) throw refused('the project is being put back')
  }

  async #endRestarts(): Promise<void> {
    this.#requireGoingOn()
    this.around.events.expect(this.found.id, 'kill')
    await this.#ask('ending the restarts of', (container) => unlessSoAlready(container.stop({ t: 0 })))
  }

  async #ask<T>(doing: string, work: (container: ReturnType<Engine['getContainer']>) => Promise<T>): Promise<T> {
    const asked = work(this.around.docker.getContainer(this.found.id))
    this.#asked.add(asked)
    try {
      return await asked
    } catch (error) {
      throw engineError(`${doing} ${this.name} (container ${this.found.name})`, error)
    } finally {
      this.#asked.delete(asked)
    }
  }
}

const refused = (reason: string): SeaworthyError => new SeaworthyError('SW_NOT_DONE', `the engine was not asked: ${reason}`, { exitCode: exitCodes.notConclusive })
