import { exitCodes, messageOf, SeaworthyError } from '../../core/errors.js'
import type { DriverPlatformEvent, RebootOptions } from '../../core/driver.js'
import { endProcesses, killAtOnce, send } from '../../operating-system/end-processes.js'
import { isAlive, type ProcessEntry, type ProcessIdentity } from '../../operating-system/process-table.js'
import { wipeVolatileState, writeBootId, logFileOf } from './deployment-folders.js'
import { ownEnvironment, processesOfMachine, type DeploymentWorld } from './deployment-world.js'
import { MachineControl } from './machine-control.js'
import { gentlyMsMax, hrtimeMs, type MachineUnit, type SupervisorAccess, type UnitEvent } from './machine-protocol.js'
import { removeSharedMemory } from './shared-memory-of-deployment.js'

interface RunningUnit extends ProcessIdentity {
  readonly journalId: number
}

const endWithinMs = 10_000
/** What a teardown lets services have before they are killed. */
const disposeGraceMs = 500

/** Switches the simulated machine on and off, and knows what runs on it. */
export class MachinePower implements SupervisorAccess {
  readonly #world: DeploymentWorld
  readonly #running = new Map<string, RunningUnit>()
  #machine: MachineControl | null = null
  #machineJournalId: number | null = null
  #lost: string | null = null
  #bootId = ''
  #ended = false

  constructor(world: DeploymentWorld) {
    this.#world = world
  }

