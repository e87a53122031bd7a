import type { History } from '../core/history.js';
export declare const historySchema = "seaworthy-history/v1";
/**
 * Opens a recorded history. Walking it reads the file in chunks and validates every line; memory is bounded.
 * A history without its last line was cut off: it gets an `incomplete` event, so that nothing in it can pass.
 * Throws SeaworthyError SW_HISTORY_CORRUPT with file and line.
 */
export declare function openHistory(path: string): History;
