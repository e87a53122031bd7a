import { setTimeout as pause } from 'node:timers/promises'
import type { Edge, EdgeCounters, EdgeFault } from '../../core/driver.js'
import { exitCodes, messageOf, SeaworthyError } from '../../core/errors.js'
import type { Component } from '../../core/service-descriptor.js'
import { byLine } from '../docker/by-line.js'
import type { EdgeTarget, Network } from '../network/network-protocol.js'
import { edgeKey } from '../network/network-protocol.js'
import type { NamespaceRules } from './namespace-rules.js'
import { redirectRules, type RedirectedSource } from './redirect-rules.js'
import type { ServicePlaces } from './service-places.js'
import type { TaskPlace } from './task-place.js'
import { stackLabel, type Engine } from './stack-services.js'
import { innerAddressesOf } from './task-places.js'

const takenWithinMs = 1_500
const lookEveryMs = 20

export interface ProxiedOptions {
  readonly docker: Engine
  /** Label of the stack. */
  readonly stack: string
  /** Where the proxies listen: the host, as tasks reach it. */
  readonly gateway: string
  readonly replicas: ServicePlaces
  readonly components: ReadonlyMap<TaskPlace, Component>
  readonly rules: Pick<NamespaceRules, 'put' | 'reach'>
  /** Connections may go past the proxies from now on, and nothing that follows can be judged. */
  readonly onLost: (reason: string) => void
}

/**
 * Fault proxies on the dependencies of a stack that knows nothing of them: what replicas connect to a component is led to a proxy on its host, in the network
 * namespace of the component, where no address that a replica looks up is another one than before. Of components among each other one thing is known, that a
 * read replica follows its primary.
 */
export class ProxiedEdges {
  readonly #options: ProxiedOptions
  readonly #faults = new Map<string, EdgeFault>()
  readonly #put = new Map<string, string>()
  /** Where the proxies lead, by edge. */
  readonly #targets = new Map<string, string>()
  /** Addresses of containers that are being started, by their ids. */
  readonly #arriving = new Map<string, readonly string[]>()
  /** Replicas that cannot have connected to anything before their connections were led. */
  readonly #heldBack = new Set<string>()
  #network: Network | undefined
  #events: NodeJS.ReadableStream | undefined
  #turn: Promise<void> = Promise.resolve()
  #isEnded = false
  #hasBegun = false

  constructor(options: ProxiedOptions) {
    this.#options = options
  }

  /** With the addresses at which the proxies find the components. */
  get edges(): readonly (Edge & EdgeTarget)[] {
    return this.#pairs().map(([from, to]) => ({ from: from.name, to: to.name, ...targetOf(to) }))
  }

