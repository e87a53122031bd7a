import { effectCountAnywhere } from './effects.js';
import { HeldBody } from './held-body.js';
import { witnessDuration, witnessOperation, stuckOperation } from './witness-operation.js';
import { WitnessRequest } from './witness-request.js';
const load = 'witness';
const proofTimeoutMs = 5_000;
const lookEveryMs = 5;
/** Through a balancer most requests go elsewhere: so many are sent at most for one witness. */
const attemptsPerWitness = 8;
/**
 * Sends requests until `count` are proven to be executing in the instance, or no more can be proven. Resolves with
 * those that still execute then; only they become witness events.
 */
export async function startWitnesses(context, options) {
    const { group, count, through = 'direct' } = options;
    const made = witnessOperation(context.service, context.operations);
    const instance = instanceOf(context, options.instance);
    if (made === undefined)
        return emptyGroup(group);
    const client = context.client(load, through === 'direct' ? instance.id : 'balancer', 'fresh');
    const requests = [];
    const proven = () => requests.filter((one) => one.proof !== undefined && one.executing);
    const attemptsMax = through === 'direct' ? count : count * attemptsPerWitness;
    const endAtMs = context.clock() + proofTimeoutMs;
    while (proven().length < count && requests.length < attemptsMax && context.clock() < endAtMs && !context.signal.aborted) {
        const batch = Math.min(count - proven().length, attemptsMax - requests.length);
        for (let n = 0; n < batch; n++) {
            const durationMs = witnessDuration(context.service, made, { index: requests.length % count, count });
            requests.push(begin(context, { client, made, instance, direct: through === 'direct', durationMs }));
        }
        await lookUntil(context, requests, endAtMs);
    }
    await Promise.all(requests.map((one) => one.confirm()));
    void Promise.all(requests.map((one) => one.completed)).then(() => client.close());
    return recordedGroup(context, { group, instance: instance.id, made, requests, proven: proven() });
}
/** One request that cannot finish by itself before `forMs`. Ends when released; what cannot be ended is given up. */
export async function startStuck(context, options) {
    const made = stuckOperation(context.service, context.operations, options.forMs);
    const instance = instanceOf(context, options.instance);
    if (made === undefined)
        return { ...emptyGroup(options.group), release: () => { } };
    const client = context.client(load, instance.id, 'fresh');
    let held;
    const hold = (body) => (held = new HeldBody(body));
    const ongoing = client.begin({
        operation: made.operation,
        plannedAtMs: context.clock(),
        durationMs: options.forMs + stuckMarginMs,
        timeoutMs: options.forMs + stuckTimeoutMs,
        ...(made.means === 'hold' ? { hold } : {}),
    });
    const request = new WitnessRequest(context, { ongoing, instance, made, direct: true });
    await lookUntil(context, [request], context.clock() + proofTimeoutMs);
    void request.completed.then(() => client.close());
    const proven = request.proof !== undefined && request.executing ? [request] : [];
    const group = recordedGroup(context, { group: options.group, instance: instance.id, made, requests: [request], proven });
    return { ...group, release: () => (held === undefined ? ongoing.cancel() : held.release()) };
}
const stuckMarginMs = 10_000;
const stuckTimeoutMs = 60_000;
function begin(context, { client, made, instance, direct, durationMs }) {
    const { timeoutMs } = made.operation.operation;
    const hold = (body) => {
        const held = new HeldBody(body);
        const timer = setTimeout(() => held.release(), durationMs);
        held.stream.once('close', () => clearTimeout(timer));
        return held;
    };
    const ongoing = client.begin({
        operation: made.operation,
        plannedAtMs: context.clock(),
        durationMs,
        timeoutMs: Math.max(timeoutMs, durationMs * 2),
        ...(made.means === 'hold' ? { hold } : {}),
    });
    return new WitnessRequest(context, { ongoing, instance, made, direct });
}
/** Until none of them can become proven any more by waiting. */
async function lookUntil(context, requests, endAtMs) {
    for (;;) {
        for (const one of requests)
            one.look();
        if (!requests.some((one) => one.open) || context.clock() >= endAtMs || context.signal.aborted)
            return;
        await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
}
function recordedGroup(context, { group, instance, made, requests, proven }) {
    const record = (one, effects) => {
        if (one.proof === undefined)
            return;
        const { grade, atMs } = one.proof;
        context.record({ kind: 'witness', request: one.ongoing.id, group, instance, proof: grade, provenAtMs: atMs, ...(effects === undefined ? {} : { effects }) });
    };
    for (const one of proven)
        record(one);
    return {
        group,
        proven: proven.length,
        proof: weakest(proven.map((one) => one.proof?.grade ?? 'D')),
        keys: proven.flatMap((one) => one.ongoing.key ?? []),
        ended: (timeoutMs) => within(Promise.all(requests.map((one) => one.completed)), timeoutMs),
        lookUpEffects: async () => {
            const lookUp = async (one) => {
                const { key } = one.ongoing;
                if (key === undefined)
                    return;
                const effects = await effectCountAnywhere(context, { operation: made.operation.operation, key, last: instance });
                if (effects !== undefined)
                    record(one, effects);
            };
            await Promise.all(proven.map(lookUp));
        },
    };
}
const weakest = (grades) => [...grades].sort().at(-1) ?? 'D';
const emptyGroup = (group) => ({ group, proven: 0, proof: 'D', keys: [], ended: () => Promise.resolve(true), lookUpEffects: () => Promise.resolve() });
function instanceOf(context, id) {
    return { id, url: context.urlOf(id) };
}
async function within(promise, timeoutMs) {
    let timer;
    const expired = new Promise((resolve) => {
        timer = setTimeout(() => resolve(false), timeoutMs);
    });
    try {
        return await Promise.race([promise.then(() => true), expired]);
    }
    finally {
        clearTimeout(timer);
    }
}
