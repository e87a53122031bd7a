import { request } from 'node:http';
import { connect } from 'node:net';
/** Never throws: what went wrong is the answer. */
export function probe(url, { method = 'GET', timeoutMs, signal }) {
    return new Promise((resolve) => {
        const sent = request(url, { method, agent: false, headers: { connection: 'close' }, ...(signal === undefined ? {} : { signal }) });
        const timer = setTimeout(() => {
            resolve({ outcome: 'timeout' });
            sent.destroy();
        }, timeoutMs);
        sent.on('response', (response) => {
            clearTimeout(timer);
            const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
            resolve({ outcome: 'answered', status: response.statusCode ?? 0, headers });
            response.on('error', () => { }); // the head is all we wanted
            response.resume();
        });
        sent.on('error', (error) => {
            clearTimeout(timer);
            resolve({ outcome: error.code === 'ECONNREFUSED' ? 'refused' : 'reset', ...(error.code === undefined ? {} : { code: error.code }) });
        });
        sent.end();
    });
}
/** Readiness or liveness passes with any 2xx or 3xx. */
export const passes = (answer) => answer.status !== undefined && answer.status >= 200 && answer.status < 400;
/** Whether something accepts TCP connections there. */
export function acceptsConnections(host, port, timeoutMs) {
    return new Promise((resolve) => {
        const socket = connect({ host, port });
        const end = (accepted) => {
            clearTimeout(timer);
            socket.destroy();
            resolve(accepted);
        };
        const timer = setTimeout(() => end(false), timeoutMs);
        socket.on('connect', () => end(true));
        socket.on('error', () => end(false));
    });
}
/** Polls until the condition holds, the time is up or the signal fires. A condition that throws does not hold. */
export async function pollUntil(condition, options) {
    const endAt = performance.now() + options.timeoutMs;
    for (;;) {
        if (options.signal?.aborted)
            return false;
        if (await Promise.resolve().then(condition).catch(() => false))
            return true;
        if (performance.now() >= endAt)
            return false;
        await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 25));
    }
}
