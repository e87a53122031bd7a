import { expect, test } from 'vitest'
import { specOf } from './fake-swarm.test-support.js'
import { undeclaredServices } from './plan-stack.js'

const { Mode: one, ...spec } = specOf({ replicas: 1 })
const swarm = { replicas: { service: 'api' }, components: { db: { service: 'postgres' } }, url: new URL('http://127.0.0.1:8080') }
const balancer = { ...spec, Mode: one, EndpointSpec: { Ports: [{ PublishedPort: 8_080, PublishMode: 'host' }] } }
const stack = { api: { ...spec, Mode: one }, postgres: { ...spec, Mode: one }, balancer }
const undeclared = (more: object = {}) => undeclaredServices(new Map(Object.entries({ ...stack, ...more }).map(([name, Spec]) => [name, { Spec }])), swarm)

test('what is neither replicas, component nor the balancer is told', () => {
  expect(undeclared()).toEqual([])
  expect(undeclared({ store: { ...spec, Mode: one }, agent: { ...spec, Mode: { Global: {} } } })).toEqual(['store', 'agent'])
})

test('a job, and what is scaled to nothing, has no task that goes on', () => {
  expect(undeclared({ migrate: { ...spec, Mode: { ReplicatedJob: {} } }, idle: { ...spec, Mode: { Replicated: { Replicas: 0 } } } })).toEqual([])
})

test('what publishes the same number for datagrams is not the way in', () => {
  const datagrams = { ...spec, Mode: one, EndpointSpec: { Ports: [{ Protocol: 'udp', PublishedPort: 8_080 }] } }
  expect(undeclared({ names: datagrams })).toEqual(['names'])
})
