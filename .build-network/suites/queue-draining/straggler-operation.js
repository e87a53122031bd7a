/**
 * The operation to send to a draining replica: one that ends soon. Preferred in this order: the write whose effect
 * can be read back by its key, another one with an effect, another that mutates (POST first), any.
 */
export function stragglerOperation(service) {
    const all = Object.values(service.traffic);
    const { write, readStrong } = service.data ?? {};
    const prompt = all.filter((operation) => endsSoon(operation) && !needsToken(operation));
    const preferences = [
        (operation) => operation.mutates && operation.effect !== undefined,
        (operation) => operation.mutates && operation.method === 'POST',
        (operation) => operation.mutates,
        () => true,
    ];
    if (write !== undefined && readStrong !== undefined && endsSoon(write))
        return write;
    for (const preferred of preferences) {
        const found = prompt.find(preferred);
        if (found !== undefined)
            return found;
    }
    return all[0] ?? missing(service);
}
/** Whether what a straggler wrote can be read back afterwards. */
export const effectsCanBeRead = (service) => service.data?.readStrong !== undefined && stragglerOperation(service).name === service.data.write.name;
const endsSoon = (operation) => operation.minDurationMs === undefined && !operation.streams && !operation.holdsBody;
/** A sequence's later requests carry what an earlier answer gave, which a straggler does not have. */
const needsToken = ({ path, headers, body }) => JSON.stringify([path, headers, body ?? null]).includes('{token}');
function missing(service) {
    throw new Error(`${service.name} declares no operation at all`);
}
