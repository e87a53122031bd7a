import { readdirSync, readFileSync } from 'node:fs';
import { listWithPs } from './process-table-ps.js';
export const onLinux = process.platform === 'linux';
/** Every living process that may be seen. Zombies are left out: they run nothing and hold nothing. */
export function listProcesses() {
    if (!onLinux)
        return listWithPs();
    const found = [];
    for (const name of readdirSync('/proc')) {
        if (!/^\d+$/.test(name))
            continue;
        const entry = readProcess(Number(name));
        if (entry !== null)
            found.push(entry);
    }
    return found;
}
/** The process with this pid, or null when there is none (or only its zombie). */
export function readProcess(pid) {
    if (!onLinux)
        return listWithPs(pid)[0] ?? null;
    const entry = readStat(pid);
    return entry === null || isDead(entry.state) ? null : entry;
}
/** Start time of the process with this pid; also of a zombie that nobody has waited for yet. Null: no such pid. */
export function processStartTime(pid) {
    return (onLinux ? readStat(pid) : listWithPs(pid)[0])?.startTime ?? null;
}
export function isAlive(pid, startTime) {
    return readProcess(pid)?.startTime === startTime;
}
export function groupMembers(pgid, table = listProcesses()) {
    return table.filter((entry) => entry.pgid === pgid);
}
/**
 * The roots that still live, everything in the process groups they lead, and all descendants of these. Parent
 * links matter: a process such as a PostgreSQL backend makes a session, and so a group, of its own.
 */
export function processTree(roots, table = listProcesses()) {
    const byPid = new Map(table.map((entry) => [entry.pid, entry]));
    const living = roots.flatMap((root) => {
        const entry = byPid.get(root.pid);
        return entry?.startTime === root.startTime ? [entry] : [];
    });
    const groups = new Set(living.filter((entry) => entry.pgid === entry.pid).map((entry) => entry.pgid));
    return withDescendants([...living, ...table.filter((entry) => groups.has(entry.pgid))], table);
}
/** The given processes and everything below them. `except` and what is below it is not entered. */
export function withDescendants(found, table, except = new Set()) {
    const children = new Map();
    for (const entry of table) {
        const siblings = children.get(entry.ppid);
        if (siblings === undefined)
            children.set(entry.ppid, [entry]);
        else
            siblings.push(entry);
    }
    const tree = new Map();
    const open = [...found];
    for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
        if (tree.has(entry.pid) || except.has(entry.pid))
            continue;
        tree.set(entry.pid, entry);
        open.push(...(children.get(entry.pid) ?? []));
    }
    return [...tree.values()];
}
/** The whole command line for people, at most 200 characters; the short name when it cannot be read. */
export function commandLineOf(entry) {
    if (!onLinux)
        return entry.command;
    const text = readText(`/proc/${entry.pid}/cmdline`)?.replaceAll('\0', ' ').trim();
    return text === undefined || text === '' ? entry.command : text.slice(0, 200);
}
const isDead = (state) => state === 'Z' || state === 'X';
/** Field numbers are those of proc_pid_stat(5); the command may hold blanks and parentheses. */
function readStat(pid) {
    const text = readText(`/proc/${pid}/stat`);
    if (text === null)
        return null;
    const open = text.indexOf('(');
    const close = text.lastIndexOf(')');
    const fields = text.slice(close + 2).split(' '); // fields[0] is field 3, state
    return {
        pid,
        ppid: Number(fields[1]),
        pgid: Number(fields[2]),
        state: fields[0] ?? '?',
        startTime: `${bootOfThisMachine()}-${fields[19] ?? '?'}`,
        command: text.slice(open + 1, close),
    };
}
let knownBoot;
/** Start times count from the boot, so that without it a process of an earlier boot could look like one of now. */
function bootOfThisMachine() {
    knownBoot ??= readText('/proc/sys/kernel/random/boot_id')?.slice(0, 8) ?? 'boot';
    return knownBoot;
}
function readText(path) {
    try {
        return readFileSync(path, 'utf8');
    }
    catch {
        return null; // it ended in the meantime, or belongs to somebody else
    }
}
