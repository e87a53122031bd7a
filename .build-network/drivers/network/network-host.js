import { SeaworthyError } from '../../core/errors.js';
import { startEchoServer } from './echo-server.js';
import { FaultProxy } from './fault-proxy.js';
import { LoadBalancer } from './load-balancer.js';
import { edgeKey } from './network-protocol.js';
import { QualificationRig } from './qualification-rig.js';
/** Everything the network of one deployment consists of, in this process. */
export class NetworkHost {
    #onEvent;
    #rigs = new Map();
    #parts;
    #rigsOpened = 0;
    constructor(onEvent) {
        this.#onEvent = onEvent;
    }
    async start(spec) {
        const { backends, ...settings } = spec.balancer;
        const balancer = await LoadBalancer.start(settings, this.#onEvent);
        const echo = await startEchoServer();
        const proxies = await Promise.all(spec.edges.map(async (edge) => ({ edge, proxy: await FaultProxy.start(edge) })));
        this.#parts = { settings, balancer, echo, proxies: new Map(proxies.map(({ edge, proxy }) => [edgeKey(edge), proxy])) };
        balancer.setBackends(backends);
        return {
            balancerUrl: balancer.url.href,
            echoUrl: echo.url.href,
            proxies: proxies.map(({ edge, proxy }) => ({ edge: { from: edge.from, to: edge.to }, port: proxy.port })),
        };
    }
    async setBackends(backends) {
        this.#started.balancer.setBackends(backends);
    }
    async setEdgeTarget(edge, target) {
        this.#proxy(edge).setTarget(target);
    }
    async faultEdge(edge, fault) {
        this.#proxy(edge).setFault(fault);
    }
    async healEdge(edge) {
        this.#proxy(edge).heal();
    }
    async edgeCounters(edge) {
        return this.#proxy(edge).counters();
    }
    async balancerCounters() {
        return this.#started.balancer.counters();
    }
    async openQualification() {
        const rig = await QualificationRig.start(this.#started.settings);
        this.#rigsOpened += 1;
        this.#rigs.set(this.#rigsOpened, rig);
        return { rig: this.#rigsOpened, entrypoint: rig.entrypoint.href };
    }
    async drainOneBackend(rig) {
        const opened = this.#rigs.get(rig);
        if (opened === undefined)
            throw new SeaworthyError('SW_NETWORK', 'the qualification was closed already');
        await opened.drainOneBackend();
    }
    async closeQualification(rig) {
        const opened = this.#rigs.get(rig);
        this.#rigs.delete(rig);
        await opened?.close();
    }
    async close() {
        const parts = this.#parts;
        const rigs = [...this.#rigs.values()];
        this.#parts = undefined;
        this.#rigs.clear();
        await Promise.all([...rigs, ...(parts === undefined ? [] : [parts.balancer, parts.echo, ...parts.proxies.values()])].map((one) => one.close()));
    }
    get #started() {
        if (this.#parts === undefined)
            throw new SeaworthyError('SW_NETWORK', 'the network is not started');
        return this.#parts;
    }
    #proxy(edge) {
        const proxy = this.#started.proxies.get(edgeKey(edge));
        if (proxy === undefined)
            throw new SeaworthyError('SW_NETWORK', `there is no proxy on the edge from ${edge.from} to ${edge.to}`);
        return proxy;
    }
}
