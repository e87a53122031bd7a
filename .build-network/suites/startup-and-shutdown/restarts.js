import { factOf, interventionsOf } from '../../core/reading.js';
/** Says so when the declared restart policy explains why nothing came back; else nothing. */
export function restartPolicySentence(history) {
    const policy = factOf(history, 'restartPolicy');
    return policy?.replicas === 'never' ? "; its restart policy is 'never', so nothing restarts it" : '';
}
/** Instances that the harness itself started or put back after an instant: they did not come back by themselves. */
export function startedByHarness(history, options) {
    return interventionsOf(history)
        .filter(({ name, target, issuedAtMs }) => (name === 'start' || name === 'undrain') && issuedAtMs >= options.fromMs && (options.instance === undefined || target === options.instance))
        .map(({ name, target }) => `the harness itself made the ${name} of ${target}`);
}
