/** Of a body this much is kept to be looked at. */
export declare const keptBytesMax = 1048576;
/** A body longer than this is given up: it may never end. */
export declare const readBytesMax: number;
/** The beginning of a body, the end of one that is too long to keep, and its length. */
export declare class ReceivedBody {
    #private;
    bytes: number;
    constructor(keep: boolean);
    /** False when it is too long to go on reading. */
    add(chunk: Buffer): boolean;
    /** Everything was kept. */
    get whole(): boolean;
    /** What was kept of its beginning. */
    text(): string;
    /** At least its last 4 kB, when it was kept. */
    end(): string;
}
