import { expect, test } from 'vitest'
import { addressOf, portOf, slotOfTask } from './task-places.js'
import { restartOf } from './observe.js'
import { entriesOf } from './survey-stack.js'
import { isMeshPort, type Engine, type Inspected, type SwarmService } from './stack-services.js'
import { specOf } from './fake-swarm.test-support.js'

test('the name of a task says its service and its place', () => {
  expect(slotOfTask('shop_api.2.srz2mvmydr910ppavg4f3vucu')).toEqual({ service: 'shop_api', slot: 2 })
  expect(slotOfTask('my.shop_api.12.abc')).toEqual({ service: 'my.shop_api', slot: 12 })
  // A task of a global service has the id of its node there.
  for (const name of ['', 'shop_api', 'shop_agent.xovkzm5mhhwylkqi25razbrol.abc']) expect(slotOfTask(name)).toBeUndefined()
})

const service = (ports?: readonly { readonly TargetPort: number; readonly Protocol?: string }[]): SwarmService => ({ ID: 'api', Version: { Index: 1 }, Spec: { ...specOf({ replicas: 1 }), ...(ports === undefined ? {} : { EndpointSpec: { Ports: ports } }) } })

test('the port of a task is the declared one, else the only published, else the only exposed one', () => {
  const port = (given: SwarmService, exposed: readonly string[], declared?: number): number => portOf(given, exposed, { service: 'api', ...(declared === undefined ? {} : { port: declared }) }, 'target.replicas')
  expect(port(service(), [], 80)).toBe(80)
  expect(port(service([{ TargetPort: 8080 }, { TargetPort: 53, Protocol: 'udp' }]), ['9000/tcp'])).toBe(8080)
  expect(port(service(), ['9000/tcp', '53/udp'])).toBe(9000)
  expect(() => port(service(), [])).toThrow(/no TCP port that it publishes or exposes/)
  expect(() => port(service([{ TargetPort: 1 }, { TargetPort: 2 }]), [])).toThrow(/the ports 1, 2/)
})

test('a task is asked on the gateway bridge, where its overlay network does not lead', async () => {
  const engine = { getNetwork: () => ({ inspect: async () => ({ Containers: { abc: { IPv4Address: '172.18.0.4/16' } } }) }) } as unknown as Engine
  const inspected = (id: string, networks: Readonly<Record<string, unknown>>): Inspected => ({ Id: id, NetworkSettings: { Networks: networks } }) as unknown as Inspected
  expect(await addressOf(engine, inspected('abc', { shop_inner: { IPAddress: '10.0.1.3' } }))).toBe('172.18.0.4')
  expect(await addressOf(engine, inspected('other', { bridge: { IPAddress: '172.17.0.2' } }))).toBe('172.17.0.2')
  expect(await addressOf(engine, inspected('other', { shop_inner: { IPAddress: '10.0.1.3' } }))).toBeUndefined()
})

test.each([[undefined, 'always'], ['any', 'always'], ['on-failure', 'on-failure'], ['none', 'never']] as const)('the restart condition %s is the policy %s', (condition, policy) => {
  const spec = specOf({ replicas: 1 })
  expect(restartOf({ ...spec, TaskTemplate: { ...spec.TaskTemplate, ...(condition === undefined ? {} : { RestartPolicy: { Condition: condition } }) } })).toBe(policy)
})

test('a stack is told without what a change must change, and without its variables', () => {
  const spec = { ...specOf({ replicas: 2 }), TaskTemplate: { ContainerSpec: { Env: ['PASSWORD=secret'] } as object } }
  const task = (state: string) => ({ ID: 't', DesiredState: 'running', Status: { State: state } })
  const entries = entriesOf('api', { Spec: spec }, { tasks: [task('running'), task('starting')], paused: 1 })
  expect(Object.fromEntries(entries)).toMatchObject({ 'service api': '2 replicas', 'service api, tasks': '1 running, 1 of them paused' })
  expect(JSON.stringify(entries)).not.toContain('secret')
})

test('a port that the routing mesh publishes is told from one of the host', () => {
  const published = (PublishMode?: string) => new Map([['api', { Spec: { ...specOf({ replicas: 1 }), EndpointSpec: { Ports: [{ TargetPort: 80, PublishedPort: 8080, ...(PublishMode === undefined ? {} : { PublishMode }) }] } } }]])
  expect([published('ingress'), published(), published('host')].map((one) => isMeshPort(one, 8080))).toEqual([true, true, false])
  expect(isMeshPort(published('ingress'), 9090)).toBe(false)
})
