/**
 * Text that came from a service under test is hostile until shown otherwise: it may hold escape sequences that
 * clear a terminal, characters that reverse the reading direction, or markers that CI servers obey.
 */
/**
 * The same text with everything that acts instead of being read made visible. Line feeds and tabs stay. The
 * result is well-formed Unicode and holds only characters that XML 1.0 allows.
 */
export declare function printable(text: string): string;
/** `printable` on one line: a service must not be able to forge a line of ours. */
export declare function oneLine(text: string): string;
/**
 * CI servers obey markers inside a log or a JUnit file: `##[…]`, `##vso[…]` and `##teamcity[…]` anywhere in a line,
 * `[[ATTACHMENT|…]]` in system-out (it uploads the named file). Broken up here so that only we can use them.
 */
export declare function withoutMarkers(text: string): string;
