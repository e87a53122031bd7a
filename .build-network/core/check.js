export const evidenceRequestsMax = 50;
export const passed = (summary, evidence = [], more = {}) => ({ outcome: 'passed', summary, evidence, ...more });
export const failed = (summary, evidence = [], more = {}) => ({ outcome: 'failed', summary, evidence, ...more });
export const inconclusive = (summary, evidence = [], more = {}) => ({ outcome: 'inconclusive', summary, evidence, ...more });
export const notApplicable = (summary, evidence = []) => ({ outcome: 'not-applicable', summary, evidence });
/** Exact 95 % upper bound of the failure probability after zero failures in n trials (about 3 / n). */
export function zeroFailuresBound95(n) {
    return n <= 0 ? 1 : 1 - Math.pow(0.05, 1 / n);
}
/** `{ n, bound95 }` of zero failures in n trials. */
export const strengthOf = (n) => ({ n, bound95: zeroFailuresBound95(n) });
