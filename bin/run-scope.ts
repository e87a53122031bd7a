import type { Journal } from '../core/driver.js'
import { messageOf, SeaworthyError } from '../core/errors.js'
import { runPrograms } from '../engine/end-programs.js'
import { sweepLeftovers } from '../engine/leftovers.js'
import { abandonRun, closeRun, defaultStateDirectory, notEnded, openRun, type RunFolder } from '../engine/run-registry.js'
import { startReaper, type Reaper } from '../engine/start-reaper.js'

export interface RunScope {
  /** Volatile folder: the reaper removes it if we cannot. */
  readonly workDirectory: string
  readonly journal: Journal
  /**
   * Takes back once more what could not be taken back, takes the run off the registry and lets the reaper go. When something may be left that is
   * not ended, the reaper sees to it first; what cannot be taken back keeps the run in the registry.
   * Returns what went wrong.
   */
  close(): Promise<readonly string[]>
}

/**
 * Ends what earlier runs left, registers this one, and starts its reaper before anything else can be started. Throws
 * SW_STATE_FOLDER_UNSAFE.
 */
export async function openRunScope(runId: string, warn: (message: string) => void): Promise<RunScope> {
  const run = await sweptAndOpened(runId, warn)
  const reaper = await startReaper(run, (reason) => warn(`${reason}: if this run is killed now, \`seaworthy clean\` ends what it leaves`)).catch((thrown: unknown) => {
    closeRun(run)
    throw thrown
  })
  return {
    workDirectory: run.directory,
    journal: run.journal,
    close: () => closeScope(run, reaper),
  }
}

/** The reaper is let go last: we may be killed meanwhile. What this process cannot do, for want of descriptors say, the reaper does. */
async function closeScope(run: RunFolder, reaper: Reaper): Promise<readonly string[]> {
  const problems: string[] = []
  const attempt = async (work: () => unknown): Promise<boolean> => {
    try {
      await work()
      return true
    } catch (thrown) {
      problems.push(messageOf(thrown))
      return false
    }
  }
  let left: readonly string[] = []
  const isEnded = await attempt(async () => {
    requireEnded(run)
    left = await runPrograms(run.directory)
  })
  if (isEnded && left.length === 0 && (await attempt(() => closeRun(run)))) {
    await attempt(() => reaper.release())
    return problems
  }
  await attempt(() => abandonRun(run))
  if (left.length > 0) {
    await attempt(() => reaper.release())
    problems.push(`not put back: ${left.join(', ')}; ${othersTryAgain}`)
  } else if (!(await reaper.takeOver())) problems.push(`something of the run ${run.runId} may be left; ${othersTryAgain}`)
  return problems
}

const othersTryAgain = '`seaworthy clean` and the next run try again'

function requireEnded(run: RunFolder): void {
  const folders = notEnded(run)
  if (folders.length > 0) throw new Error(`not known to have ended: ${folders.join(', ')}; the reaper of the run sees to it`)
}

async function sweptAndOpened(runId: string, warn: (message: string) => void): Promise<RunFolder> {
  try {
    for (const { runId: earlier, left } of await sweepLeftovers()) {
      if (left.length === 0) warn(`an earlier run was interrupted; ended what it left: ${earlier}`)
      else warn(`an earlier run was interrupted, and what it left could not be ended: ${left.join(', ')} (run ${earlier})`)
    }
    return openRun(runId)
  } catch (thrown) {
    if (thrown instanceof SeaworthyError) throw thrown
    throw new SeaworthyError('SW_STATE_FOLDER_UNSAFE', `while opening the state folder ${defaultStateDirectory()}: ${messageOf(thrown)}`, {
      cause: thrown,
      hint: 'TMPDIR, or /tmp without it, must be a folder that exists and can be written.',
    })
  }
}
