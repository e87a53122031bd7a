import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { messageOf, SeaworthyError } from '../core/errors.js';
export const historySchema = 'seaworthy-history/v1';
/** Required numbers of each kind of event: enough to notice a history that was damaged or edited by hand. */
const numbersOf = {
    request: ['id', 'plannedAtMs', 'endedAtMs'],
    witness: ['request', 'provenAtMs'],
    intervention: ['id', 'atMs'],
    observation: ['atMs'],
    gate: ['startedAtMs', 'atMs', 'requests', 'failed'],
    phase: ['atMs'],
    fact: ['atMs'],
    platform: ['atMs'],
    incomplete: ['atMs'],
};
const textsOf = {
    request: ['load', 'operation', 'method', 'via', 'outcome'],
    witness: ['group', 'instance', 'proof'],
    intervention: ['name', 'target', 'phase'],
    observation: ['probe', 'target'],
    gate: ['name'],
    phase: ['name'],
    fact: ['name'],
    platform: ['name', 'target'],
    incomplete: ['reason', 'cause'],
};
const chunkBytes = 256 * 1024;
/** Below this many events they are kept after the first walk, so that a dozen checks parse the file once. */
const keepEventsMax = 200_000;
/**
 * Opens a recorded history. Walking it reads the file in chunks and validates every line; memory is bounded.
 * A history without its last line was cut off: it gets an `incomplete` event, so that nothing in it can pass.
 * Throws SeaworthyError SW_HISTORY_CORRUPT with file and line.
 */
export function openHistory(path) {
    let kept;
    return {
        events() {
            if (kept !== undefined)
                return kept;
            return walk(path, (events) => {
                kept = events;
            });
        },
    };
}
function* walk(path, keep) {
    let collected = [];
    let count = 0;
    let lastAtMs = 0;
    let headed = false;
    let ended = false;
    for (const { text, number, torn } of linesOf(path)) {
        if (torn)
            break;
        const parsed = parseLine(text, path, number);
        if (number === 1) {
            if (parsed['kind'] !== 'header' || parsed['schema'] !== historySchema)
                throw corrupt(path, 1, `found ${text.slice(0, 60)}, expected a header with schema ${historySchema}`);
            headed = true;
            continue;
        }
        if (parsed['kind'] === 'end') {
            if (parsed['events'] !== count)
                throw corrupt(path, number, `the last line counts ${String(parsed['events'])} events, but the file has ${count}`);
            ended = true;
            continue;
        }
        if (ended)
            throw corrupt(path, number, 'found an event after the last line of the history');
        const event = validEvent(parsed, path, number);
        count += 1;
        lastAtMs = 'atMs' in event ? event.atMs : event.kind === 'request' ? event.endedAtMs : lastAtMs;
        if (collected !== undefined && collected.length < keepEventsMax)
            collected.push(event);
        else
            collected = undefined;
        yield event;
    }
    if (!headed)
        throw corrupt(path, 1, 'the file holds no complete line');
    if (!ended) {
        const cut = { kind: 'incomplete', atMs: lastAtMs, reason: 'the history was cut off: its last line is missing', cause: 'interrupted' };
        collected?.push(cut);
        yield cut;
    }
    if (collected !== undefined)
        keep(collected);
}
function parseLine(text, path, number) {
    try {
        const value = JSON.parse(text);
        if (typeof value === 'object' && value !== null && !Array.isArray(value))
            return value;
    }
    catch (thrown) {
        throw corrupt(path, number, messageOf(thrown));
    }
    throw corrupt(path, number, `found ${text.slice(0, 60)}, expected a JSON object`);
}
function validEvent(value, path, number) {
    const kind = value['kind'];
    const numbers = Object.hasOwn(numbersOf, String(kind)) ? numbersOf[kind] : undefined;
    if (numbers === undefined)
        throw corrupt(path, number, `found an event of kind ${JSON.stringify(kind)}, expected one of ${Object.keys(numbersOf).join(', ')}`);
    const wrongNumber = numbers.find((key) => !Number.isFinite(value[key]));
    if (wrongNumber !== undefined)
        throw corrupt(path, number, `${kind}.${wrongNumber} is ${JSON.stringify(value[wrongNumber])}, expected a number`);
    const wrongText = textsOf[kind].find((key) => typeof value[key] !== 'string');
    if (wrongText !== undefined)
        throw corrupt(path, number, `${kind}.${wrongText} is ${JSON.stringify(value[wrongText])}, expected a text`);
    return value;
}
const corrupt = (path, line, found) => new SeaworthyError('SW_HISTORY_CORRUPT', `while reading the history: ${found} (${path}:${line})`, {
    hint: 'The file was changed or damaged after the run. Judge a run whose files are as they were written.',
});
/** Lines of a file, read in chunks. A last line without its line feed is marked torn. */
function* linesOf(path) {
    const file = open(path);
    try {
        const decoder = new StringDecoder('utf8');
        const chunk = Buffer.allocUnsafe(chunkBytes);
        let rest = '';
        let number = 0;
        for (;;) {
            const length = readSync(file, chunk, 0, chunkBytes, null);
            const parts = (rest + (length === 0 ? decoder.end() : decoder.write(chunk.subarray(0, length)))).split('\n');
            rest = parts.pop() ?? '';
            for (const text of parts)
                yield { text, number: ++number, torn: false };
            if (length === 0)
                break;
        }
        if (rest !== '')
            yield { text: rest, number: number + 1, torn: true };
    }
    finally {
        closeSync(file);
    }
}
function open(path) {
    try {
        return openSync(path, 'r');
    }
    catch (thrown) {
        throw new SeaworthyError('SW_HISTORY_UNREADABLE', `while opening the history ${path}: ${messageOf(thrown)}`, { cause: thrown });
    }
}
