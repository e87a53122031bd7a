import { tokenAt } from './replica-pairs.js';
export const rollCallLoad = (when) => `roll call ${when}`;
export const rollCallAttempts = 3;
const succeeded = (answer) => answer.outcome === 'ok' || answer.outcome === 'degraded';
const said = (answer) => (succeeded(answer) ? '' : `${answer.outcome}${answer.status === undefined ? '' : ` ${answer.status}`}`);
/**
 * Writes one record that all later reads ask for, and lets it reach every reader: a read of something newer could miss it
 * because of the declared lag, which says nothing about the replica that is gone.
 */
export async function prepareRollCall(context) {
    const { data, traffic } = context.service;
    const key = context.traffic.newKey();
    if (data !== undefined) {
        await context.traffic.send({ load: rollCallLoad('preparation'), operation: 'data.write', via: 'balancer', key });
        await context.pause(data.maxLagMs);
    }
    return {
        async call(when) {
            const send = (operation, more = {}) => context.traffic.send({ load: rollCallLoad(when), operation, via: 'balancer', fresh: true, ...more });
            const calls = new Map();
            for (const name of Object.keys(traffic))
                calls.set(name, async () => said(await send(name)));
            if (data !== undefined)
                calls.set('data.write', async () => said(await send('data.write', { key: context.traffic.newKey() })));
            if (data?.readStrong !== undefined)
                calls.set('data.read.strong', async () => said(await send('data.read.strong', { key })));
            if (data?.readOrdinary !== undefined)
                calls.set('data.read.ordinary', async () => said(await send('data.read.ordinary', { key })));
            const session = data?.session;
            if (session !== undefined)
                calls.set('session', () => oneSession(send, context.traffic.newKey(), session.tokenPointer));
            await Promise.all([...calls].map(([operation, run]) => callOne(context, { when, operation, run })));
        },
    };
}
async function oneSession(send, key, tokenPointer) {
    const opened = await send('session.open', { key });
    const token = tokenAt(opened.body, tokenPointer);
    if (!succeeded(opened) || token === undefined)
        return said(opened) || 'no token in the answer';
    return said(await send('session.resume', { key, token }));
}
async function callOne(context, one) {
    const failures = (await Promise.all(Array.from({ length: rollCallAttempts }, () => one.run()))).filter((detail) => detail !== '');
    const value = {
        when: one.when,
        operation: one.operation,
        attempts: rollCallAttempts,
        ok: rollCallAttempts - failures.length,
        detail: failures[0] ?? '',
    };
    context.observe('roll-call', one.operation, value);
}