  /** Null while it is switched off for a reboot. Throws SeaworthyError SW_MACHINE_LOST when it broke. */
  get machine(): MachineControl | null {
    if (this.#lost === null) return this.#machine
    throw new SeaworthyError('SW_MACHINE_LOST', `the simulated machine is lost: ${this.#lost}`, { exitCode: exitCodes.internal })
  }

  /** Throws SeaworthyError SW_MACHINE_LOST when there is nobody to ask. */
  get machineThatRuns(): MachineControl {
    if (this.machine !== null) return this.machine
    throw new SeaworthyError('SW_MACHINE_LOST', 'the simulated machine is switched off', { exitCode: exitCodes.notConclusive })
  }

  async boot({ startAll, delaysMs = {} }: { readonly startAll: boolean; readonly delaysMs?: Readonly<Record<string, number>> }): Promise<void> {
    const { folders, units, options } = this.#world
    const definitions = (): MachineUnit[] => units.configured.map((unit) => this.#world.definitionOf(unit))
    definitions() // what is wrong with them is told before anything is started
    if (this.#ended) throw new SeaworthyError('SW_MACHINE_LOST', 'the deployment was ended while the machine was to boot', { exitCode: exitCodes.interrupted })
    this.#bootId = writeBootId(folders)
    this.#machine = await MachineControl.start({
      environment: ownEnvironment(options),
      logFile: logFileOf(folders, 'machine'),
      onSpawned: ({ pid, startTime }) => {
        this.#machineJournalId = options.journal.record({ kind: 'process-group', pid, startTime, what: 'machine' })
      },
      onEvent: (event) => this.#onUnitEvent(event),
      onLost: (reason) => this.#onLost(reason),
    })
    this.#emit('machine-booted', 'machine', { bootId: this.#bootId })
    await this.#machine.request('boot', { units: definitions(), startAll, processRecord: folders.processRecord, delaysMs }, startAll ? gentlyMsMax : 0)
  }

  async reboot(manner: 'orderly' | 'power-loss', { delayed = [] }: RebootOptions = {}): Promise<{ readonly bootIdBefore: string; readonly bootIdAfter: string }> {
    const delaysMs = Object.fromEntries(delayed.map(({ target, byMs }) => [this.#world.units.named(target).name, byMs]))
    const bootIdBefore = this.#bootId
    const machine = this.machineThatRuns
    machine.expectExit()
    this.#machine = null
    if (manner === 'orderly') await shutDown(machine, this.#world.service.lifecycle.stop.graceMs)
    await this.#cutPower(machine.identity, manner)
    await removeSharedMemory(this.#world.folders)
    wipeVolatileState(this.#world.folders)
    await this.boot({ startAll: false, delaysMs })
    return { bootIdBefore, bootIdAfter: this.#bootId }
  }

  /** Ends it for good, politely first, also in the middle of a reboot. Throws SeaworthyError SW_NOT_ENDED. */
  async end(): Promise<void> {
    this.#ended = true
    const machine = this.#machine
    machine?.expectExit()
    for (const entry of this.#processes()) if (entry.state === 'T') send(entry, 'SIGCONT')
    await (machine === null ? undefined : shutDown(machine, disposeGraceMs).catch(() => undefined)) // it is killed then
    this.#machine = null
    await this.#cutPower(machine?.identity, 'the end of the deployment')
  }

  #processes(machine = this.#machine?.identity): ProcessEntry[] {
    return processesOfMachine(this.#world, [...(machine === undefined ? [] : [machine]), ...this.#running.values()])
  }

  /** Nothing on the machine runs after this, whether it was shut down before or not. */
  async #cutPower(machine: ProcessIdentity | undefined, cause: string): Promise<void> {
    // The groups first, at once: to look for everything else takes some milliseconds.
    for (const leader of [...(machine === undefined ? [] : [machine]), ...this.#running.values()]) stopGroup(leader)
    const atHrtimeMs = hrtimeMs()
    killAtOnce(() => this.#processes(machine), (stopped) => this.#world.record.add(stopped))
    const { left } = await endProcesses(() => this.#processes(machine), { termGraceMs: 0, killWithinMs: endWithinMs })
    if (left.length > 0) {
      const found = left.map((entry) => `${entry.pid} ${entry.command}`).join(', ')
      throw new SeaworthyError('SW_NOT_ENDED', `while switching the simulated machine off: found processes that do not end (${found})`, { exitCode: exitCodes.internal })
    }
    for (const [target, { pid }] of this.#running) {
      this.#emit('process-exited', target, { pid, code: null, signal: 'SIGKILL', cause, restartInMs: null }, atHrtimeMs)
      this.#forget(target)
    }
    if (this.#machineJournalId !== null) this.#world.options.journal.done(this.#machineJournalId)
    this.#machineJournalId = null
    this.#emit('machine-down', 'machine', { bootId: this.#bootId, cause }, atHrtimeMs)
  }

  #onUnitEvent(event: UnitEvent): void {
    const { kind, unit, atHrtimeMs, ...detail } = event
    if (event.kind === 'process-started') {
      const { pid, startTime } = event
      const journalId = this.#world.options.journal.record({ kind: 'process-group', pid, startTime, what: unit })
      this.#running.set(unit, { pid, startTime, journalId })
    } else if (event.pid !== null) {
      if (this.#running.get(unit)?.pid !== event.pid) return // told before, when the power was cut
      this.#forget(unit)
    }
    this.#emit(kind, unit, detail, atHrtimeMs)
  }

  #forget(unit: string): void {
    const running = this.#running.get(unit)
    if (running !== undefined) this.#world.options.journal.done(running.journalId)
    this.#running.delete(unit)
  }

  /** A machine that dies takes its units along; whatever is asked of it from now on fails. */
  #onLost(reason: string): void {
    this.#lost = reason
    if (this.#ended) return
    this.#emit('process-exited', 'machine', { unexpected: true, reason })
    this.#cutPower(this.#machine?.identity, `lost unexpectedly: ${reason}`).catch((error: unknown) => {
      this.#lost = `${reason}; ${messageOf(error)}`
    })
  }

  #emit(name: DriverPlatformEvent['name'], target: string, detail: Readonly<Record<string, unknown>>, atHrtimeMs = hrtimeMs()): void {
    this.#world.options.onPlatformEvent({ name, target, atHrtimeMs, detail })
  }
}

async function shutDown(machine: MachineControl, graceMs: number): Promise<void> {
  await machine.request('shutdown', { graceMs }, graceMs)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, endWithinMs)
  })
  await Promise.race([machine.exited, late]) // late: it is killed with whatever else is left
  clearTimeout(timer)
}

/** Stops a whole group in one call while its leader lives, which shows that the group is the one that is meant. */
export function stopGroup(leader: ProcessIdentity): void {
  if (!isAlive(leader.pid, leader.startTime)) return
  try {
    process.kill(-leader.pid, 'SIGSTOP')
  } catch {
    // It ended in this instant.
  }
}
