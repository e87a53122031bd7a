/** A close within this time of sending on a reused connection may have crossed the request on its way (VAL-03). */
export const idleRaceMs = 50;
/** Failures of our own machine or program. They say nothing about the service. */
const ownFailures = new Set([
    'EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM', 'EACCES', 'EPERM', 'ENOTFOUND', 'EAI_AGAIN',
    'UND_ERR_DESTROYED', 'UND_ERR_CLOSED', 'UND_ERR_INVALID_ARG', 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH', 'SW_CONNECTION_ENDED',
]);
/** An answer that stopped before its end. */
const brokenOff = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'HPE_INVALID_EOF_STATE', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH']);
/** The outcome taxonomy of the validity notes on keep-alive races (VAL-03). */
export function classify(seen) {
    switch (seen.ending) {
        case 'complete':
            return classifyAnswer(seen);
        case 'cancelled':
            return { outcome: 'cancelled' };
        case 'endless':
            return { outcome: 'wrong-content', detail: 'the body did not end within the bytes that are read at most' };
        case 'timeout':
            if (!seen.connected)
                return { outcome: 'refused', detail: 'no connection within the deadline' };
            return { outcome: 'timeout', ...(seen.responseBytes > 0 ? { detail: 'the answer had begun' } : {}) };
        case 'failed':
            return classifyFailure(seen);
    }
}
function classifyAnswer(seen) {
    const { status = 0, problem } = seen;
    if (seen.balancer !== undefined)
        return { outcome: 'error-status', detail: `made by the balancer: ${seen.balancer}` };
    if (problem === undefined)
        return { outcome: 'ok' };
    if (problem.of === 'content')
        return { outcome: 'wrong-content', detail: problem.text };
    if ((status === 429 || status === 503) && (seen.retryAfter || seen.closeAnnounced))
        return { outcome: 'polite-refusal' };
    return { outcome: status >= 200 && status < 300 ? 'wrong-content' : 'error-status', detail: problem.text };
}
function classifyFailure(seen) {
    const code = seen.code ?? '';
    if (ownFailures.has(code))
        return { outcome: 'cancelled', detail: `failure of the harness: ${code}` };
    if (!seen.connected)
        return { outcome: 'refused' };
    if (seen.responseBytes > 0)
        return classifyBrokenAnswer(seen, code);
    if (seen.reused && (seen.sinceSentMs ?? 0) < idleRaceMs)
        return { outcome: 'reset-idle', detail: seen.closedByPeer ? 'FIN' : 'RST' };
    if (!seen.written)
        return { outcome: 'reset-before-send' };
    return { outcome: seen.closedByPeer ? 'closed-in-flight' : 'reset-in-flight' };
}
function classifyBrokenAnswer(seen, code) {
    const endedEarly = seen.closedByPeer || brokenOff.has(code);
    if (endedEarly)
        return { outcome: 'truncated', detail: seen.closedByPeer ? 'FIN' : 'RST' };
    return { outcome: 'wrong-content', detail: `not an HTTP answer: ${code}` };
}
