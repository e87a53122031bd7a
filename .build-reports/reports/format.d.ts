import type { Evidence } from '../core/check.js';
import type { RunReport, Score } from '../core/run-report.js';
/** `820 ms`, `12.3 s`, `3 min 05 s`, `1 h 02 min`. */
export declare function formatDuration(durationMs: number): string;
/** `0:07`, `12:40`, `1:02:03`: for clocks that run. */
export declare function formatClock(durationMs: number): string;
/**
 * A share as whole percent, rounded down: 99.96 % must never read as complete. What is above nothing but below one
 * percent reads `<1 %`.
 */
export declare function formatShare(ratio: number): string;
/** An upper bound as percent with two significant digits, rounded up: `9.6 %`. */
export declare function formatBound(probability: number): string;
/** 0-100 rounded down, or `–` when nothing was judged. */
export declare const formatScore: (value: number | null) => string;
/** Score, coverage and level in one breath: a score is never shown without the other two. */
export declare function formatScoreLine(score: Score): string;
/** A measurement as precise as needed to tell it from its limit: six significant digits. */
export declare function formatNumber(value: number): string;
export declare const formatMeasurement: (value: number, unit: Evidence["unit"]) => string;
/** `measured 812 ms, allowed 2 s`; empty when nothing was measured. */
export declare function formatComparison(evidence: Evidence): string;
export declare const formatThreshold: (value: number | readonly number[]) => string;
/** What the required level asks for, in words. */
export declare const formatRequiredLevel: (level: RunReport["requiredLevel"]) => string;
