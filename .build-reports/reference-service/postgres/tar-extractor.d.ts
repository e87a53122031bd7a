import type { RunAs } from './run-as.js';
/**
 * Unpacks a tar archive (POSIX 1003.1 ustar: files and folders, which is what BASE_BACKUP sends) that arrives in
 * pieces of any size. Writes synchronously, so the sender is held back and memory stays small.
 */
export declare class TarExtractor {
    private readonly directory;
    private readonly owner;
    private pending;
    private file;
    private contentLeft;
    private paddingLeft;
    constructor(directory: string, owner: RunAs);
    write(chunk: Buffer): void;
    /** Throws when the archive stopped in the middle of something. */
    end(): void;
    private takeContent;
    private takePadding;
    private takeHeader;
    private begin;
    private beginFile;
    private closeFile;
}
