import { exitCodes, SeaworthyError } from '../../core/errors.js'
import type { DriverPlatformEvent, RebootOptions } from '../../core/driver.js'
import { wipeVolatileState, writeBootId } from '../process/deployment-folders.js'
import { hrtimeMs, type SupervisorAccess } from '../process/machine-protocol.js'
import { ContainerSupervisor } from './container-supervisor.js'
import type { DockerWorld } from './docker-world.js'
import { openToContainers } from './folders-for-containers.js'

/**
 * Boots and reboots what the containers of a deployment stand for: a machine. The engine goes on, so a reboot is played:
 * everything ends at once, what is volatile is wiped, and what is to start at boot is started.
 */
export class EnginePower implements SupervisorAccess {
  readonly #world: DockerWorld
  readonly supervisor: ContainerSupervisor
  #on = false
  #lost: string | null = null
  #bootId = ''

  constructor(world: DockerWorld) {
    this.#world = world
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
    const { units, folders } = this.#world
    const definitions = units.configured.map((unit) => this.#world.definitionOf(unit))
    this.#bootId = writeBootId(folders)
    openToContainers(folders.run)
    this.#on = true
    this.#emit('machine-booted', { bootId: this.#bootId })
    await this.supervisor.request('boot', { units: definitions, startAll, processRecord: folders.processRecord, delaysMs })
  }

  async reboot(manner: 'orderly' | 'power-loss', { delayed = [] }: RebootOptions = {}): Promise<{ readonly bootIdBefore: string; readonly bootIdAfter: string }> {
    const delaysMs = Object.fromEntries(delayed.map(({ target, byMs }) => [this.#world.units.named(target).name, byMs]))
    const bootIdBefore = this.#bootId
    const machine = this.machineThatRuns
    this.#on = false
    if (manner === 'orderly') await machine.request('shutdown', { graceMs: this.#world.service.lifecycle.stop.graceMs })
    const atHrtimeMs = hrtimeMs()
    await machine.cutPower()
    this.#emit('machine-down', { bootId: bootIdBefore, cause: manner }, atHrtimeMs)
    wipeVolatileState(this.#world.folders)
    await this.boot({ startAll: false, delaysMs })
    return { bootIdBefore, bootIdAfter: this.#bootId }
  }

  #emit(name: DriverPlatformEvent['name'], detail: Readonly<Record<string, unknown>>, atHrtimeMs = hrtimeMs()): void {
    this.#world.options.onPlatformEvent({ name, target: 'machine', atHrtimeMs, detail })
  }
}

const lost = (reason: string): SeaworthyError => new SeaworthyError('SW_MACHINE_LOST', `the containers are lost: ${reason}`, { exitCode: exitCodes.notConclusive })
