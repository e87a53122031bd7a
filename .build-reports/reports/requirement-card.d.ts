import type { Requirement } from '../core/requirement.js';
/** The whole card of a requirement as plain text; `explain` prints it and the generated reference is made of it. */
export declare function requirementCard(requirement: Requirement, scenarios: readonly string[]): string;
