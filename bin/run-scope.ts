import type { Journal } from '../core/driver.js'
import { messageOf, SeaworthyError } from '../core/errors.js'
import { runPrograms } from '../engine/end-programs.js'
import { sweepLeftovers } from '../engine/leftovers.js'
import { abandonRun, closeRun, defaultStateDirectory, openRun, type RunFolder } from '../engine/run-registry.js'
import { startReaper } from '../engine/start-reaper.js'

export interface RunScope {
  /** Volatile folder: the reaper removes it if we cannot. */
  readonly workDirectory: string
  readonly journal: Journal
  /**
   * Takes back once more what could not be taken back, lets the reaper go and takes the run off the registry, unless something is left still.
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
    close: async () => {
      const problems: string[] = []
      let left: readonly string[] = []
      const attempt = async (work: () => void | Promise<void>): Promise<void> => {
        try {
          await work()
        } catch (thrown) {
          problems.push(messageOf(thrown))
        }
      }
      // As long as the reaper is there: we may be killed meanwhile.
      await attempt(async () => {
        left = await runPrograms(run.directory)
      })
      await attempt(() => reaper.release())
      await attempt(() => (left.length === 0 ? closeRun(run) : abandonRun(run)))
      if (left.length > 0) problems.push(`not put back: ${left.join(', ')}; \`seaworthy clean\` and the next run try again`)
      return problems
    },
  }
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
