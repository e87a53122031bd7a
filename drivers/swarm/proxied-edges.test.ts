import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import type { Edge, EdgeFault } from '../../core/driver.js'
import type { Component } from '../../core/service-descriptor.js'
import type { EdgeTarget, Network } from '../network/network-protocol.js'
import { ProxiedEdges } from './proxied-edges.js'
import type { ServicePlaces } from './service-places.js'
import type { Arrival, TaskPlace } from './task-place.js'
import type { Engine } from './stack-services.js'

const arrival = (number: number, id = `container-${number}`): Arrival => ({ id, pid: number, task: `task-${number}`, address: `172.18.0.${number}`, inner: [`10.0.1.${number}`], started: { atHrtimeMs: 0, detail: {} } })
const place = (name: string, number: number, port = 8080): TaskPlace => ({ name, host: name, port, slot: 1, container: arrival(number), mode: 'up', paused: false, freeSinceHrtimeMs: 0, starts: 1, containers: [] })

class World {
  readonly replicas = [place('replica-0', 3), place('replica-1', 4)]
  readonly primary = place('db-primary', 8, 5432)
  readonly follower = place('db-replica', 9, 5432)
  readonly said: string[] = []
  readonly rules = new Map<string, readonly string[]>()
  readonly lost: string[] = []
  readonly events = new PassThrough()
  isBroken = false
  /** How many connections of those that were tried arrive. */
  reached = 2
  #port = 40_000

