import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { endProcesses } from '../../operating-system/end-processes.js'
import { openLog } from '../../operating-system/open-log.js'
import { processStartTime, processTree } from '../../operating-system/process-table.js'

export interface ShellOptions {
  readonly directory: string
  /** Whole environment. */
  readonly environment: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** Standard error goes here, and standard output unless `outputFile` names another place. Default: nowhere. */
  readonly logFile?: string
  readonly outputFile?: string
  readonly signal?: AbortSignal
  readonly onStarted?: (process: { readonly pid: number; readonly startTime: string }) => void
}

/**
 * Runs a command line by `sh -c` in a process group of its own, with nothing to read. Resolves to undefined when it ended with 0, else to
 * what was found. What hangs, fails or is cut does not go on acting: all of its group is ended first.
 */
export async function runShell(command: string, options: ShellOptions): Promise<string | undefined> {
  const log = options.logFile === undefined ? openSync('/dev/null', 'a') : openLog(options.logFile)
  const output = options.outputFile === undefined ? log : openLog(options.outputFile)
  const child = spawn('sh', ['-c', command], { cwd: options.directory, env: { ...options.environment }, detached: true, stdio: ['ignore', output, log] })
  closeSync(log)
  if (output !== log) closeSync(output)
  const pid = child.pid ?? 0
  const identity = { pid, startTime: processStartTime(pid) ?? '' }
  if (identity.startTime !== '') options.onStarted?.(identity)
  const found = await new Promise<string | undefined>((resolve) => {
    const settle = (what: string | undefined): void => {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', onAbort)
      resolve(what)
    }
    const onAbort = (): void => settle('that the run was interrupted')
    const timer = setTimeout(() => settle(`that it had not ended after ${options.timeoutMs / 1_000} s`), options.timeoutMs)
    child.once('error', (error) => settle(error.message))
    child.once('exit', (code, by) => settle(code === 0 ? undefined : `that it ended with ${by ?? `exit code ${code}`}`))
    options.signal?.addEventListener('abort', onAbort, { once: true })
    if (options.signal?.aborted === true) onAbort()
  })
  if (found !== undefined && identity.startTime !== '') await endProcesses(() => processTree([identity]), { termGraceMs: 300, killWithinMs: 3_000 })
  return found
}

/** What a command such as ssh needs of the user's environment, and nothing of the harness's. */
export const userEnvironment = (): Readonly<Record<string, string>> =>
  Object.fromEntries(['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'SSH_AUTH_SOCK', 'KUBECONFIG'].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])))
