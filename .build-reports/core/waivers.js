import { SeaworthyError } from './errors.js';
/**
 * Waivers and not-applicable entries must name a requirement of the checklist and not have run out: an exception that no
 * longer holds must be renewed by a person, not carried along. Throws SW_WAIVER_UNMATCHED, SW_WAIVER_EXPIRED.
 */
export function requireWaiversInForce(service, suites, today) {
    const known = new Set(suites.flatMap((suite) => suite.requirements).map((one) => one.id));
    const date = today.toISOString().slice(0, 10);
    for (const { requirement, owner, until } of [...service.waivers, ...service.notApplicable]) {
        if (!known.has(requirement)) {
            throw new SeaworthyError('SW_WAIVER_UNMATCHED', `while reading the exceptions of ${service.name}: ${requirement} is not a requirement of this checklist`, { hint: 'seaworthy list shows all requirements.' });
        }
        if (until < date) {
            throw new SeaworthyError('SW_WAIVER_EXPIRED', `while reading the exceptions of ${service.name}: the one for ${requirement} ran out on ${until}, today is ${date}`, { hint: `Ask ${owner} to renew it, or remove it.` });
        }
    }
}
