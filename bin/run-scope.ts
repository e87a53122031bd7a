import type { Journal } from '../core/driver.js'
import { messageOf } from '../core/errors.js'
import { sweepLeftovers } from '../engine/leftovers.js'
import { closeRun, openRun } from '../engine/run-registry.js'
import { startReaper } from '../engine/start-reaper.js'

export interface RunScope {
  /** Volatile folder: the reaper removes it if we cannot. */
  readonly workDirectory: string
  readonly journal: Journal
  /** Lets the reaper go and takes the run off the registry. Returns what went wrong. */
  close(): Promise<readonly string[]>
}

/** Ends what earlier runs left, registers this one, and starts its reaper before anything else can be started. */
export async function openRunScope(runId: string, warn: (message: string) => void): Promise<RunScope> {
  for (const left of await sweepLeftovers()) warn(`an earlier run was interrupted; ended what it left: ${left.runId}`)
  const run = openRun(runId)
  const reaper = await startReaper(run, (reason) => warn(`${reason}: if this run is killed now, \`seaworthy clean\` ends what it leaves`)).catch((thrown: unknown) => {
    closeRun(run)
    throw thrown
  })
  return {
    workDirectory: run.directory,
    journal: run.journal,
    close: async () => {
      const problems: string[] = []
      const attempt = async (work: () => void | Promise<void>): Promise<void> => {
        try {
          await work()
        } catch (thrown) {
          problems.push(messageOf(thrown))
        }
      }
      await attempt(() => reaper.release())
      await attempt(() => closeRun(run))
      return problems
    },
  }
}
