import { availableParallelism } from 'node:os'
import { fewAtOnce } from '../../core/few-at-once.js'
import { killAtOnce } from '../../operating-system/end-processes.js'
import { ProcessRecord } from '../../operating-system/process-record.js'
import { SharedMemoryWatch } from '../../operating-system/shared-memory.js'
import { readProcess, type ProcessEntry } from '../../operating-system/process-table.js'
import { ProcessWatch } from '../../operating-system/process-watch.js'
import { gentlyMsMax, type BootOrder, type MachineRequest, type MachineUnit, type UnitEvent } from './machine-protocol.js'
import { SupervisedUnit } from './supervised-unit.js'
import { untilIdle } from './until-idle.js'

/** The init of a simulated machine: starts units at boot, supervises them, ends them in order. */
export class SimulatedMachine {
  readonly #units = new Map<string, SupervisedUnit>()
  readonly #report: (event: UnitEvent) => void
  readonly #log: (message: string) => void
  readonly #watch = new ProcessWatch(() => this.#runningProcesses())
  #record: ProcessRecord | undefined
  #sampler: NodeJS.Timeout | undefined
  #segmentWatch: NodeJS.Timeout | undefined
  readonly #segments = new SharedMemoryWatch()
  #goingDown = false

  constructor(report: (event: UnitEvent) => void, log: (message: string) => void) {
    this.#report = report
    this.#log = log
  }

