import { Readable } from 'node:stream';
/** A request body whose length is announced and whose last byte is kept back until `release`. */
export declare class HeldBody {
    #private;
    readonly stream: Readable;
    readonly length: number;
    constructor(body: string | undefined);
    release(): void;
}
