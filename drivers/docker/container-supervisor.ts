import { availableParallelism } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import { fewAtOnce } from '../../core/few-at-once.js'
import type { BootOrder, MachineOrder, MachineRequestName, MachineRequests, MachineUnit, UnitSupervisor } from '../process/machine-protocol.js'
import { notDone } from '../process/not-done.js'
import { ContainerUnit } from './container-unit.js'
import type { DockerWorld } from './docker-world.js'

/** The containers of a deployment behind the requests that a simulated machine answers as well. */
export class ContainerSupervisor implements UnitSupervisor {
  readonly #world: DockerWorld
  readonly #units = new Map<string, ContainerUnit>()
  readonly #late = new Set<NodeJS.Timeout>()

  constructor(world: DockerWorld) {
    this.#world = world
  }

  get units(): readonly ContainerUnit[] {
    return [...this.#units.values()]
  }

  named(name: string): ContainerUnit {
    const unit = this.#units.get(name)
    if (unit === undefined) throw notDone(`looking for the container of ${name}`, `only those of ${[...this.#units.keys()].join(', ')}`)
    return unit
  }

  async request<Name extends MachineRequestName>(name: Name, parameters: MachineRequests[Name]['parameters']): Promise<MachineRequests[Name]['answer']> {
    return (await this.#answer({ name, parameters } as MachineOrder)) as MachineRequests[Name]['answer']
  }

  /** Everything with a restart policy would come back by itself. */
  async cutPower(): Promise<void> {
    this.cancelLateStarts()
    await Promise.all(this.units.map((unit) => unit.leaveDown()))
    const running = (await Promise.all(this.units.map(async (unit) => ({ unit, process: await unit.process() })))).flatMap(({ unit, process }) => (process === null ? [] : [{ unit, process }]))
    const exits = Promise.all(running.map(({ process }) => this.#world.events.nextExit(process.id)))
    await this.#world.signals.crash(running.map(({ process }) => process))
    await Promise.all(running.filter(({ process }) => process.paused).map(({ unit }) => unit.thaw()))
    if ((await Promise.race([exits, pause(killWithinMs, null, { ref: false })])) === null) {
      throw new SeaworthyError('SW_NOT_ENDED', 'while switching the machine off: found containers that do not end', { exitCode: exitCodes.internal })
    }
  }

  /** The engine is about to be booted, and will start by itself what its policies say. */
  async awaitBoot(units: readonly MachineUnit[], delaysMs: Readonly<Record<string, number>>): Promise<void> {
    this.cancelLateStarts()
    for (const unit of units) this.#define(unit)
    await Promise.all(this.units.map((unit) => unit.awaitBoot({ delayed: delaysMs[unit.unit.name] !== undefined })))
  }

  /** What was told to wait is not started by the engine. */
  startDelayed(delaysMs: Readonly<Record<string, number>>): void {
    for (const [name, delayMs] of Object.entries(delaysMs)) this.#startLater(this.named(name), delayMs)
  }

  cancelLateStarts(): void {
    for (const timer of this.#late) clearTimeout(timer)
    this.#late.clear()
  }

  async #answer(request: MachineOrder): Promise<unknown> {
    switch (request.name) {
      case 'boot':
        return this.#boot(request.parameters)
      case 'start':
        return (await this.named(request.parameters.unit).start(), null)
      case 'stop':
        return this.named(request.parameters.unit).stop(request.parameters)
      case 'take-down':
        return this.named(request.parameters.unit).takeDown(request.parameters)
      case 'define':
        return this.#define(request.parameters.unit)
      case 'remove':
        return this.#remove(request.parameters.unit)
      case 'hold':
        return (await this.named(request.parameters.unit).hold(), null)
      case 'release':
        return (await this.named(request.parameters.unit).release(), null)
      case 'state':
        return this.named(request.parameters.unit).state()
      case 'shutdown':
        return this.#shutdown(request.parameters.graceMs)
    }
  }

  #define(unit: MachineUnit): null {
    const known = this.#units.get(unit.name)
    if (known === undefined) this.#units.set(unit.name, new ContainerUnit(this.#world, unit))
    else known.define(unit)
    return null
  }

  async #remove(name: string): Promise<null> {
    const unit = this.named(name)
    if ((await unit.process()) !== null) throw notDone(`removing the container of ${name}`, 'it running')
    await unit.remove()
    this.#units.delete(name)
    return null
  }

  /** Starts without waiting for readiness: any order must work. The containers are made first, so that starting is quick. */
  async #boot({ units, startAll, delaysMs }: BootOrder): Promise<null> {
    for (const unit of units) this.#define(unit)
    const wanted = this.units.filter(({ unit }) => startAll || unit.startAtBoot)
    await Promise.all(wanted.map((unit) => unit.make()))
    const start = async (unit: ContainerUnit): Promise<void> => {
      const delayMs = delaysMs[unit.unit.name]
      if (delayMs === undefined) await unit.start()
      else this.#startLater(unit, delayMs)
    }
    // The operator's first start is no experiment, and others are being made on the same machine.
    const atOnce = startAll ? availableParallelism() : wanted.length
    await fewAtOnce(wanted.filter(({ unit }) => unit.kind === 'component'), atOnce, start)
    await fewAtOnce(wanted.filter(({ unit }) => unit.kind === 'replica'), atOnce, start)
    return null
  }

  /** One that cannot be started is missed by whoever waits for it. */
  #startLater(unit: ContainerUnit, delayMs: number): void {
    const timer = setTimeout(() => {
      this.#late.delete(timer)
      unit.start().catch(() => undefined)
    }, delayMs)
    this.#late.add(timer)
  }

  /** Replicas first, all together, then the components, last declared first; all of it within the grace period. */
  async #shutdown(graceMs: number): Promise<null> {
    const deadlineMs = performance.now() + graceMs
    this.cancelLateStarts()
    const units = this.units
    await Promise.all(units.map((unit) => unit.leaveDown()))
    const stop = async (unit: ContainerUnit): Promise<void> => {
      if ((await unit.process()) === null) return
      await unit.stop({ signal: unit.unit.stopSignal, graceMs: Math.max(0, deadlineMs - performance.now()) })
    }
    await Promise.all(units.filter(({ unit }) => unit.kind === 'replica').map(stop))
    for (const unit of units.filter((one) => one.unit.kind === 'component').reverse()) await stop(unit)
    return null
  }
}

const killWithinMs = 15_000
