/** Load name of a pair's requests, so that a finding can name them. */
export const pairLoadPrefix = 'pair ';
export const pairLoad = ({ from, to }) => `${pairLoadPrefix}${from} > ${to}`;
const succeeded = (answer) => answer.outcome === 'ok' || answer.outcome === 'degraded';
const said = (answer) => `${answer.outcome}${answer.status === undefined ? '' : ` ${answer.status}`}`;
const untried = { ok: false, final: false, detail: 'never tried' };
/** Only a polite refusal may be tried again from the start; any other failed beginning is what the replica did. */
const begun = (where, what, answer) => ({ ok: false, final: answer.outcome !== 'polite-refusal', detail: `${what} on ${where} gave ${said(answer)}` });
const continued = (where, what, answer) => ({ ok: succeeded(answer), final: succeeded(answer), detail: `${what} on ${where} gave ${said(answer)}` });
export function recordProbe(context, pair, read) {
    const common = { load: pairLoad(pair), fresh: pair.from === 'balancer' };
    let written;
    return {
        pair,
        kind: 'record',
        last: untried,
        attempt: async () => {
            if (written === undefined) {
                const key = context.traffic.newKey();
                const answer = await context.traffic.send({ ...common, operation: 'data.write', via: pair.from, key });
                if (!succeeded(answer))
                    return begun(pair.from, 'the write', answer);
                written = key;
            }
            return continued(pair.to, `the read (${read})`, await context.traffic.send({ ...common, operation: read, via: pair.to, key: written }));
        },
    };
}
export function sessionProbe(context, pair, tokenPointer) {
    const common = { load: pairLoad(pair), fresh: pair.from === 'balancer', key: context.traffic.newKey() };
    let token;
    return {
        pair,
        kind: 'session',
        last: untried,
        attempt: async () => {
            if (token === undefined) {
                const answer = await context.traffic.send({ ...common, operation: 'session.open', via: pair.from });
                if (!succeeded(answer))
                    return begun(pair.from, 'opening the session', answer);
                token = tokenAt(answer.body, tokenPointer);
                if (token === undefined)
                    return { ok: false, final: true, detail: `${pair.from} gave no session token at ${tokenPointer}` };
            }
            const answer = await context.traffic.send({ ...common, operation: 'session.resume', via: pair.to, token });
            return continued(pair.to, 'resuming the session', answer);
        },
    };
}
/** Tries all probes until each is settled or the time is up, and records one observation `pair` for each. */
export async function runProbes(context, probes, timeoutMs) {
    const first = probes[0];
    if (first === undefined)
        return;
    let pending = probes;
    await context.until(`work begun on ${first.pair.from} is continued on ${first.pair.to}`, async () => {
        await Promise.all(pending.map(async (probe) => (probe.last = await probe.attempt())));
        pending = pending.filter((probe) => !probe.last.final);
        return pending.length === 0;
    }, timeoutMs);
    for (const { pair, kind, last } of probes) {
        const value = { ...pair, kind, ok: last.ok, detail: last.detail };
        context.observe('pair', pair.to, value);
    }
}
/** The token in an answer, by JSON pointer (RFC 6901). */
export function tokenAt(body, pointer) {
    let value = body;
    for (const part of pointer.split('/').slice(1)) {
        if (typeof value !== 'object' || value === null)
            return undefined;
        value = value[part.replaceAll('~1', '/').replaceAll('~0', '~')];
    }
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
