import { spawn } from 'node:child_process'
import { join } from 'node:path'

export interface Program {
  readonly root: string
  readonly environment: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}
export interface Ended {
  readonly exitCode: number | null
  /** Its output and errors, in the order in which they came. */
  readonly said: string
}

/** After an interruption it has this long to put back what it changed. */
const cleansUpWithinMs = 60_000

/**
 * The command line of this checkout, as a user calls it. In a process group of its own: a Ctrl-C of the terminal reaches it once,
 * through us, because a second one would end it without cleaning up.
 */
export function seaworthy({ root, environment, signal }: Program, parameters: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'bin/seaworthy.js'), ...parameters], { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1', ...environment } })
    let said = ''
    let timer: NodeJS.Timeout | undefined
    const interrupt = (): void => {
      child.kill('SIGINT')
      timer = setTimeout(() => child.kill('SIGKILL'), cleansUpWithinMs)
    }
    const onOutput = (piece: Buffer): void => void (said += piece.toString())
    child.stdout.on('data', onOutput)
    child.stderr.on('data', onOutput)
    child.once('error', reject)
    child.once('close', (exitCode) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', interrupt)
      resolve({ exitCode, said: said.trim() })
    })
    if (signal.aborted) interrupt()
    else signal.addEventListener('abort', interrupt, { once: true })
  })
}