  async answer(request: MachineRequest): Promise<unknown> {
    if (this.#goingDown && request.name !== 'state') throw new Error('the machine is going down')
    switch (request.name) {
      case 'boot':
        return this.#boot(request.parameters)
      case 'start':
        return (await this.#unit(request.parameters.unit).start(), null)
      case 'stop':
        return this.#unit(request.parameters.unit).stop(request.parameters)
      case 'take-down':
        return this.#unit(request.parameters.unit).takeDown(request.parameters)
      case 'define':
        return this.#define(request.parameters.unit)
      case 'remove':
        return this.#removeUnit(request.parameters.unit)
      case 'hold':
        return (this.#unit(request.parameters.unit).hold(), null)
      case 'release':
        return (await this.#unit(request.parameters.unit).release(), null)
      case 'state':
        return this.#unit(request.parameters.unit).state()
      case 'shutdown':
        return this.#shutdown(request.parameters.graceMs)
    }
  }

  /** Power off: everything is killed at one instant. Synchronous, so that nothing can come in between. */
  powerOff(): void {
    for (const unit of this.#units.values()) unit.leaveDown()
    killAtOnce(() => this.#watch.treeOf(), (stopped) => this.#remember(stopped))
  }

  /** For whoever must clean up after this process was killed. */
  #remember(entries: readonly ProcessEntry[]): void {
    try {
      this.#record?.add(entries)
    } catch (error) {
      this.#log(`the record of processes cannot be written: ${String(error)}`) // its folder was removed: there is no more to lose
    }
  }

  /**
   * Who made a shared memory segment is known only while that process lives, which may be shorter than the time between two samples:
   * the helper processes of initdb do, and a killed one leaves its segment.
   */
  #rememberNewSegments(): void {
    const creators = new Set(this.#segments.fresh().map(({ creatorPid }) => creatorPid))
    if (creators.size > 0) this.#remember([...creators].flatMap((pid) => this.#ofOurs(pid) ?? []))
  }

  /** The process when it lives and belongs to a unit. Upwards: others on the same computer make segments as well. */
  #ofOurs(pid: number): ProcessEntry | null {
    const roots = new Set(this.#runningProcesses().map((root) => root.pid))
    const found = readProcess(pid)
    for (let entry = found; entry !== null; entry = readProcess(entry.ppid)) {
      if (roots.has(entry.pid) || roots.has(entry.pgid)) return found
    }
    return null
  }

  /** Starts without waiting for readiness: any order must work, as on a real machine. */
  async #boot(order: BootOrder): Promise<null> {
    if (this.#units.size > 0) throw new Error('the machine was booted before')
    this.#record = new ProcessRecord(order.processRecord)
    this.#sampler = setInterval(() => this.#remember(this.#watch.treeOf()), sampleEveryMs)
    this.#segmentWatch = setInterval(() => this.#rememberNewSegments(), segmentsEveryMs)
    for (const unit of order.units) this.#define(unit)
    const wanted = [...this.#units.values()].filter(({ unit }) => order.startAll || unit.startAtBoot)
    const start = async (unit: SupervisedUnit): Promise<void> => {
      const delayMs = order.delaysMs[unit.unit.name]
      if (delayMs !== undefined) return unit.startLater(delayMs)
      // A unit that cannot be started was reported as exited and goes on under its restart policy.
      await unit.start().catch((error: unknown) => this.#log(`${unit.unit.name} cannot be started: ${String(error)}`))
    }
    if (order.startAll) await this.#startGently(wanted, start)
    else for (const unit of wanted) await start(unit)
    return null
  }

  /**
   * The operator's first start is no experiment, and others are being made on the same computer: started all at once, a dozen
   * programs would take the processors from them for seconds. A boot does start everything at once.
   */
  #startGently(units: readonly SupervisedUnit[], start: (unit: SupervisedUnit) => Promise<void>): Promise<void> {
    const endAtMs = performance.now() + gentlyMsMax
    return fewAtOnce(units, availableParallelism(), async (unit) => {
      if (this.#goingDown) return
      await start(unit)
      if (unit.running !== null) await untilIdle(unit.running.pid, endAtMs).catch(() => undefined) // only looked at in vain
    })
  }

  #define(unit: MachineUnit): null {
    const known = this.#units.get(unit.name)
    if (known !== undefined) known.define(unit)
    else this.#units.set(unit.name, new SupervisedUnit(unit, this.#watch, (event) => this.#onUnitEvent(event)))
    return null
  }

  #removeUnit(name: string): null {
    const unit = this.#unit(name)
    if (unit.running !== null) throw new Error(`${name} is running`)
    unit.leaveDown()
    this.#units.delete(name)
    return null
  }

  /** Replicas first, all together, then the components, last declared first; all of it within the grace period. */
  async #shutdown(graceMs: number): Promise<null> {
    const deadlineMs = performance.now() + graceMs
    const units = [...this.#units.values()]
    this.#goingDown = true
    for (const unit of units) unit.leaveDown()
    this.#remember(this.#watch.treeOf())
    const stop = async (unit: SupervisedUnit): Promise<void> => {
      if (unit.running === null) return
      const remainingMs = Math.max(0, deadlineMs - performance.now())
      await unit.stop({ signal: unit.unit.stopSignal, graceMs: remainingMs }).catch((error: unknown) => this.#log(`${unit.unit.name}: ${String(error)}`))
    }
    await Promise.all(units.filter((unit) => unit.unit.kind === 'replica').map(stop))
    for (const unit of units.filter((one) => one.unit.kind === 'component').reverse()) await stop(unit)
    clearInterval(this.#sampler)
    clearInterval(this.#segmentWatch)
    this.powerOff()
    return null
  }

  #onUnitEvent(event: UnitEvent): void {
    this.#log(JSON.stringify(event))
    this.#report(event)
  }

  #runningProcesses(): { readonly pid: number; readonly startTime: string }[] {
    return [...this.#units.values()].flatMap((unit) => (unit.running === null ? [] : [unit.running]))
  }

  #unit(name: string): SupervisedUnit {
    const unit = this.#units.get(name)
    if (unit === undefined) throw new Error(`there is no unit ${name}`)
    return unit
  }
}

const sampleEveryMs = 1_000
/** Those that come and go in between are known by their keys. */
const segmentsEveryMs = 200
