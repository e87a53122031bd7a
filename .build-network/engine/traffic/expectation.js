import { isDeepStrictEqual } from 'node:util';
import { keptBytesMax } from './received-body.js';
import { atPointer, escapeInJson, Template } from './template.js';
/** An operation made ready: its templates cut, its promises ready to be compared with answers. */
export class CompiledOperation {
    operation;
    placeholders;
    /** Answers are looked into, so their bodies are needed. */
    readsBody;
    #path;
    #headers;
    #body;
    #json;
    #bodyEndsWith;
    #status;
    constructor(operation) {
        this.operation = operation;
        this.#path = new Template(operation.path);
        const headers = Object.entries(operation.headers);
        const typed = headers.some(([name]) => name.toLowerCase() === 'content-type');
        if (operation.body !== undefined && !typed)
            headers.push(['content-type', 'application/json']);
        this.#headers = headers.map(([name, text]) => [name, new Template(text)]);
        this.#body = operation.body === undefined ? undefined : new Template(JSON.stringify(operation.body));
        const { status, json, bodyEndsWith } = operation.expect;
        this.#status = new Set(status);
        this.#json = Object.entries(json).map(([pointer, value]) => ({ pointer, expected: new Template(JSON.stringify(value) ?? 'null') }));
        this.#bodyEndsWith = bodyEndsWith === undefined ? undefined : new Template(bodyEndsWith);
        this.readsBody = this.#json.length > 0 || bodyEndsWith !== undefined;
        this.placeholders = new Set([this.#path, this.#body, ...this.#headers.map(([, template]) => template)].flatMap((template) => [...(template?.placeholders ?? [])]));
    }
    fill(values) {
        const headers = {};
        for (const [name, template] of this.#headers)
            headers[name] = template.fill(values);
        return { path: this.#path.fill(values, encodeURIComponent), headers, body: this.#body?.fill(values, escapeInJson) };
    }
    /** Why a complete answer is not what was promised, or undefined. An empty list of statuses means any 2xx. */
    problem(status, body, values) {
        const expected = this.#status.size === 0 ? status >= 200 && status < 300 : this.#status.has(status);
        if (!expected)
            return { of: 'status', text: `status ${status}, expected ${[...this.#status].join(' or ') || '2xx'}` };
        const text = this.#contentProblem(body, values);
        return text === undefined ? undefined : { of: 'content', text: text.slice(0, 200) };
    }
    #contentProblem(body, values) {
        if (this.#bodyEndsWith !== undefined) {
            const ending = this.#bodyEndsWith.fill(values);
            if (!body.end().endsWith(ending))
                return `${body.bytes} bytes end with ${brief(body.end().slice(-60))}, expected ${brief(ending)}`;
        }
        if (this.#json.length === 0)
            return undefined;
        if (!body.whole)
            return `the body of ${body.bytes} bytes is longer than the ${keptBytesMax} that are read as JSON`;
        const document = parsed(body.text());
        if (document === undefined)
            return `the body is not JSON: ${brief(body.text().slice(0, 60))}`;
        for (const { pointer, expected } of this.#json) {
            const found = atPointer(document.value, pointer);
            const wanted = JSON.parse(expected.fill(values, escapeInJson));
            if (!isDeepStrictEqual(found, wanted))
                return `${pointer} is ${brief(found)}, expected ${brief(wanted)}`;
        }
        return undefined;
    }
}
const brief = (value) => (JSON.stringify(value) ?? 'nothing').slice(0, 80);
/** The document a text is, or undefined when it is not JSON. */
export function parsed(text) {
    try {
        return { value: JSON.parse(text) };
    }
    catch {
        return undefined;
    }
}
