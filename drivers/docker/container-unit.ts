import type Docker from 'dockerode'
import type { StopResult } from '../../core/driver.js'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import type { RestartPolicy } from '../../core/service-descriptor.js'
import type { MachineUnit, UnitState } from '../process/machine-protocol.js'
import { ContainerLog } from './container-log.js'
import { containerOptions, policyNames, policyOf, samePlace } from './container-options.js'
import type { DockerWorld } from './docker-world.js'
import { engineError, unlessSoAlready } from './engine-error.js'
import type { ContainerExit } from './engine-events.js'
import type { ContainerProcess } from './signal-sender.js'

const exitAfterKillMs = 10_000

/**
 * One unit and its container. The engine supervises it under its restart policy; an operator's stop takes the policy
 * away first, as the stop itself does not pass through the engine.
 */
export class ContainerUnit {
  readonly #world: DockerWorld
  #unit: MachineUnit
  #made: { readonly container: Docker.Container; readonly unit: MachineUnit; readonly log: ContainerLog } | undefined
  #policy: RestartPolicy = 'never'
  #wanted = false
  #held = false
  #upWhenHeld = false
  #stopping = false

  constructor(world: DockerWorld, unit: MachineUnit) {
    this.#world = world
    this.#unit = unit
  }

  get unit(): MachineUnit {
    return this.#unit
  }

  /** Counts from the next start that is asked for; the engine restarts a container as it was made. */
  define(unit: MachineUnit): void {
    this.#unit = unit
  }

