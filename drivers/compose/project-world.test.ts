import { expect, test } from 'vitest'
import { parseDescriptor } from '../../engine/load-descriptor.js'
import type { ProjectContainer } from './project.js'
import { planProject, stopOfPlace } from './project-world.js'

const descriptor = (target: string) => parseDescriptor(`schema: seaworthy/v1\nservice: shop\ntarget: { kind: compose, project: shop, replicas: { service: app }, ${target} }\nhealth: { readiness: /ready }\ntraffic: { read: { http: GET /x } }\n`, '/tmp/seaworthy.yaml', {})
const container = (service: string, port: number, published?: string): ProjectContainer => ({
  id: service,
  name: `shop-${service}-1`,
  service,
  number: 1,
  inspected: {
    Config: { ExposedPorts: { [`${port}/tcp`]: {} } },
    NetworkSettings: { Ports: published === undefined ? {} : { [`${port}/tcp`]: [{ HostIp: '', HostPort: published }] }, Networks: {} },
  } as unknown as ProjectContainer['inspected'],
})
const stoppedBy = (one: ProjectContainer, StopSignal: string, StopTimeout: number): ProjectContainer => ({ ...one, inspected: { ...one.inspected, Config: { ...one.inspected.Config, StopSignal, StopTimeout } } as ProjectContainer['inspected'] })
const app = container('app', 8_080)
const proxy = container('proxy', 80, '8088')
const store = container('store', 8_081)

test('what is neither replica, component nor the balancer is told', () => {
  const plan = planProject(descriptor(''), [app, proxy, store], '/tmp/d0')
  expect(plan.undeclared).toEqual(['store'])
  expect(plan.entrypoint.href).toBe('http://127.0.0.1:8088/')
})

test('nothing is where the store is declared, or where the replica itself is published', () => {
  expect(planProject(descriptor('components: { store: { role: storage, ownsData: true } }'), [app, proxy, store], '/tmp/d0').undeclared).toEqual([])
  expect(planProject(descriptor(''), [container('app', 8_080, '8088')], '/tmp/d0').undeclared).toEqual([])
})

test('another proxy is no balancer of clients', () => {
  expect(planProject(descriptor('entry: { service: proxy }'), [app, proxy, container('inner', 81, '8089')], '/tmp/d0').undeclared).toEqual(['inner'])
})

test('what the descriptor declares of a stop is about the replicas; everything else is stopped in its own way', () => {
  const service = descriptor('')
  const declared = { ...service, target: { ...service.target, compose: { ...service.target.compose!, stopDeclared: true } } }
  const stops = (of: typeof service) => planProject(of, [stoppedBy(app, 'SIGHUP', 1), proxy, stoppedBy(store, 'SIGINT', 60)], '/tmp/d0').places.map((place) => stopOfPlace(place, of))
  const others = [{ signal: 'SIGTERM', graceMs: 10_000 }, { signal: 'SIGINT', graceMs: 60_000 }]
  expect(stops(service)).toEqual([{ signal: 'SIGHUP', graceMs: 1_000 }, ...others])
  expect(stops(declared)).toEqual([{ signal: 'SIGTERM', graceMs: 30_000 }, ...others])
})
