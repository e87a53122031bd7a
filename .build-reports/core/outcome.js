export const outcomes = [
    'passed',
    'failed',
    'missing',
    'inconclusive',
    'error',
    'not-applicable',
    'skipped',
];
/** From worst to best: a requirement's outcome is the worst of its findings. */
const mergeOrder = ['failed', 'error', 'inconclusive', 'passed'];
/**
 * Merges the outcomes of all findings on one requirement: failed > error > inconclusive > passed;
 * not-applicable only when all are. No findings at all is an `error`: a requirement that nobody judged
 * must never look like one that held.
 */
export function mergeOutcomes(found) {
    if (found.length === 0)
        return 'error';
    return mergeOrder.find((outcome) => found.includes(outcome)) ?? 'not-applicable';
}
