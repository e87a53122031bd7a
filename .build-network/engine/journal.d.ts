import type { Journal, JournalEntry } from '../core/driver.js';
export interface JournalFile extends Journal {
    close(): void;
}
export interface JournalContents {
    /** Entries that were recorded and not done, in recorded order. */
    readonly open: readonly (JournalEntry & {
        readonly id: number;
    })[];
    /** Lines that could not be read. One at the end is the write that the harness died in. */
    readonly damagedLines: number;
}
/**
 * Opens a new journal: NDJSON lines `{ id, entry }` and `{ done: id }`. `record` returns when the line is on disk
 * (fdatasync), so that what it speaks of can always be undone by somebody else. Throws when the file exists.
 */
export declare function openJournal(file: string): JournalFile;
/** Reads a journal that may still be written, or that ends in the middle of a line. A missing file is empty. */
export declare function readJournal(file: string): JournalContents;
