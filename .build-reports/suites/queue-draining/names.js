/** Names under which the scenarios of this suite record and the checks find again. */
export const loads = {
    background: 'background',
    stragglers: 'straggler',
    stragglerEffects: 'straggler-effects',
    keepAlive: 'keep-alive',
    /** Given by the traffic engine. */
    witness: 'witness',
    qualification: 'balancer-qualification',
};
/** A drain's label is also the group of its witnesses. */
export const labels = {
    numbered: (number) => `drain-${number}`,
    isNumbered: (label) => label !== undefined && /^drain-\d+$/.test(label),
    killControl: 'kill-control',
    behindBalancer: 'behind-balancer',
    withStuckRequest: 'with-stuck-request',
    restore: 'restore',
};
/** Groups of witnesses that go with no label of their own. */
export const groups = { stuck: 'stuck', ordinary: 'ordinary' };
/** Observation by the scenario: whether a replica is back after a drain, `Returned`. */
export const returnedProbe = 'returned';
