/** The value that belongs to a key, so that an answer can be judged without remembering what was written. */
export declare function valueOf(key: string): string;
export interface KeyStoreOptions {
    readonly runKey: string;
    /** How long after its acknowledgement a key may still be missing in an ordinary read. */
    readonly visibleAfterMs: number;
    readonly random: () => number;
}
/** Makes keys, and knows which were attempted and which can be read. */
export declare class KeyStore {
    #private;
    constructor(options: KeyStoreOptions);
    /** `sw-<run>-<load>-<n>`, never the same twice. */
    newKey(load: string): string;
    /** A write of this key is about to be sent; from now on it may exist. */
    attempted(key: string): void;
    acknowledged(key: string, atMs: number): void;
    /** A key that every ordinary read must find by now, or undefined. */
    known(atMs: number): string | undefined;
    knownCount(atMs: number): number;
    attemptedKeys(): readonly string[];
}
