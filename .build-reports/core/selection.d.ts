import type { RequirementId } from './requirement.js';
import type { Suite } from './scenario.js';
/** Whether a text matches a pattern in which `*` stands for anything; case is ignored. */
export declare function matchesGlob(pattern: string, text: string): boolean;
/**
 * The requirements that selectors mean; undefined without selectors. A selector that matches nothing is an error, never an
 * empty success. Throws SW_SELECTION_EMPTY.
 */
export declare function selectRequirements(selectors: readonly string[] | undefined, suites: readonly Suite[]): ReadonlySet<RequirementId> | undefined;
