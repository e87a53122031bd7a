import { readInstance } from './direct-reading.js';
import { parsed } from './expectation.js';
import { valueOf } from './keys.js';
import { atPointer, Template } from './template.js';
const readTimeoutMs = 2_000;
/**
 * How often the effect with a key happened, by the word of one instance; 404 means never. Undefined when the
 * operation declares no effect, or the answer does not say.
 */
export async function effectCount(context, instance, options) {
    const { effect } = options.operation;
    if (effect === undefined)
        return undefined;
    const path = new Template(effect.path).fill({ key: options.key, value: valueOf(options.key) }, encodeURIComponent);
    const answer = await readInstance(context, instance, { path, timeoutMs: readTimeoutMs });
    if (answer.ending !== 'complete')
        return undefined;
    if (answer.status === 404)
        return 0;
    if (answer.status === undefined || answer.status < 200 || answer.status >= 300)
        return undefined;
    const count = atPointer(parsed(answer.body.text())?.value, effect.pointer);
    return typeof count === 'number' && Number.isFinite(count) ? count : undefined;
}
/** The same from the first instance that can tell, each tried in turn. */
export async function effectCountAnywhere(context, options) {
    const inTurn = [...context.instances].sort((a, b) => Number(a.id === options.last) - Number(b.id === options.last));
    for (const instance of inTurn) {
        const count = await effectCount(context, instance, options);
        if (count !== undefined)
            return count;
    }
    return undefined;
}
