import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { exitCodes, messageOf, SeaworthyError } from '../core/errors.js';
import { ownProgram } from '../operating-system/own-program.js';
import { writeIdentity } from './run-registry.js';
const startWithinMs = 15_000;
const releaseWithinMs = 3_000;
/**
 * Starts the reaper of a run; to be called before the first resource of the run is made. Resolves when it is
 * certain to notice the death of this process. `onLost` is called if it ends before it was released. Throws
 * SeaworthyError SW_REAPER.
 */
export async function startReaper(run, onLost = () => undefined) {
    const child = spawn(process.execPath, [ownProgram(import.meta.url, 'reaper'), run.directory], {
        detached: true, // a session of its own: no signal of the terminal reaches it
        cwd: '/',
        env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' }, // without the marker of a run, by which it would end itself
        stdio: ['pipe', 'pipe', 'ignore'],
    });
    const ended = new Promise((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()));
    try {
        await untilReady(child, ended);
        writeIdentity(join(run.directory, 'reaper.json'), child.pid ?? 0);
    }
    catch (error) {
        child.kill('SIGKILL');
        throw new SeaworthyError('SW_REAPER', `while starting the reaper: ${messageOf(error)}`, { cause: error, exitCode: exitCodes.internal });
    }
    let released = false;
    child.once('exit', (code, signal) => {
        if (!released)
            onLost(`the reaper ended with ${signal ?? code}`);
    });
    return {
        pid: child.pid ?? 0,
        async release() {
            released = true;
            if (child.exitCode !== null || child.signalCode !== null)
                return;
            child.ref();
            child.stdin?.end('done\n');
            const timer = setTimeout(() => child.kill('SIGKILL'), releaseWithinMs);
            await ended;
            clearTimeout(timer);
        },
    };
}
async function untilReady(child, ended) {
    const { stdin, stdout } = child;
    if (stdin === null || stdout === null)
        throw new Error('no pipes');
    stdin.on('error', () => undefined); // it may end first
    const timeout = AbortSignal.timeout(startWithinMs);
    const answer = await Promise.race([once(stdout, 'data', { signal: timeout }), ended.then(() => null)]);
    if (answer === null)
        throw new Error(`it ended with ${child.signalCode ?? child.exitCode ?? 'an error'}`);
    stdout.destroy();
    // This process may end without the reaper being released; that is what the reaper is for.
    child.unref();
    const handle = stdin;
    if (hasUnref(handle))
        handle.unref();
}
const hasUnref = (value) => typeof value === 'object' && value !== null && 'unref' in value && typeof value.unref === 'function';
