import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { exitCodes, messageOf, SeaworthyError } from '../core/errors.js'
import { ownProgram } from '../operating-system/own-program.js'
import { writeIdentity, type RunFolder } from './run-registry.js'

export interface Reaper {
  readonly pid: number
  /** For a normal end, after everything of the run has ended: the reaper goes without doing anything. */
  release(): Promise<void>
  /**
   * For an end at which something of the run may be left that this process could not end or remove: the reaper does it now, with descriptors and
   * memory of its own. Nothing may be started for the run any more. Resolves to whether nothing is left.
   */
  takeOver(): Promise<boolean>
}

const startWithinMs = 15_000
const releaseWithinMs = 3_000
/** It goes on when that is over, but nobody waits for it. */
const takeOverWithinMs = 25_000

/**
 * Starts the reaper of a run; to be called before the first resource of the run is made. Resolves when it is
 * certain to notice the death of this process. `onLost` is called if it ends before it was released. Throws
 * SeaworthyError SW_REAPER.
 */
export async function startReaper(run: Pick<RunFolder, 'directory'>, onLost: (reason: string) => void = () => undefined): Promise<Reaper> {
  const child = spawn(process.execPath, [ownProgram(import.meta.url, 'reaper'), run.directory], {
    detached: true, // a session of its own: no signal of the terminal reaches it
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' }, // without the marker of a run, by which it would end itself
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()))
  try {
    await untilReady(child, ended)
    writeIdentity(join(run.directory, 'reaper.json'), child.pid ?? 0)
  } catch (error) {
    child.kill('SIGKILL')
    throw new SeaworthyError('SW_REAPER', `while starting the reaper: ${messageOf(error)}`, { cause: error, exitCode: exitCodes.internal })
  }
  let released = false
  child.once('exit', (code, signal) => {
    if (!released) onLost(`the reaper ended with ${signal ?? code}`)
  })
  return {
    pid: child.pid ?? 0,
    async release() {
      released = true
      if (child.exitCode !== null || child.signalCode !== null) return
      child.ref()
      child.stdin?.end('done\n')
      const timer = setTimeout(() => child.kill('SIGKILL'), releaseWithinMs)
      await ended
      clearTimeout(timer)
    },
    async takeOver() {
      released = true
      child.ref()
      child.stdin?.end()
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, takeOverWithinMs)
      })
      await Promise.race([ended, late])
      clearTimeout(timer)
      child.unref()
      return child.exitCode === 0
    },
  }
}

async function untilReady(child: ChildProcess, ended: Promise<void>): Promise<void> {
  const { stdin, stdout } = child
  if (stdin === null || stdout === null) throw new Error('no pipes')
  stdin.on('error', () => undefined) // it may end first
  const timeout = AbortSignal.timeout(startWithinMs)
  const answer = await Promise.race([once(stdout, 'data', { signal: timeout }), ended.then(() => null)])
  if (answer === null) throw new Error(`it ended with ${child.signalCode ?? child.exitCode ?? 'an error'}`)
  stdout.destroy()
  // This process may end without the reaper being released; that is what the reaper is for.
  child.unref()
  const handle: unknown = stdin
  if (hasUnref(handle)) handle.unref()
}

const hasUnref = (value: unknown): value is { unref(): void } =>
  typeof value === 'object' && value !== null && 'unref' in value && typeof value.unref === 'function'
