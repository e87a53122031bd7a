import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync } from 'node:fs'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import { onceHeardOut } from '../../operating-system/heard-out.js'
import { openLog } from '../../operating-system/open-log.js'
import { ownProgram } from '../../operating-system/own-program.js'
import { processStartTime, type ProcessIdentity } from '../../operating-system/process-table.js'
import type { MachineMessage, MachineRequestName, MachineRequests, UnitEvent } from './machine-protocol.js'

export interface MachineStart {
  readonly environment: Readonly<Record<string, string>>
  readonly logFile: string
  /** Called right after the process was made and long before it starts anything. */
  readonly onSpawned: (machine: ProcessIdentity) => void
  readonly onEvent: (event: UnitEvent) => void
  /** Called once if it ends without having been told to. */
  readonly onLost: (reason: string) => void
}

const readyWithinMs = 20_000
/** On top of what a request takes by itself: the machine of a busy computer may be late. */
const answerWithinMs = 15_000

/** The driver's end of the channel to a simulated machine. */
export class MachineControl {
  readonly identity: ProcessIdentity
  readonly exited: Promise<void>
  readonly #child: ChildProcess
  readonly #open = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>()
  #requests = 0
  #expectsExit = false
  #gone: string | null = null

  /** Resolves when it listens; it boots nothing until asked. Throws SeaworthyError SW_MACHINE_LOST. */
  static async start(options: MachineStart): Promise<MachineControl> {
    const log = openLog(options.logFile)
    const child = spawn(process.execPath, [ownProgram(import.meta.url, 'machine'), options.logFile], {
      detached: true,
      cwd: '/',
      env: { ...options.environment },
      stdio: ['ignore', log, log, 'ipc'],
    })
    closeSync(log)
    const control = new MachineControl(child, options)
    await control.#untilReady()
    return control
  }

  private constructor(child: ChildProcess, options: MachineStart) {
    this.#child = child
    const pid = child.pid ?? 0
    this.identity = { pid, startTime: processStartTime(pid) ?? '' }
    if (pid !== 0) options.onSpawned(this.identity)
    this.exited = new Promise((resolve) => {
      const onEnd = (reason: string): void => {
        if (this.#gone !== null) return
        this.#gone = reason
        for (const { reject } of this.#open.values()) reject(lost(reason))
        this.#open.clear()
        resolve()
        if (!this.#expectsExit) options.onLost(reason)
      }
      child.once('error', (error) => onEnd(error.message))
      // A machine that is shut down ends right after its answer.
      onceHeardOut(child, (how) => onEnd(`it ended with ${how}`))
    })
    child.on('message', (message: MachineMessage) => this.#receive(message, options.onEvent))
  }

  /** From now on its end is wanted. */
  expectExit(): void {
    this.#expectsExit = true
  }

  /** `takesMs`: how long the request may take by itself. Throws SeaworthyError SW_MACHINE_REFUSED, SW_MACHINE_LOST. */
  async request<Name extends MachineRequestName>(
    name: Name,
    parameters: MachineRequests[Name]['parameters'],
    takesMs = 0,
  ): Promise<MachineRequests[Name]['answer']> {
    if (this.#gone !== null) throw lost(this.#gone)
    this.#requests += 1
    const id = this.#requests
    const answer = new Promise<unknown>((resolve, reject) => this.#open.set(id, { resolve, reject }))
    const timer = setTimeout(() => {
      this.#open.get(id)?.reject(lost(`it did not answer to ${name} within ${takesMs + answerWithinMs} ms`))
      this.#open.delete(id)
    }, takesMs + answerWithinMs)
    this.#child.send({ id, name, parameters }, (error) => {
      if (error !== null) this.#open.get(id)?.reject(lost(error.message))
    })
    try {
      return (await answer) as MachineRequests[Name]['answer']
    } finally {
      clearTimeout(timer)
    }
  }

  #ready: () => void = () => undefined
  async #untilReady(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const ready = new Promise<string | null>((resolve) => {
      this.#ready = () => resolve(null)
      timer = setTimeout(() => resolve(`it was not ready within ${readyWithinMs} ms`), readyWithinMs)
    })
    this.#expectsExit = true // told to the caller by throwing
    const problem = await Promise.race([ready, this.exited.then(() => this.#gone ?? 'it ended')])
    clearTimeout(timer)
    this.#expectsExit = false
    if (problem === null) return
    this.#expectsExit = true
    this.#child.kill('SIGKILL')
    throw lost(problem)
  }

  #receive(message: MachineMessage, onEvent: (event: UnitEvent) => void): void {
    if (message.kind === 'ready') return this.#ready()
    if (message.kind !== 'answer' && message.kind !== 'refusal') return onEvent(message)
    const open = this.#open.get(message.id)
    this.#open.delete(message.id)
    if (message.kind === 'answer') open?.resolve(message.answer)
    else open?.reject(new SeaworthyError('SW_MACHINE_REFUSED', `the simulated machine refused: ${message.reason}`, { exitCode: exitCodes.notConclusive }))
  }
}

const lost = (reason: string): SeaworthyError =>
  new SeaworthyError('SW_MACHINE_LOST', `the simulated machine is lost: ${reason}`, {
    exitCode: exitCodes.internal,
    hint: 'its log is among the logs of the scenario',
  })
