import { readFileSync, readlinkSync } from 'node:fs';
import { sep } from 'node:path';
import { pidsByEnvironmentWithPs } from './process-table-ps.js';
import { groupMembers, listProcesses, onLinux, processTree, withDescendants, } from './process-table.js';
/** Every process of a run carries this variable: its value is the run's id, or the id, a slash and more. */
export const markerVariable = 'SEAWORTHY_RUN';
/** The marker is in the environment a process was started with. */
export function processesWithMarker(marker, table = listProcesses()) {
    const accepts = (value) => value === marker || value.startsWith(`${marker}/`);
    if (!onLinux) {
        const pids = new Set(pidsByEnvironmentWithPs(markerVariable, accepts));
        return table.filter((entry) => pids.has(entry.pid));
    }
    return table.filter((entry) => environmentOf(entry.pid).some((line) => {
        return line.startsWith(`${markerVariable}=`) && accepts(line.slice(markerVariable.length + 1));
    }));
}
/** Processes whose stdout or stderr is a file under this folder. Empty where /proc is missing. */
export function processesWritingInto(directory, table = listProcesses()) {
    if (!onLinux)
        return [];
    return table.filter((entry) => [1, 2].some((descriptor) => linkOf(entry.pid, descriptor).startsWith(directory + sep)));
}
/**
 * Everything that belongs to a run and lives. No single mark is enough: a program that sets its process title
 * (PostgreSQL) overwrites the environment it was started with, a daemon leaves its group and its parent, and
 * whatever closes its output has no log file. Never this process itself.
 */
export function findRunProcesses(trace) {
    const except = new Set([process.pid, ...(trace.except ?? [])]);
    const table = listProcesses();
    const living = processTree(trace.known, table);
    const marked = processesWithMarker(trace.marker, table);
    const writing = processesWritingInto(trace.directory, table);
    return withDescendants([...living, ...marked, ...writing], table, except);
}
/**
 * Members of the groups, each only while it is certain that the group is the one that was meant: its leader
 * lives and has the start time that was written down. What is left of a group without its leader is found by the
 * other marks of a run.
 */
export function membersOfGroups(groups) {
    const table = listProcesses();
    const certain = groups.filter((group) => table.some((entry) => entry.pid === group.pid && entry.startTime === group.startTime));
    return certain.flatMap((group) => groupMembers(group.pid, table));
}
function environmentOf(pid) {
    try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
    }
    catch {
        return []; // it ended, or belongs to another user and so not to us
    }
}
function linkOf(pid, descriptor) {
    try {
        return readlinkSync(`/proc/${pid}/fd/${descriptor}`);
    }
    catch {
        return '';
    }
}
