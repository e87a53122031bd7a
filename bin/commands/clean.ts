import { exitCodes } from '../../core/errors.js'
import { cleanAll } from '../../engine/leftovers.js'

/** `seaworthy clean`: ends whatever interrupted runs left behind. Runs that still go on are left alone without --force. */
export async function clean({ force }: { readonly force: boolean }): Promise<number> {
  const { cleaned, living } = await cleanAll({ force })
  for (const run of cleaned) {
    if (run.left.length === 0) process.stdout.write(`ended what run ${run.runId} left\n`)
    else process.stdout.write(`run ${run.runId} left what could not be ended: ${run.left.join(', ')}\n`)
  }
  for (const run of living) process.stdout.write(`run ${run.runId} goes on (process ${run.pid}): left alone\n`)
  if (cleaned.length === 0) process.stdout.write('nothing was left behind\n')
  return cleaned.some((run) => run.left.length > 0) ? exitCodes.notConclusive : exitCodes.ok
}
