import type { BalancerCounters, Edge, EdgeCounters, EdgeFault } from '../../core/driver.js'
import { SeaworthyError } from '../../core/errors.js'
import { startEchoServer, type EchoServer } from './echo-server.js'
import { FaultProxy } from './fault-proxy.js'
import { LoadBalancer, type LoadBalancerSettings } from './load-balancer.js'
import type { BackendAddress, EdgeTarget, NetworkAddresses, NetworkCalls, NetworkEvent, NetworkSpec } from './network-protocol.js'
import { edgeKey } from './network-protocol.js'
import { QualificationRig } from './qualification-rig.js'

interface Parts {
  readonly settings: LoadBalancerSettings
  readonly balancer: LoadBalancer
  readonly echo: EchoServer
  readonly proxies: Map<string, FaultProxy>
  readonly proxyHost: string | undefined
}

/** Everything the network of one deployment consists of, in this process. */
export class NetworkHost implements NetworkCalls {
  readonly #onEvent: (event: NetworkEvent) => void
  readonly #rigs = new Map<number, QualificationRig>()
  #parts: Parts | undefined
  #rigsOpened = 0

  constructor(onEvent: (event: NetworkEvent) => void) {
    this.#onEvent = onEvent
  }

  async start(spec: NetworkSpec): Promise<NetworkAddresses> {
    const { backends, ...settings } = spec.balancer
    const balancer = await LoadBalancer.start(settings, this.#onEvent)
    const echo = await startEchoServer()
    const proxies = await Promise.all(spec.edges.map(async (edge) => ({ edge, proxy: await FaultProxy.start(edge, spec.proxyHost) })))
    this.#parts = { settings, balancer, echo, proxies: new Map(proxies.map(({ edge, proxy }) => [edgeKey(edge), proxy])), proxyHost: spec.proxyHost }
    balancer.setBackends(backends)
    return {
      balancerUrl: balancer.url.href,
      echoUrl: echo.url.href,
      proxies: proxies.map(({ edge, proxy }) => ({ edge: { from: edge.from, to: edge.to }, port: proxy.port })),
    }
  }

  async setBackends(backends: readonly BackendAddress[]): Promise<void> {
    this.#started.balancer.setBackends(backends)
  }
  async setEdgeTarget(edge: Edge, target: EdgeTarget): Promise<void> {
    this.#proxy(edge).setTarget(target)
  }
  async redirectEdge(edge: Edge, target: EdgeTarget): Promise<void> {
    const proxy = this.#proxy(edge)
    proxy.setTarget(target)
    proxy.cutEstablished()
  }
  async openEdge(edge: Edge, target: EdgeTarget): Promise<{ readonly port: number }> {
    const { proxies } = this.#started
    const proxy = await FaultProxy.start(target, this.#started.proxyHost)
    if (this.#parts === undefined || proxies.has(edgeKey(edge))) {
      await proxy.close()
      throw new SeaworthyError('SW_NETWORK', `there is a proxy on the edge from ${edge.from} to ${edge.to} already, or the network has ended`)
    }
    proxies.set(edgeKey(edge), proxy)
    return { port: proxy.port }
  }
  async closeEdge(edge: Edge): Promise<void> {
    const proxy = this.#started.proxies.get(edgeKey(edge))
    this.#started.proxies.delete(edgeKey(edge))
    await proxy?.close()
  }
  async faultEdge(edge: Edge, fault: EdgeFault): Promise<void> {
    this.#proxy(edge).setFault(fault)
  }
  async healEdge(edge: Edge): Promise<void> {
    this.#proxy(edge).heal()
  }
  async edgeCounters(edge: Edge): Promise<EdgeCounters> {
    return this.#proxy(edge).counters()
  }
  async balancerCounters(): Promise<BalancerCounters> {
    return this.#started.balancer.counters()
  }

  async openQualification(): Promise<{ readonly rig: number; readonly entrypoint: string }> {
    const rig = await QualificationRig.start(this.#started.settings)
    this.#rigsOpened += 1
    this.#rigs.set(this.#rigsOpened, rig)
    return { rig: this.#rigsOpened, entrypoint: rig.entrypoint.href }
  }
  async drainOneBackend(rig: number): Promise<void> {
    const opened = this.#rigs.get(rig)
    if (opened === undefined) throw new SeaworthyError('SW_NETWORK', 'the qualification was closed already')
    await opened.drainOneBackend()
  }
  async closeQualification(rig: number): Promise<void> {
    const opened = this.#rigs.get(rig)
    this.#rigs.delete(rig)
    await opened?.close()
  }

  async close(): Promise<void> {
    const parts = this.#parts
    const rigs = [...this.#rigs.values()]
    this.#parts = undefined
    this.#rigs.clear()
    await Promise.all([...rigs, ...(parts === undefined ? [] : [parts.balancer, parts.echo, ...parts.proxies.values()])].map((one) => one.close()))
  }

  get #started(): Parts {
    if (this.#parts === undefined) throw new SeaworthyError('SW_NETWORK', 'the network is not started')
    return this.#parts
  }

  #proxy(edge: Edge): FaultProxy {
    const proxy = this.#started.proxies.get(edgeKey(edge))
    if (proxy === undefined) throw new SeaworthyError('SW_NETWORK', `there is no proxy on the edge from ${edge.from} to ${edge.to}`)
    return proxy
  }
}
