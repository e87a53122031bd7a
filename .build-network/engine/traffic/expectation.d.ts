import type { Operation } from '../../core/service-descriptor.js';
import { type ReceivedBody } from './received-body.js';
import type { Seen } from './classification.js';
import { type Placeholder, type Values } from './template.js';
export interface FilledRequest {
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | undefined;
}
/** An operation made ready: its templates cut, its promises ready to be compared with answers. */
export declare class CompiledOperation {
    #private;
    readonly operation: Operation;
    readonly placeholders: ReadonlySet<Placeholder>;
    /** Answers are looked into, so their bodies are needed. */
    readonly readsBody: boolean;
    constructor(operation: Operation);
    fill(values: Values): FilledRequest;
    /** Why a complete answer is not what was promised, or undefined. An empty list of statuses means any 2xx. */
    problem(status: number, body: ReceivedBody, values: Values): Seen['problem'];
}
/** The document a text is, or undefined when it is not JSON. */
export declare function parsed(text: string): {
    readonly value: unknown;
} | undefined;
