import { exitCodes, SeaworthyError } from '../../core/errors.js'
import type { DriverPlatformEvent, RebootOptions } from '../../core/driver.js'
import { wipeVolatileState, writeBootId } from '../process/deployment-folders.js'
import { hrtimeMs, type MachineUnit, type SupervisorAccess } from '../process/machine-protocol.js'
import { ContainerSupervisor } from './container-supervisor.js'
import type { DockerWorld } from './docker-world.js'
import type { EngineEvents } from './engine-events.js'
import { openToContainers } from './folders-for-containers.js'
import type { NestedMachine } from './nested-machine.js'

type Manner = 'orderly' | 'power-loss'

/** A machine with an engine of its own, and the ear on that engine, which is another one after each boot. */
export interface MachineWithEngine {
  readonly machine: NestedMachine
  readonly events: EngineEvents
  listenAgain(): Promise<void>
}

/**
 * Boots and reboots what the containers of a deployment stand for: a machine. Where it has an engine of its own, that one
 * is rebooted and starts what its restart policies say. Else the engine goes on, and a reboot is played: everything ends at
 * once, what is volatile is wiped, and what is to start at boot is started.
 */
export class EnginePower implements SupervisorAccess {
  readonly #world: DockerWorld
  readonly #nested: MachineWithEngine | undefined
  readonly supervisor: ContainerSupervisor
  #on = false
  #lost: string | null = null
  #bootId = ''

  constructor(world: DockerWorld, nested: MachineWithEngine | undefined) {
    this.#world = world
    this.#nested = nested
    this.supervisor = new ContainerSupervisor(world)
  }

  get machine(): ContainerSupervisor | null {
    if (this.#lost !== null) throw lost(this.#lost)
    return this.#on ? this.supervisor : null
  }

  get machineThatRuns(): ContainerSupervisor {
    if (this.machine !== null) return this.machine
    throw new SeaworthyError('SW_MACHINE_LOST', 'the machine is switched off', { exitCode: exitCodes.notConclusive })
  }

  /** The engine is gone, or somebody else laid hands on the containers: nothing that follows can be judged. */
  lose(reason: string): void {
    if (this.#lost !== null) return
    this.#lost = reason
    this.#emit('process-exited', { unexpected: true, reason })
  }

  async boot({ startAll, delaysMs = {} }: { readonly startAll: boolean; readonly delaysMs?: Readonly<Record<string, number>> }): Promise<void> {
    const units = this.#definitions()
    openToContainers(this.#world.folders.run)
    this.#takeBootId()
    this.#on = true
    this.#emit('machine-booted', { bootId: this.#bootId })
    await this.supervisor.request('boot', { units, startAll, processRecord: this.#world.folders.processRecord, delaysMs })
  }

  async reboot(manner: Manner, { delayed = [] }: RebootOptions = {}): Promise<{ readonly bootIdBefore: string; readonly bootIdAfter: string }> {
    const delaysMs = Object.fromEntries(delayed.map(({ target, byMs }) => [this.#world.units.named(target).name, byMs]))
    const bootIdBefore = this.#bootId
    const supervisor = this.machineThatRuns
    if (this.#nested === undefined) await this.#play(supervisor, manner, delaysMs)
    else await this.#rebootEngine(this.#nested, manner, delaysMs)
    return { bootIdBefore, bootIdAfter: this.#bootId }
  }

  async #play(supervisor: ContainerSupervisor, manner: Manner, delaysMs: Readonly<Record<string, number>>): Promise<void> {
    this.#on = false
    if (manner === 'orderly') await supervisor.request('shutdown', { graceMs: this.#world.service.lifecycle.stop.graceMs })
    const atHrtimeMs = hrtimeMs()
    await supervisor.cutPower()
    this.#emit('machine-down', { bootId: this.#bootId, cause: manner }, atHrtimeMs)
    wipeVolatileState(this.#world.folders)
    await this.boot({ startAll: false, delaysMs })
  }

  /** Nothing is started here but what was told to wait: all else is the engine's doing. */
  async #rebootEngine({ machine, events, listenAgain }: MachineWithEngine, manner: Manner, delaysMs: Readonly<Record<string, number>>): Promise<void> {
    await this.supervisor.awaitBoot(this.#definitions(), delaysMs)
    const ran = await Promise.all(this.supervisor.units.map(async (unit) => ({ name: unit.unit.name, process: await unit.process() })))
    this.#on = false
    events.expectEnd()
    if (manner === 'orderly') await machine.shutDown(this.#world.service.lifecycle.stop.graceMs)
    else await machine.cutPower()
    events.close()
    const atHrtimeMs = hrtimeMs()
    const killed = manner === 'orderly' ? [] : ran.flatMap(({ name, process }) => (process === null ? [] : [{ name, pid: process.pid }]))
    for (const { name, pid } of killed) this.#emit('process-exited', { pid, code: null, signal: 'SIGKILL', cause: manner }, atHrtimeMs, name)
    this.#emit('machine-down', { bootId: this.#bootId, cause: manner }, atHrtimeMs)
    wipeVolatileState(this.#world.folders)
    openToContainers(this.#world.folders.run) // the engine starts them before anybody could
    const bootedAtHrtimeMs = await machine.boot()
    this.#on = true
    this.#takeBootId()
    this.#emit('machine-booted', { bootId: this.#bootId }, bootedAtHrtimeMs)
    await listenAgain()
    this.supervisor.startDelayed(delaysMs)
  }

  #definitions(): MachineUnit[] {
    return this.#world.units.configured.map((unit) => this.#world.definitionOf(unit))
  }

  /** That of a real boot is told by the engine outside; one that is played makes one up. */
  #takeBootId(): void {
    this.#bootId = writeBootId(this.#world.folders, this.#nested?.machine.bootId)
  }

  #emit(name: DriverPlatformEvent['name'], detail: Readonly<Record<string, unknown>>, atHrtimeMs = hrtimeMs(), target = 'machine'): void {
    this.#world.options.onPlatformEvent({ name, target, atHrtimeMs, detail })
  }
}

const lost = (reason: string): SeaworthyError => new SeaworthyError('SW_MACHINE_LOST', `the containers are lost: ${reason}`, { exitCode: exitCodes.notConclusive })
