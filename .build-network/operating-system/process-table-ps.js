import { spawnSync } from 'node:child_process';
/** The process table where there is no /proc (macOS). Slower by far: one `ps` a call. */
export function listWithPs(pid) {
    const which = pid === undefined ? ['-ax'] : ['-p', String(pid)];
    return parsePs(runPs([...which, '-o', 'pid=,ppid=,pgid=,stat=,lstart=,comm=']));
}
/** Lines `pid ppid pgid stat Www Mmm dd hh:mm:ss yyyy command`; zombies are left out. */
export function parsePs(text) {
    const line = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]+\s+\d{4})\s+(.*)$/;
    return text.split('\n').flatMap((row) => {
        const [, pid, ppid, pgid, state = '?', started = '', command = ''] = line.exec(row) ?? [];
        if (pid === undefined || state.startsWith('Z'))
            return [];
        const startTime = started.replace(/\s+/g, '-');
        return [{ pid: Number(pid), ppid: Number(ppid), pgid: Number(pgid), state: state.slice(0, 1), startTime, command: command.trim() }];
    });
}
/** Pids whose environment, printed after the command by `ps -E`, holds `NAME=value` for an accepted value. */
export function pidsByEnvironmentWithPs(name, accepts) {
    return runPs(['-axEww', '-o', 'pid=,command=']).split('\n').flatMap((row) => {
        const pid = /^\s*(\d+)\s/.exec(row)?.[1];
        const at = row.indexOf(` ${name}=`);
        if (pid === undefined || at < 0)
            return [];
        const value = row.slice(at + name.length + 2).split(' ')[0] ?? '';
        return accepts(value) ? [Number(pid)] : [];
    });
}
function runPs(commandArguments) {
    // A start time is compared as text, so locale and time zone must not change it between two calls.
    const env = { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' };
    return spawnSync('ps', commandArguments, { env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }).stdout ?? '';
}
