import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { promisify } from 'node:util';
import { onLinux } from './process-table.js';
/** Linux only (proc_sysvipc_shm(5)); elsewhere none are seen. */
export function listSharedMemory() {
    if (!onLinux)
        return [];
    try {
        return parseSharedMemory(readFileSync('/proc/sysvipc/shm', 'utf8'));
    }
    catch {
        return []; // a kernel without System V IPC
    }
}
/** Columns are found by their name in the first line. */
export function parseSharedMemory(text) {
    const [header = '', ...rows] = text.split('\n');
    const names = header.trim().split(/\s+/);
    return rows.filter((row) => row.trim() !== '').map((row) => {
        const values = row.trim().split(/\s+/);
        const column = (name) => Number(values[names.indexOf(name)]);
        return { id: column('shmid'), creatorPid: column('cpid'), attached: column('nattch'), changedAtMs: column('ctime') * 1_000 };
    });
}
/**
 * Removes segments that nobody uses, that one of these processes made, and that are not older than the run:
 * a killed PostgreSQL leaves one. Returns what was removed.
 */
export async function removeOrphanedSharedMemory(creatorPids, options) {
    const removed = [];
    for (const segment of listSharedMemory()) {
        if (segment.attached > 0 || !creatorPids.has(segment.creatorPid))
            continue;
        if (segment.changedAtMs < Math.floor(options.sinceMs / 1_000) * 1_000)
            continue;
        try {
            await promisify(execFile)('ipcrm', ['-m', String(segment.id)]);
            removed.push(`shared memory segment ${segment.id}`);
        }
        catch {
            // Gone in the meantime, or ipcrm is not installed: a few bytes stay, nothing that runs.
        }
    }
    return removed;
}
/** Files in /dev/shm that a living process has mapped (shm_open(3)). Linux only. */
export function mappedSharedMemoryOf(pid) {
    if (!onLinux)
        return [];
    try {
        const paths = readFileSync(`/proc/${pid}/maps`, 'utf8').matchAll(/ (\/dev\/shm\/[^\n]+)$/gm);
        return [...new Set([...paths].flatMap(([, path]) => (path === undefined || path.endsWith(' (deleted)') ? [] : [path])))];
    }
    catch {
        return [];
    }
}
/** Removes those of the /dev/shm files that are younger than the run and that no living process has mapped. */
export function removeUnmappedSharedMemory(paths, options) {
    const present = [...paths].filter((path) => isYoungFile(path, options.sinceMs));
    if (present.length === 0)
        return [];
    const mapped = new Set(readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => mappedSharedMemoryOf(Number(name))));
    return present.filter((path) => !mapped.has(path)).map((path) => {
        rmSync(path, { force: true });
        return `shared memory ${path}`;
    });
}
function isYoungFile(path, sinceMs) {
    if (!path.startsWith('/dev/shm/') || path.includes('/../'))
        return false;
    try {
        return statSync(path).birthtimeMs >= sinceMs - 1_000;
    }
    catch {
        return false;
    }
}
