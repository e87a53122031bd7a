import { spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import type { DeployOptions } from '../../core/driver.js'
import { messageOf, SeaworthyError } from '../../core/errors.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { endProcesses } from '../../operating-system/end-processes.js'
import { lastLines } from '../../operating-system/last-lines.js'
import { openLog } from '../../operating-system/open-log.js'
import { processStartTime, processTree } from '../../operating-system/process-table.js'
import { logFileOf, type DeploymentFolders } from './deployment-folders.js'
import { ourNode, searchPath } from './plan-units.js'

const installTimeoutMs = 120_000
/** Of its output, in the message of a failure. */
const outputLinesMax = 20

/**
 * Runs the descriptor's install command, once for a deployment. In its words `{machine}`, `{run}` and `{shared}` are
 * replaced, and its environment says the same as MACHINE_DIRECTORY, RUN_DIRECTORY and SHARED_DIRECTORY. Throws SeaworthyError SW_INSTALL_FAILED with
 * the end of its output.
 */
export async function runInstall(
  service: ServiceDescriptor,
  folders: DeploymentFolders,
  options: Pick<DeployOptions, 'journal' | 'signal' | 'environment'>,
): Promise<void> {
  const words = (service.target.install ?? []).map((word) => word.replaceAll('{machine}', folders.machine).replaceAll('{run}', folders.run).replaceAll('{shared}', folders.shared))
  const [program, ...parameters] = words
  if (program === undefined) return
  const logFile = logFileOf(folders, 'install')
  const log = openLog(logFile)
  const child = spawn(ourNode(program), parameters, {
    cwd: service.directory,
    env: { PATH: searchPath, MACHINE_DIRECTORY: folders.machine, RUN_DIRECTORY: folders.run, SHARED_DIRECTORY: folders.shared, ...options.environment },
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const pid = child.pid ?? 0
  const startTime = processStartTime(pid) ?? ''
  const entry = pid === 0 ? undefined : options.journal.record({ kind: 'process-group', pid, startTime, what: 'install' })
  const exit = new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(messageOf(error)))
    child.once('exit', (code, signal) => resolve(code === 0 ? null : signal ?? `exit code ${code}`))
  })
  const problem = await orEnded(exit, options.signal, () => endProcesses(() => processTree([{ pid, startTime }]), { termGraceMs: 500 }))
  if (entry !== undefined) options.journal.done(entry)
  if (problem === null) return
  const said = await lastLines(logFile, { linesMax: outputLinesMax })
  throw new SeaworthyError('SW_INSTALL_FAILED', `while installing the service with "${words.join(' ')}": found ${problem}, expected exit code 0\n${said.join('\n')}`)
}

/** What became of it; ended when it takes too long or nobody waits any more. */
async function orEnded(exit: Promise<string | null>, signal: AbortSignal, end: () => Promise<unknown>): Promise<string | null> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(installTimeoutMs)])
  const cut = new Promise<string>((resolve) => {
    const onAbort = (): void => resolve(signal.aborted ? 'that the run was interrupted' : `that it still ran after ${installTimeoutMs / 1_000} s`)
    if (limit.aborted) onAbort()
    else limit.addEventListener('abort', onAbort, { once: true })
  })
  const problem = await Promise.race([exit, cut])
  if (limit.aborted) await end()
  return problem
}