  async state(): Promise<UnitState> {
    const state = await this.#inspect()
    const pid = state?.Running === true && !state.Restarting && state.Pid > 0 ? state.Pid : null
    const startIsDue = state?.Restarting === true
    return { pid, startTime: pid === null ? null : (state?.StartedAt ?? null), state: pid !== null ? 'running' : this.#held ? 'held' : 'exited', restarts: state?.restarts ?? 0, held: this.#held, startIsDue }
  }

  /** Its main process on the engine's machine, and whether it is paused; null: it does not run. */
  async process(): Promise<(ContainerProcess & { readonly paused: boolean }) | null> {
    const state = await this.#inspect()
    if (state === null || !state.Running || state.Restarting || state.Pid === 0) return null
    return { id: state.id, pid: state.Pid, paused: state.Paused }
  }

  /** An operator's start. Nothing happens when it runs. Throws SeaworthyError. */
  async start(): Promise<void> {
    if (this.#held) throw refused(`${this.#unit.name} is held down`)
    this.#wanted = true
    const state = await this.#inspect()
    if (state?.Running === true && !state.Restarting) return
    const container = await this.make()
    await this.#setPolicy(policyOf(this.#world, this.#unit))
    await this.#ask('starting', () => container.start())
  }

  /** Its container, made anew when it is to run with something else than before. */
  async make(): Promise<Docker.Container> {
    if (this.#made !== undefined && samePlace(this.#made.unit, this.#unit)) return this.#made.container
    if (this.#made !== undefined) await this.remove()
    const unit = this.#unit
    const container = await this.#ask('making the container of', () => this.#world.docker.createContainer(containerOptions(this.#world, unit)))
    this.#made = { container, unit, log: new ContainerLog(unit.logFile) }
    this.#policy = policyOf(this.#world, unit)
    return container
  }

  /** An operator's stop. Throws when it does not run: there is no exit to tell of. */
  async stop({ signal, graceMs }: { readonly signal: NodeJS.Signals; readonly graceMs: number }): Promise<StopResult> {
    if (this.#stopping) throw refused(`${this.#unit.name} is being stopped already`)
    this.#stopping = true
    this.#wanted = false
    try {
      await this.#setPolicy('never')
      const process = await this.process()
      if (process === null) throw refused(`${this.#unit.name} is not running`)
      const exited = this.#world.events.nextExit(process.id)
      const sentAtMs = performance.now()
      await this.#world.signals.send(signal, [process])
      const inTime = await within(exited, graceMs)
      if (inTime !== null) return { exitCode: inTime.code, signal: inTime.signal, killed: false, durationMs: performance.now() - sentAtMs, survivors: [] }
      await this.#world.signals.crash([process])
      if (process.paused) await this.thaw().catch(() => undefined) // what is paused dies when it goes on
      const exit = await within(exited, exitAfterKillMs)
      if (exit === null) throw refused(`${this.#unit.name} did not end on SIGKILL within ${exitAfterKillMs} ms`)
      return { exitCode: exit.code, signal: exit.signal, killed: true, durationMs: performance.now() - sentAtMs, survivors: [] }
    } finally {
      this.#stopping = false
    }
  }

  /** An operator's stop of what may be down already. Null: it did not run. */
  async takeDown(options: { readonly signal: NodeJS.Signals; readonly graceMs: number }): Promise<StopResult | null> {
    await this.leaveDown()
    return (await this.process()) === null ? null : this.stop(options)
  }

  async hold(): Promise<void> {
    if (this.#held) return
    const state = await this.#inspect()
    this.#held = true
    this.#upWhenHeld = state?.Running === true
    await this.#setPolicy('never')
    if (state?.Restarting === true) await this.#cancelRestart()
  }

  async release(): Promise<void> {
    if (!this.#held) return
    this.#held = false
    if (!this.#wanted || !this.#upWhenHeld) return
    if ((await this.process()) === null) await this.start()
    else await this.#setPolicy(policyOf(this.#world, this.#unit))
  }

  /** No restart from now on. */
  async leaveDown(): Promise<void> {
    this.#wanted = false
    await this.#setPolicy('never')
    if ((await this.#inspect())?.Restarting === true) await this.#cancelRestart()
  }

  /** The engine is about to be booted: what becomes of the container then is its policy's affair, unless it is held or to wait. */
  async awaitBoot({ delayed }: { readonly delayed: boolean }): Promise<void> {
    if (this.#held) return
    this.#wanted = true
    await this.#setPolicy(delayed ? 'never' : policyOf(this.#world, this.#unit))
  }

  async freeze(): Promise<void> {
    await this.#ask('pausing', async () => {
      if (this.#made !== undefined) this.#world.events.expect(this.#made.container.id, 'pause', 'unpause')
      await this.#made?.container.pause()
    })
  }
  async thaw(): Promise<void> {
    await this.#ask('unpausing', async () => this.#made?.container.unpause())
  }

  /** Its volume stays. */
  async remove(): Promise<void> {
    const made = this.#made
    if (made === undefined) return
    await this.keepLog()
    this.#world.events.expect(made.container.id, 'kill', 'destroy')
    await this.#ask('removing the container of', () => made.container.remove({ force: true }))
    this.#made = undefined
  }

  /** What the container said so far goes to the unit's log file. False: that failed. */
  async keepLog(): Promise<boolean> {
    const made = this.#made
    return made === undefined || made.log.copy(made.container).then(() => true, () => false)
  }

  async #cancelRestart(): Promise<void> {
    const container = this.#made?.container
    if (container === undefined) return
    this.#world.events.expect(container.id, 'kill')
    await this.#ask('ending the restarts of', () => unlessSoAlready(container.stop({ t: 0 })))
  }

  async #setPolicy(policy: RestartPolicy): Promise<void> {
    const made = this.#made
    if (made === undefined || this.#policy === policy) return
    await this.#ask('setting the restart policy of', () => made.container.update({ RestartPolicy: { Name: policyNames[policy] } }))
    this.#policy = policy
  }

  async #inspect() {
    const made = this.#made
    if (made === undefined) return null
    const { State: state, RestartCount: restarts } = await this.#ask('looking at', () => made.container.inspect())
    const { id } = made.container
    return { ...state, Pid: this.#world.machine?.hostPid(id, state.Pid) ?? state.Pid, restarts, id }
  }

  async #ask<T>(doing: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw engineError(`${doing} ${this.#unit.name}`, error)
    }
  }
}

const refused = (reason: string): SeaworthyError => new SeaworthyError('SW_MACHINE_REFUSED', `the engine was not asked: ${reason}`, { exitCode: exitCodes.notConclusive })

async function within(exited: Promise<ContainerExit>, timeoutMs: number): Promise<ContainerExit | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), timeoutMs)
  })
  return Promise.race([exited, late]).finally(() => clearTimeout(timer))
}
