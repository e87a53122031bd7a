const isPlainRead = (operation) => !operation.mutates && !operation.streams && !operation.holdsBody && operation.minDurationMs === undefined;
/**
 * Names of the operations that ask a real question of the service and are answered quickly: what readiness promises.
 * Reads of the mixed traffic first; any other read when there is none; the mixed traffic when nothing only reads.
 */
export function readOperations(service) {
    const reads = Object.values(service.traffic).filter(isPlainRead);
    const weighted = reads.filter((operation) => operation.weight > 0);
    const chosen = weighted.length > 0 ? weighted : reads;
    return chosen.length > 0 ? chosen.map((operation) => operation.name) : 'mixed';
}
/** The one of them that single requests use. Every descriptor has at least one operation. */
export function probeOperation(service) {
    const operations = readOperations(service);
    if (operations !== 'mixed')
        return operations[0] ?? '';
    return Object.keys(service.traffic)[0] ?? '';
}
