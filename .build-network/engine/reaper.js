import { basename } from 'node:path';
import { endRun } from './end-run.js';
/**
 * A program of its own that outlives the harness: `node reaper.js <folder of the run>`. The harness holds the
 * other end of its standard input. When that closes before the word `done` came, the harness is dead, by whatever
 * means, and the reaper ends everything of the run. It says `ready` once nothing can make it miss that.
 */
async function main(directory) {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
        process.on(signal, () => undefined);
    let received = '';
    process.stdin.setEncoding('utf8').on('data', (text) => {
        received += text;
    });
    const closed = new Promise((resolve) => {
        process.stdin.once('end', resolve).once('close', resolve).once('error', () => resolve());
    });
    process.stdout.on('error', () => undefined).write('ready\n');
    await closed;
    if (received.includes('done'))
        return;
    const { left } = await endRun({ runId: basename(directory), directory }, { termGraceMs: 300 });
    process.exitCode = left.length === 0 ? 0 : 1;
}
const directory = process.argv[2];
if (directory === undefined)
    throw new Error('the folder of the run is missing');
await main(directory);