  readonly network = {
    proxyPort: (edge: Edge) => this.ports.get(`${edge.from} ${edge.to}`),
    openEdge: async (edge: Edge, { host }: EdgeTarget) => void (this.#open(edge), edge.from === 'reach' || this.said.push(`open ${edge.from} ${edge.to} ${host}`)),
    closeEdge: async () => {},
    edgeCounters: async () => ({ accepted: this.reached }),
    setEdgeTarget: async (edge: Edge, { host, port }: EdgeTarget) => void this.said.push(`lead ${edge.from} ${edge.to} ${host}:${port}`),
    faultEdge: async (edge: Edge, fault: EdgeFault) => void this.said.push(`${fault.kind} ${edge.from} ${edge.to}`),
    healEdge: async (edge: Edge) => void this.said.push(`heal ${edge.from} ${edge.to}`),
  } as unknown as Network
  readonly ports = new Map<string, number>()

  readonly edges = new ProxiedEdges({
    docker: { getEvents: async () => this.events, getContainer: (id: string) => ({ inspect: async () => ({ Id: id, NetworkSettings: { Networks: { shop: { IPAMConfig: { IPv4Address: '10.0.1.77' }, IPAddress: '' } } } }) }) } as unknown as Engine,
    stack: 'shop',
    gateway: '172.18.0.1',
    replicas: { places: this.replicas, service: { ID: 'service' } } as unknown as ServicePlaces,
    components: new Map([[this.primary, { name: 'db-primary', role: 'db-primary' } as Component], [this.follower, { name: 'db-replica', role: 'db-replica' } as Component]]),
    rules: { reach: async () => true, put: async ({ id }, rules) => {
      if (this.isBroken) throw new Error('refused')
      this.rules.set(id, rules)
      return true
    } },
    onLost: (reason) => this.lost.push(reason),
  })

  async begin(): Promise<this> {
    for (const edge of this.edges.edges) this.#open(edge)
    await this.edges.begin(this.network)
    return this
  }
  #open(edge: Edge): void {
    this.ports.set(`${edge.from} ${edge.to}`, (this.#port += 1))
  }
  of(id: string, what: RegExp): readonly string[] {
    return this.rules.get(id)?.filter((one) => what.test(one)) ?? []
  }
}

it('has an edge from every replica to every component, and from a read replica to its primary', () => {
  expect(new World().edges.edges.map(({ from, to, host, port }) => `${from} ${to} ${host}:${port}`)).toEqual([
    'replica-0 db-primary 172.18.0.8:5432', 'replica-0 db-replica 172.18.0.9:5432', 'replica-1 db-primary 172.18.0.8:5432', 'replica-1 db-replica 172.18.0.9:5432', 'db-replica db-primary 172.18.0.8:5432',
  ])
})

it('leads each of them to its own proxy, in the namespace of the component', async () => {
  const world = await new World().begin()
  expect(world.of('container-8', /DNAT/)).toEqual([['10.0.1.3', 40_001], ['10.0.1.4', 40_003], ['10.0.1.9', 40_005]].map(([source, port]) => `-A SEAWORTHY-PREROUTING -s ${source} -d 10.0.1.8 -p tcp --dport 5432 --syn -j DNAT --to-destination 172.18.0.1:${port}`))
  expect(world.of('container-9', /DNAT/)).toHaveLength(2)
  expect(world.of('container-8', /DROP|REJECT/)).toEqual([])
})

it('leads nothing to proxies that a component does not reach', async () => {
  const world = new World()
  world.reached = 1
  await expect(world.begin()).rejects.toMatchObject({ code: 'SW_FAULT_PROXIES', message: expect.stringContaining('1 of 2 connections') as string })
  expect(world.rules.size).toBe(0)
})

it('loses the stack when a replica ran before it was held back, while there was a fault, and when the engine tells no more', async () => {
  const world = await new World().begin()
  world.replicas[1]!.container = arrival(14, 'calm')
  await world.edges.follow()
  expect(world.lost).toEqual([])
  await world.edges.fault({ from: 'replica-0', to: 'db-primary' }, { kind: 'refuse' })
  world.replicas[0]!.container = arrival(77, 'early')
  await world.edges.follow()
  expect(world.lost).toEqual([expect.stringContaining('replica-0 ran before it was held back')])
  world.events.end()
  await expect.poll(() => world.lost.length).toBeGreaterThan(1)
})

it('makes a fault hold for the connections from before, and heals both', async () => {
  const world = await new World().begin()
  const edge = { from: 'replica-1', to: 'db-primary' }
  await world.edges.fault(edge, { kind: 'silence' })
  expect(world.of('container-8', /DROP/).map((one) => one.split(' ')[3])).toEqual(['10.0.1.4', '10.0.1.8'])
  expect(world.of('container-9', /DROP/)).toEqual([])
  await world.edges.fault(edge, { kind: 'delay', delayMs: 10 })
  expect(world.of('container-8', /REJECT/)).toHaveLength(2)
  await world.edges.heal(edge)
  expect(world.of('container-8', /DROP|REJECT/)).toEqual([])
  expect(world.said).toEqual(['silence replica-1 db-primary', 'delay replica-1 db-primary', 'heal replica-1 db-primary'])
})

it('has a replica that is being started wait until it is known, and leads it then by the proxy of its place', async () => {
  const world = await new World().begin()
  world.events.write(`${JSON.stringify({ Action: 'create', Actor: { ID: 'new' } })}\n`)
  await expect.poll(() => world.of('container-8', /--syn -j DROP/)).toEqual(['-A SEAWORTHY-INPUT -s 10.0.1.77 -d 10.0.1.8 -p tcp --dport 5432 --syn -j DROP'])
  world.replicas[0]!.container = { ...arrival(77, 'new') }
  await world.edges.follow()
  expect(world.of('container-8', /--syn -j DROP/)).toEqual([])
  expect(world.of('container-8', /DNAT/)[0]).toContain('-s 10.0.1.77 -d 10.0.1.8 -p tcp --dport 5432 --syn -j DNAT --to-destination 172.18.0.1:40001')
  expect(world.of('container-8', /10\.0\.1\.3 /)).toEqual([])
})

it('follows a component to its next container', async () => {
  const world = await new World().begin()
  world.primary.container = undefined
  await world.edges.follow()
  expect(world.said).toEqual(['replica-0', 'replica-1', 'db-replica'].map((from) => `lead ${from} db-primary 127.0.0.1:0`))
  world.primary.container = arrival(18)
  await world.edges.follow()
  expect(world.said.slice(3)).toEqual(['replica-0', 'replica-1', 'db-replica'].map((from) => `lead ${from} db-primary 172.18.0.18:5432`))
  expect(world.of('container-18', /DNAT/)).toHaveLength(3)
})

it('opens a proxy for a replica more', async () => {
  const world = await new World().begin()
  world.replicas.push(place('replica-2', 5))
  await world.edges.follow()
  expect(world.said).toEqual(['open replica-2 db-primary 172.18.0.8', 'open replica-2 db-replica 172.18.0.9'])
  expect(world.of('container-8', /DNAT/)).toHaveLength(4)
})

it('loses the stack when connections may go past the proxies, and throws where a fault was asked for', async () => {
  const world = await new World().begin()
  world.isBroken = true
  world.primary.container = arrival(18)
  await world.edges.follow()
  expect(world.lost).toEqual(['connections to a component may go past the fault proxies: refused'])
  await expect(world.edges.fault({ from: 'replica-0', to: 'db-primary' }, { kind: 'refuse' })).rejects.toThrow('refused')
  await world.edges.close()
  await world.edges.follow()
  expect(world.lost).toHaveLength(1)
})
