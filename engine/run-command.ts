import { spawn, type ChildProcess } from 'node:child_process'
import { procedureOutputBytesMax } from '../core/procedure.js'
import { endProcesses } from '../operating-system/end-processes.js'
import { noteShortage } from '../operating-system/own-shortage.js'
import { processStartTime, processTree } from '../operating-system/process-table.js'
import type { ScenarioWorld } from './scenario-world.js'

export interface CommandResult {
  readonly exitCode: number | null
  readonly output: string // of standard output
  readonly error?: string
}

/**
 * Runs a command of the descriptor without a shell, with a bare environment, no terminal and nothing to read. Whatever it leaves behind
 * carries the deployment's marker and is ended with it.
 */
export async function runCommand(world: ScenarioWorld, command: readonly string[], timeoutMs: number): Promise<CommandResult> {
  const [program = '', ...args] = command
  // What is recorded of it is its name alone: its arguments may hold a secret, and the journal outlives a run that is killed.
  const child = spawn(program === 'node' ? process.execPath : program, args, {
    cwd: world.service.directory,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', ...world.environment, SEAWORTHY_RUN: world.marker },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const identity = { pid: child.pid ?? 0, startTime: processStartTime(child.pid ?? 0) ?? '' }
  const entry = child.pid === undefined ? undefined : world.journal.record({ kind: 'process-group', ...identity, what: `procedure ${program}` })
  try {
    const result = await resultOf(child, { command, timeoutMs, signal: world.signal })
    // It failed, hangs or was cut: what it started must not go on acting on the service.
    if (result.exitCode !== 0 && identity.startTime !== '') await endProcesses(() => processTree([identity]), { termGraceMs: 500 })
    return result
  } finally {
    child.stdout?.destroy()
    child.stderr?.destroy()
    if (entry !== undefined) world.journal.done(entry)
  }
}

interface Waiting {
  readonly command: readonly string[]
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** A grandchild that keeps an output open is waited for only a moment: the program itself has ended. */
const outputAfterExitMs = 200

function resultOf(child: ChildProcess, { command, timeoutMs, signal }: Waiting): Promise<CommandResult> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    let said = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= procedureOutputBytesMax) chunks.push(chunk)
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      if (said.length < 2_000) said += chunk.toString('utf8')
    })
    const settle = (exitCode: number | null, found?: string): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      const error = found === undefined ? {} : { error: `${command.join(' ')}: ${found}${said === '' ? '' : `: ${said.trim().slice(-300)}`}` }
      resolve({ exitCode, output: Buffer.concat(chunks).toString('utf8'), ...error })
    }
    const timer = setTimeout(() => settle(null, `it had not ended after ${timeoutMs / 1_000} s`), timeoutMs)
    const onAbort = (): void => settle(null, 'the scenario was cut')
    signal.addEventListener('abort', onAbort, { once: true })
    child.once('error', (error: NodeJS.ErrnoException) => {
      noteShortage(error)
      settle(null, error.message)
    })
    child.once('exit', (code, by) => {
      const ended = (): void => settle(code, code === 0 ? undefined : `ended with ${by ?? `exit code ${code}`}`)
      const late = setTimeout(ended, outputAfterExitMs)
      child.once('close', () => {
        clearTimeout(late)
        ended()
      })
    })
  })
}