  /** From when this resolves every new connection goes by a proxy. Throws SeaworthyError. */
  async begin(network: Network): Promise<void> {
    this.#network = network
    for (const edge of this.edges) this.#targets.set(edgeKey(edge), textOf(edge))
    const { docker, stack, replicas } = this.#options
    const events = (this.#events = await docker.getEvents({ filters: { type: ['container'], event: ['create', 'die', 'destroy'], label: [`${stackLabel}=${stack}`, `com.docker.swarm.service.id=${replicas.service.ID}`] } }))
    events.on('data', byLine((line) => void this.#told(line).catch((error: unknown) => this.#lose(messageOf(error)))))
    for (const end of ['end', 'close', 'error']) events.on(end, () => this.#lose('the engine does not tell any more what it starts'))
    await this.#reach(network)
    for (const { container } of this.#options.replicas.places) if (container !== undefined) this.#heldBack.add(container.id)
    await this.#inTurn()
    this.#hasBegun = true
  }

  /** After a task came or went. Never throws. */
  async follow(): Promise<void> {
    if (this.#network !== undefined) await this.#inTurn().catch((error: unknown) => this.#lose(messageOf(error)))
  }

  /** In force for every connection when this resolves; for those that were made before there was a proxy with their next packet. Throws SeaworthyError. */
  async fault(edge: Edge, fault: EdgeFault): Promise<void> {
    this.#faults.set(edgeKey(edge), fault)
    await this.#started.faultEdge(edge, fault)
    await this.#inTurn()
  }
  async heal(edge: Edge): Promise<void> {
    this.#faults.delete(edgeKey(edge))
    await this.#started.healEdge(edge)
    await this.#inTurn()
  }
  counters(edge: Edge): Promise<EdgeCounters> {
    return this.#started.edgeCounters(edge)
  }

  /** What was put there is taken out by whoever puts the stack back. */
  async close(): Promise<void> {
    this.#isEnded = true
    ;(this.#events as (NodeJS.ReadableStream & { destroy?(): void }) | undefined)?.destroy?.()
    await this.#turn.catch(() => undefined)
  }

  #lose(reason: string): void {
    if (!this.#isEnded) this.#options.onLost(`connections to a component may go past the fault proxies: ${reason}`)
  }

  /** Before anything is led there: a firewall of the machine would take every component from the stack. */
  async #reach(network: Network): Promise<void> {
    const { components, rules, gateway } = this.#options
    const edge = { from: 'reach', to: 'reach' }
    await network.openEdge(edge, nowhere)
    let tried = 0
    let accepted = 0
    try {
      for (const { container } of components.keys()) if (container !== undefined && (await rules.reach(container, { host: gateway, port: network.proxyPort(edge) }))) tried += 1
      // What a kernel has taken may wait for its process.
      for (const endAt = performance.now() + takenWithinMs; ; await pause(lookEveryMs)) {
        ;({ accepted } = await network.edgeCounters(edge))
        if (accepted >= tried || performance.now() > endAt) break
      }
    } finally {
      await network.closeEdge(edge)
    }
    if (accepted < tried) throw new SeaworthyError('SW_FAULT_PROXIES', `while looking whether components reach the fault proxies: found ${accepted} of ${tried} connections at ${gateway}`, { exitCode: exitCodes.notConclusive })
  }

  get #started(): Network {
    if (this.#network === undefined) throw new Error('there are no fault proxies yet')
    return this.#network
  }

  #pairs(): readonly (readonly [TaskPlace, TaskPlace])[] {
    const { replicas, components } = this.#options
    const named = (role: Component['role']): readonly TaskPlace[] => [...components].filter(([, one]) => one.role === role).map(([place]) => place)
    return [...replicas.places.flatMap((from) => [...components.keys()].map((to) => [from, to] as const)), ...named('db-replica').flatMap((from) => named('db-primary').map((to) => [from, to] as const))]
  }

  #inTurn(): Promise<void> {
    const next = this.#turn.catch(() => undefined).then(() => this.#putAll())
    this.#turn = next
    return next
  }

  async #putAll(): Promise<void> {
    if (this.#isEnded) return
    const network = this.#started
    const running = this.#options.replicas.places.flatMap(({ name, container }) => (container === undefined ? [] : [{ name, id: container.id }]))
    for (const { id } of running) this.#arriving.delete(id) // for good: it is led from now on
    const early = running.find(({ name, id }) => !this.#heldBack.has(id) && [...this.#faults.keys()].some((key) => (JSON.parse(key) as readonly string[])[0] === name))
    if (early !== undefined) throw new Error(`${early.name} ran before it was held back, while one of its dependencies was away`)
    const arriving = [...this.#arriving]
    for (const to of this.#options.components.keys()) {
      const sources: RedirectedSource[] = []
      for (const [from] of this.#pairs().filter(([, one]) => one === to)) sources.push(await this.#sourceOf(network, from, to))
      await this.#putRules(to, { sources, arriving: arriving.flatMap(([, addresses]) => addresses) })
    }
    for (const id of [...arriving.map(([id]) => id), ...running.map(({ id }) => id)]) this.#heldBack.add(id)
  }

  async #sourceOf(network: Network, from: TaskPlace, to: TaskPlace): Promise<RedirectedSource> {
    const edge = { from: from.name, to: to.name }
    const fault = this.#faults.get(edgeKey(edge))
    const target = targetOf(to)
    const before = this.#targets.get(edgeKey(edge))
    if (before === undefined) await network.openEdge(edge, target)
    else if (before !== textOf(target)) await network.setEdgeTarget(edge, target)
    this.#targets.set(edgeKey(edge), textOf(target))
    // Nothing of ours delays a packet: a connection that was there before is made again, by the proxy.
    return { addresses: from.container?.inner ?? [], proxyPort: network.proxyPort(edge), ...(fault === undefined ? {} : { unproxied: fault.kind === 'silence' ? 'dropped' : 'reset' }) }
  }

  async #putRules({ name, port, container }: TaskPlace, led: { readonly sources: readonly RedirectedSource[]; readonly arriving: readonly string[] }): Promise<void> {
    if (container === undefined) return
    const { gateway, rules } = this.#options
    const wanted = redirectRules({ addresses: container.inner, port, gateway, ...led })
    const text = wanted.join('\n')
    const isFirst = !this.#put.has(container.id)
    if (this.#put.get(container.id) === text || !(await rules.put(container, wanted))) return
    this.#put.set(container.id, text)
    // Until the rules were in it replicas reached it past the proxies.
    if (isFirst && this.#hasBegun && led.sources.some(({ unproxied }) => unproxied !== undefined)) throw new Error(`${name} was started while there was a fault before it`)
  }

  /** A replica that has an address and does not run yet can connect to nothing before it is known which one it is. */
  async #told(line: string): Promise<void> {
    const { Action: action, Actor: { ID: id } } = JSON.parse(line) as ContainerEvent
    if (this.#isEnded) return
    if (action !== 'create') this.#arriving.delete(id)
    else {
      const inspected = await this.#options.docker.getContainer(id).inspect().catch(() => undefined)
      if (inspected === undefined) return
      this.#arriving.set(id, innerAddressesOf(inspected))
    }
    await this.follow()
  }
}

interface ContainerEvent {
  readonly Action: string
  readonly Actor: { readonly ID: string }
}

const nowhere: EdgeTarget = { host: '127.0.0.1', port: 0 }
/** Nowhere, as long as it is down. */
const targetOf = ({ port, container }: TaskPlace): EdgeTarget => (container === undefined ? nowhere : { host: container.address, port })
const textOf = ({ host, port }: EdgeTarget): string => `${host}:${port}`
