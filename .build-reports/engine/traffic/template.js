/** A text cut at its placeholders once, to be filled many times. */
export class Template {
    placeholders;
    #parts; // text and names of placeholders in turn
    constructor(text) {
        this.#parts = text.split(/\{(key|value|durationMs|token)\}/);
        this.placeholders = new Set(this.#parts.filter((_part, index) => index % 2 === 1));
    }
    /** `escape` is applied to what is put in, never to the text around it. A value that is not there leaves nothing. */
    fill(values, escape = (text) => text) {
        if (this.#parts.length === 1)
            return this.#parts[0];
        let filled = '';
        this.#parts.forEach((part, index) => {
            filled += index % 2 === 0 ? part : escape(String(values[part] ?? ''));
        });
        return filled;
    }
}
export const escapeInJson = (text) => JSON.stringify(text).slice(1, -1);
/** The value at a JSON pointer (RFC 6901), or undefined when nothing stands there. */
export function atPointer(document, pointer) {
    let found = document;
    for (const token of pointer.split('/').slice(1)) {
        const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
        if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name))
            return undefined;
        found = found[name];
    }
    return found;
}
