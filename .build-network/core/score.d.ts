import { type Outcome } from './outcome.js';
import type { Keyword, Level, ProfileName } from './requirement.js';
import type { Score } from './run-report.js';
/** What scoring needs to know of a judged requirement. */
export interface ScoredRequirement {
    readonly id: string;
    readonly keyword: Keyword;
    readonly level: Level;
    readonly weight: number;
    readonly outcome: Outcome;
    readonly waived: boolean;
}
/** Below this coverage an area gets no grade: not enough evidence. */
export declare const areaCoverageMin = 0.7;
export declare function countOutcomes(requirements: readonly ScoredRequirement[]): Readonly<Record<Outcome, number>>;
/** 100 x credit / weight over everything that was judged or should have been; null when there is nothing. */
export declare function scoreValue(requirements: readonly ScoredRequirement[]): number | null;
/** Weight of what was judged with a result over the weight of everything in the catalogue, in [0, 1]. */
export declare function coverageOf(requirements: readonly ScoredRequirement[]): number;
/**
 * A level is reached when every MUST at or below it is passed or not-applicable and the SHOULDs have at least
 * 80 % weighted credit. Skipped requirements were not shown to hold, so they stand in the way.
 */
export declare function levelReached(requirements: readonly ScoredRequirement[], level: Level): boolean;
/** The highest level such that it and all below it are reached; a profile below `standard` shows level 2 at most. */
export declare function levelOf(requirements: readonly ScoredRequirement[], profile: ProfileName): 0 | Level;
export declare function scoreOf(requirements: readonly ScoredRequirement[], profile: ProfileName): Score;
export interface Decision {
    readonly exitCode: number;
    readonly verdict: string;
}
export interface DecisionInput {
    readonly requirements: readonly ScoredRequirement[];
    readonly requiredLevel: Level | null;
    readonly level: 0 | Level;
    readonly restored: boolean;
}
/** Exit code and sentence of a finished run. Without a required level, every MUST that was selected counts. */
export declare function decide({ requirements, requiredLevel, level, restored }: DecisionInput): Decision;
