import { exitCodes } from '../../core/errors.js';
import { cleanAll } from '../../engine/leftovers.js';
/** `seaworthy clean`: ends whatever interrupted runs left behind. Runs that still go on are left alone without --force. */
export async function clean({ force }) {
    const { cleaned, living } = await cleanAll({ force });
    for (const run of cleaned)
        process.stdout.write(`ended what run ${run.runId} left\n`);
    for (const run of living)
        process.stdout.write(`run ${run.runId} goes on (process ${run.pid}): left alone\n`);
    if (cleaned.length === 0)
        process.stdout.write('nothing was left behind\n');
    return exitCodes.ok;
}
