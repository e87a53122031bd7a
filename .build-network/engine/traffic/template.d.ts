/** What the placeholders of an operation stand for. */
export interface Values {
    readonly key?: string;
    readonly value?: string;
    readonly durationMs?: number;
    readonly token?: string;
}
export type Placeholder = keyof Values;
/** A text cut at its placeholders once, to be filled many times. */
export declare class Template {
    #private;
    readonly placeholders: ReadonlySet<Placeholder>;
    constructor(text: string);
    /** `escape` is applied to what is put in, never to the text around it. A value that is not there leaves nothing. */
    fill(values: Values, escape?: (text: string) => string): string;
}
export declare const escapeInJson: (text: string) => string;
/** The value at a JSON pointer (RFC 6901), or undefined when nothing stands there. */
export declare function atPointer(document: unknown, pointer: string): unknown;
