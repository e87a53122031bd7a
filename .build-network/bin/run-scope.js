import { messageOf } from '../core/errors.js';
import { sweepLeftovers } from '../engine/leftovers.js';
import { closeRun, openRun } from '../engine/run-registry.js';
import { startReaper } from '../engine/start-reaper.js';
/** Ends what earlier runs left, registers this one, and starts its reaper before anything else can be started. */
export async function openRunScope(runId, warn) {
    for (const left of await sweepLeftovers())
        warn(`an earlier run was interrupted; ended what it left: ${left.runId}`);
    const run = openRun(runId);
    const reaper = await startReaper(run, (reason) => warn(`${reason}: if this run is killed now, \`seaworthy clean\` ends what it leaves`)).catch((thrown) => {
        closeRun(run);
        throw thrown;
    });
    return {
        workDirectory: run.directory,
        journal: run.journal,
        close: async () => {
            const problems = [];
            const attempt = async (work) => {
                try {
                    await work();
                }
                catch (thrown) {
                    problems.push(messageOf(thrown));
                }
            };
            await attempt(() => reaper.release());
            await attempt(() => closeRun(run));
            return problems;
        },
    };
}
