/** The values of a requirement's thresholds under a profile, with a descriptor's overrides applied. */
export function thresholdValues(requirement, profile, overrides = {}) {
    const values = {};
    for (const threshold of requirement.thresholds) {
        const ofProfile = profile === 'standard' ? undefined : threshold[profile];
        values[threshold.key] = overrides[threshold.key] ?? ofProfile ?? threshold.standard;
    }
    return values;
}
/** A single number among the thresholds. A key that is not there is a mistake of ours, so it throws. */
export function numberThreshold(values, key) {
    const value = values[key];
    if (typeof value !== 'number')
        throw new Error(`threshold ${key} is not a number: ${JSON.stringify(value)}`);
    return value;
}
