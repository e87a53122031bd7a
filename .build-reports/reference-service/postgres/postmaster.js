import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { clusterDirectory } from './cluster.js';
function isAlive(pid) {
    try {
        process.kill(pid, 0);
        return true;
    }
    catch (error) {
        return error.code === 'EPERM';
    }
}
/** Whether `pid` is PostgreSQL on this cluster, and not a stranger that was given the same number later. */
function worksOn(pid, cluster) {
    try {
        return readlinkSync(`/proc/${pid}/cwd`) === cluster;
    }
    catch {
        const { stdout } = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
        return stdout?.includes(cluster) ?? false;
    }
}
/**
 * Clears the way for a start after a crash. A `postmaster.pid` whose number now belongs to a stranger would make
 * PostgreSQL refuse, so it is removed. A postmaster that outlived our predecessor is shut down at once (to the data
 * that is the same as a crash): it holds the port and the cluster.
 */
export async function clearPredecessor(directory) {
    const cluster = clusterDirectory(directory);
    const file = join(cluster, 'postmaster.pid');
    if (!existsSync(file))
        return;
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid))
        return; // PostgreSQL sees by itself that it is stale
    if (!worksOn(pid, cluster))
        return rmSync(file, { force: true });
    process.stderr.write(`a postmaster of an earlier start (pid ${pid}) is still running: ending it\n`);
    for (let attempt = 0; attempt < 100 && isAlive(pid) && worksOn(pid, cluster); attempt++) {
        process.kill(pid, attempt < 50 ? 'SIGQUIT' : 'SIGKILL');
        await pause(100);
    }
}
/** Starts PostgreSQL in this process group. */
export function startPostmaster({ installation, runAs, directory }) {
    const cluster = clusterDirectory(directory);
    return spawn(installation.postgres, ['-D', cluster], {
        ...runAs,
        cwd: cluster,
        env: installation.environment,
        stdio: ['ignore', 'inherit', 'inherit'],
    });
}
