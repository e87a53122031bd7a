import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync } from 'node:fs'
import type { StopResult } from '../../core/driver.js'
import { groupExists, groupMembers, processStartTime, type ProcessEntry, type ProcessIdentity } from '../../operating-system/process-table.js'
import { killAtOnce } from '../../operating-system/end-processes.js'
import { openLog } from '../../operating-system/open-log.js'
import type { ProcessWatch } from '../../operating-system/process-watch.js'
import { hrtimeMs, type MachineUnit, type UnitEvent, type UnitState } from './machine-protocol.js'
import { RestartSchedule, wantsRestart } from './restart-schedule.js'
import { stopRunning } from './stop-unit.js'

export interface RunningUnit extends ProcessIdentity {
  readonly child: ChildProcess
  readonly startedAtMs: number
  /** Resolves when the main process has exited. */
  readonly exited: Promise<UnitExit>
}
export interface UnitExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly atMs: number
}

/**
 * One unit of the simulated machine and its supervision. The main process leads a process group of its own. When it
 * ends, the supervisor ends the rest of the group before anything else, as a service manager does with a control
 * group: a wrapper's child must not keep the port of the next start.
 */
export class SupervisedUnit {
  #unit: MachineUnit
  readonly #report: (event: UnitEvent) => void
  readonly #watch: ProcessWatch
  readonly #schedule = new RestartSchedule()
  #running: RunningUnit | null = null
  #restartTimer: NodeJS.Timeout | undefined
  #restarts = 0
  /** Whether it should be up: false after an operator's stop. */
  #wanted = false
  #held = false
  #upWhenHeld = false
  #stopping = false

  constructor(unit: MachineUnit, watch: ProcessWatch, report: (event: UnitEvent) => void) {
    this.#unit = unit
    this.#watch = watch
    this.#report = report
  }

  get unit(): MachineUnit {
    return this.#unit
  }

  /** Its command and environment count from the next start on. */
  define(unit: MachineUnit): void {
    this.#unit = unit
  }

  get running(): RunningUnit | null {
    return this.#running
  }

  state(): UnitState {
    const { pid, startTime } = this.#running ?? { pid: null, startTime: null }
    const state = pid !== null ? 'running' : this.#held ? 'held' : 'exited'
    return { pid, startTime, state, restarts: this.#restarts, held: this.#held, startIsDue: pid === null && this.#restartTimer !== undefined }
  }

  /** An operator's start. Nothing happens when it runs. Throws when it is held or cannot be started. */
  async start(): Promise<void> {
    if (this.#held) throw new Error(`${this.#unit.name} is held down`)
    this.#wanted = true
    if (this.#running !== null) return
    const problem = await this.#spawn()
    if (problem !== null) throw problem
  }

  /** An operator's stop: it is not restarted. Throws when it does not run: there is no exit to tell of. */
  async stop(options: { readonly signal: NodeJS.Signals; readonly graceMs: number }): Promise<StopResult> {
    const running = this.#running
    if (running === null) throw new Error(`${this.#unit.name} is not running`)
    if (this.#stopping) throw new Error(`${this.#unit.name} is being stopped already`)
    this.#stopping = true
    this.#wanted = false
    try {
      return await stopRunning(running, options, this.#watch)
    } finally {
      this.#stopping = false
    }
  }

  /** An operator's stop of what may be down already. Null: it did not run. */
  async takeDown(options: { readonly signal: NodeJS.Signals; readonly graceMs: number }): Promise<StopResult | null> {
    this.leaveDown()
    return this.#running === null ? null : this.stop(options)
  }

  /** The boot entry's start of what comes up late. Whatever cancels a restart cancels it, too. */
  startLater(delayMs: number): void {
    this.#wanted = true
    this.#restartTimer = setTimeout(() => void this.#spawn(), delayMs)
  }

  /** Keeps it down from its next exit on. */
  hold(): void {
    if (this.#held) return
    this.#held = true
    this.#upWhenHeld = this.#running !== null || this.#restartTimer !== undefined
    this.#cancelRestart()
  }

  /** Takes a hold back: what was up when it was held is started, whatever its policy. Throws when it cannot be started. */
  async release(): Promise<void> {
    if (!this.#held) return
    this.#held = false
    if (!this.#upWhenHeld || !this.#wanted || this.#running !== null) return
    const problem = await this.#spawn()
    if (problem !== null) throw problem
  }

  /** No restart from now on; the machine goes down. */
  leaveDown(): void {
    this.#wanted = false
    this.#cancelRestart()
  }

  #cancelRestart(): void {
    clearTimeout(this.#restartTimer)
    this.#restartTimer = undefined
  }

  /** Resolves when the process was started, with the error when it could not be. */
  async #spawn(): Promise<Error | null> {
    this.#cancelRestart()
    const startedAtMs = hrtimeMs()
    const child = this.#spawnChild()
    if (child instanceof Error || child.pid === undefined) {
      const problem = child instanceof Error ? child : await new Promise<Error>((resolve) => child.once('error', resolve))
      this.#onExit({ pid: null, startedAtMs }, { code: null, signal: null, atMs: hrtimeMs() }, problem.message)
      return problem
    }
    child.on('error', () => undefined) // a signal that could not be delivered; its sender finds out by itself
    const pid = child.pid
    const exited = new Promise<UnitExit>((resolve) => {
      child.once('exit', (code, signal) => {
        const exit = { code, signal, atMs: hrtimeMs() }
        this.#onExit({ pid, startedAtMs }, exit)
        resolve(exit)
      })
    })
    // Not reaped before this turn of the event loop ends, so that its start time can be read whatever it does.
    const startTime = processStartTime(pid) ?? 'unknown'
    this.#running = { pid, startTime, child, startedAtMs, exited }
    this.#report({ kind: 'process-started', unit: this.#unit.name, atHrtimeMs: startedAtMs, pid, startTime, restarts: this.#restarts })
    return null
  }

  #spawnChild(): ChildProcess | Error {
    const { command: [program, ...parameters], environment, directory, logFile } = this.#unit
    let log: number | undefined
    try {
      log = openLog(logFile)
      return spawn(program, parameters, { cwd: directory, env: environment, detached: true, stdio: ['ignore', log, log] })
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    } finally {
      if (log !== undefined) closeSync(log)
    }
  }

  #onExit(process: { readonly pid: number | null; readonly startedAtMs: number }, exit: UnitExit, error?: string): void {
    this.#running = null
    // What a stop leaves over is first counted there.
    if (process.pid !== null && !this.#stopping) endRestOfGroup(process.pid)
    const uptimeMs = exit.atMs - process.startedAtMs
    const restarts = this.#wanted && !this.#held && wantsRestart(this.#unit.restart, exit)
    const restartInMs = restarts ? this.#schedule.nextDelayMs(uptimeMs) : null
    if (restartInMs !== null) {
      this.#restartTimer = setTimeout(() => {
        this.#restarts += 1
        void this.#spawn()
      }, restartInMs)
    }
    const { code, signal, atMs } = exit
    const known = { kind: 'process-exited', unit: this.#unit.name, atHrtimeMs: atMs, pid: process.pid, code, signal, uptimeMs, restartInMs } as const
    this.#report(error === undefined ? known : { ...known, error })
  }
}

/** Right after the leader's exit its number cannot have been given to another group: members still hold it. */
function endRestOfGroup(pgid: number): void {
  if (!groupExists(pgid)) return // as nearly always
  const members = (): readonly ProcessEntry[] => groupMembers(pgid)
  killAtOnce(members)
}
