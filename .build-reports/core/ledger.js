import { eventsOf } from './history.js';
/** One entry for each key of the write load, and one for each key that was read and that no request ever carried before. */
export function ledgerOf(history, loads) {
    const writes = new Map();
    const reads = new Map();
    const attempted = new Set();
    for (const event of eventsOf(history, 'request')) {
        if (event.key === undefined)
            continue;
        if (event.load === loads.reads) {
            if (event.outcome !== 'cancelled')
                reads.set(event.key, event);
            continue;
        }
        attempted.add(event.key);
        if (event.load !== loads.writes)
            continue;
        const known = writes.get(event.key);
        if (known)
            known.push(event);
        else
            writes.set(event.key, [event]);
    }
    const entries = [...writes].map(([key, attempts]) => entryOf(key, attempts, reads.get(key)));
    for (const [key, read] of reads) {
        if (attempted.has(key) || finding(read) !== 'present')
            continue;
        entries.push({ key, state: 'unexpected', acknowledgedAtMs: undefined, requests: [read.id], found: 'present, never written' });
    }
    return entries;
}
export const acknowledged = (write) => write.outcome === 'ok' || write.outcome === 'degraded';
function entryOf(key, attempts, read) {
    const acks = attempts.filter(acknowledged).map((write) => write.endedAtMs);
    const found = read === undefined ? 'unreadable' : finding(read);
    const state = acks.length > 0 ? acknowledgedState(found) : unacknowledgedState(found, attempts.every(refusedForCertain));
    return {
        key,
        state,
        acknowledgedAtMs: acks.length > 0 ? Math.min(...acks) : undefined,
        requests: [...attempts.map((write) => write.id), ...(read === undefined ? [] : [read.id])],
        found: state === 'lost' && read !== undefined ? described(read) : undefined,
    };
}
function acknowledgedState(found) {
    if (found === 'present')
        return 'stable';
    return found === 'unreadable' ? 'unread' : 'lost';
}
/** A body other than the written one may be how a service says "nothing there", so it is not held against an unacknowledged write. */
function unacknowledgedState(found, refused) {
    if (found === 'present')
        return refused ? 'unexpected' : 'recovered';
    return refused ? 'rejected' : 'unknown';
}
function finding(read) {
    if (read.outcome === 'ok' || read.outcome === 'degraded')
        return 'present';
    if (read.outcome === 'wrong-content')
        return 'different';
    return read.outcome === 'error-status' && (read.status === 404 || read.status === 410) ? 'absent' : 'unreadable';
}
const described = (read) => read.outcome === 'wrong-content' ? `another value${read.detail === undefined ? '' : ` (${read.detail})`}` : `nothing (status ${read.status})`;
/** Client errors that leave open whether the write was applied: a timeout, or a conflict with what may be our own earlier try. */
const openClientErrors = new Set([408, 409]);
/**
 * The write cannot have been applied: nothing was sent, or the service said that the request itself was at fault. A 5xx, and
 * a 503 however polite, promises nothing.
 */
function refusedForCertain(write) {
    if (write.outcome === 'refused' || write.outcome === 'reset-before-send')
        return true;
    if (write.status !== undefined)
        return write.status >= 400 && write.status < 500 && !openClientErrors.has(write.status);
    return write.sentAtMs === undefined;
}
