/** `counted(1, 'stop')` is '1 stop', `counted(3, 'stop')` is '3 stops'. The plural is given when it is not formed with an s. */
export const counted = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
/** `a`, `a and b`, `a, b and c`. */
export function listed(items) {
    const last = items.at(-1) ?? '';
    return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}
/** Milliseconds as people read them: '850 ms', '2.4 s', '120 s'. */
export function spanned(durationMs) {
    if (durationMs < 1_000)
        return `${Math.round(durationMs)} ms`;
    return `${Number((durationMs / 1_000).toFixed(durationMs < 10_000 ? 1 : 0))} s`;
}
