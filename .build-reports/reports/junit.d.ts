import type { Reporter } from '../core/run-event.js';
import type { RunReport } from '../core/run-report.js';
/**
 * The dialect that Jenkins, GitLab and the GitHub actions have in common: testsuites > testsuite (an area) > testcase
 * (a requirement). failed and missing are failures, inconclusive and error are errors, not-applicable and skipped are
 * skipped, and so is what a waiver accepts. A suite `run` turns red when the run itself cannot be trusted, because a
 * run that judged nothing would otherwise be green.
 */
export declare function reportAsJunit(report: RunReport): string;
export declare const junitReporter: Reporter;
