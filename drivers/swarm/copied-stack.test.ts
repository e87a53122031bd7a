
import { createServer, type AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { Deployment, Driver } from '../../core/driver.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { parseDescriptor } from '../../engine/load-descriptor.js'
import { testRun, type TestRun } from '../process/deployment.test-support.js'
import { hrtimeMs } from '../process/machine-protocol.js'
import { CopiedStack } from './copied-stack.js'
import { FakeCopies } from './fake-copies.test-support.js'
import { FakeEngine } from './fake-engine.test-support.js'
import { fakeSwarm, type FakeSwarm } from './fake-swarm.test-support.js'

const service = parseDescriptor('schema: seaworthy/v1\nservice: shop\ntarget: { kind: swarm, disposable: true, stack: shop, replicas: api, url: "http://127.0.0.1:8080" }\nhealth: { readiness: /ready }\nlifecycle: { startTimeout: 1s }\ntraffic: { read: { http: GET /x } }\n', '/tmp/seaworthy.yaml', {})
const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end().catch(() => undefined)
})

interface World {
  readonly swarm: FakeSwarm
  readonly engine: FakeEngine
  readonly copies: FakeCopies
  readonly run: TestRun
  copy(service?: ServiceDescriptor, signal?: AbortSignal): Promise<Deployment>
}
/** A stack with one service in a network of its own, whose port clients come in by. */
async function world(): Promise<World> {
  const swarm = fakeSwarm({ replicas: 3 })
  const { TaskTemplate: template } = swarm.spec
  swarm.spec = { ...swarm.spec, TaskTemplate: { ...template, Networks: [{ Target: 'inner', Aliases: ['api'] }] } as typeof template, EndpointSpec: { Ports: [{ TargetPort: 80, PublishedPort: 8_080, PublishMode: 'host' }] } }
  const engine = await FakeEngine.start(swarm)
  const copies = new FakeCopies(engine)
  let copied: CopiedStack | undefined
  const driver: Driver = {
    name: 'swarm',
    availability: async () => ({ available: true }),
    offers: () => new Set(),
    deploy: async (descriptor, options) => (copied = new CopiedStack(copies.connection, descriptor, options)).deployment(),
  }
  const run = testRun(driver)
  ends.push(() => engine.close(), () => run.end(), async () => copied?.dispose())
  return { swarm, engine, copies, run, copy: (descriptor = service, signal) => run.deploy(descriptor, '1', signal === undefined ? {} : { signal }) }
}
const one = { ...service, target: { ...service.target, replicas: { ...service.target.replicas, count: 1, env: { CONFIGURATION: '/tmp/x' } } } }
const programs = ({ run }: World): string[] => [...run.journaled.values()].flatMap((entry) => (entry.kind === 'program' ? [entry.path.replace(/.*\//, '')] : []))

test('a copy has as many replicas as asked for, with the changes, and is reached at the port that the engine chose', async () => {
  const here = await world()
  const before = here.swarm.spec
  const deployment = await here.copy(one)
  expect(deployment.instances.map(({ id }) => id)).toEqual(['replica-0'])
  expect(deployment.entrypoint.href).toBe(`http://127.0.0.1:${here.engine.port}/`)
  const [{ Spec: made } = { Spec: undefined }] = here.copies.services
  expect(made?.TaskTemplate.ContainerSpec.Env).toEqual(['CONFIGURATION=/tmp/x'])
  expect(made?.Labels).toMatchObject({ 'seaworthy.run': here.run.runId, 'seaworthy.copy-of': 'shop' })
  expect(made?.TaskTemplate.Networks).toMatchObject([{ Target: 'network0' }])
  expect(here.swarm.spec).toEqual(before) // the first is not even taken
})

test('its end removes the services first, waits for the swarm to free the network, and leaves the first as it is', async () => {
  const here = await world()
  const before = here.swarm.spec
  const deployment = await here.copy(one)
  here.copies.refusals = 2
  await deployment[Symbol.asyncDispose]()
  expect(here.copies.done.map((what) => what.replace(/seaworthy-\w+?_/, ''))).toEqual(['make network inner', 'make service api', 'remove service api', 'remove network inner'])
  expect(programs(here)).toEqual([])
  expect(here.swarm.spec).toEqual(before)
  expect(here.swarm.slots()).toEqual([1, 2, 3])
})

test('how to remove it is written down before anything is made', async () => {
  const here = await world()
  const written: string[][] = []
  const { done } = here.copies
  done.push = (...what) => {
    written.push(programs(here))
    return Array.prototype.push.apply(done, what)
  }
  await here.copy(one)
  expect(written[0]).toEqual([expect.stringMatching(/^remove-run\./)])
})

test('what cannot be copied is refused before anything is made', async () => {
  const here = await world()
  const { TaskTemplate: template } = here.swarm.spec
  here.swarm.spec = { ...here.swarm.spec, TaskTemplate: { ...template, Networks: [{ Target: 'router' }] } as typeof template }
  await expect(here.copy(one)).rejects.toMatchObject({ code: 'SW_SWARM_COPY', message: expect.stringMatching(/api is in the network/) as string, hint: expect.any(String) as string })
  expect(here.copies.done).toEqual([])
  expect(programs(here)).toEqual([])
})

test('one that does not run is given up when the run is, and removed', async () => {
  const here = await world()
  here.copies.runsAs = false
  const run = new AbortController()
  const copying = here.copy(one, run.signal)
  await expect.poll(() => here.copies.services.length).toBe(1)
  run.abort()
  await expect(copying).rejects.toThrow()
  await ends.pop()?.()
  expect(here.copies.services).toEqual([])
  expect(here.copies.networks).toEqual([])
  expect(programs(here)).toEqual([])
})

test('where one service cannot be made nothing stays of the others', async () => {
  const here = await world()
  here.copies.beside = 'worker'
  here.copies.unwanted = 'api'
  await expect(here.copy(one)).rejects.toMatchObject({ message: expect.stringMatching(/a copy of the stack shop/) as string })
  await ends.pop()?.()
  expect(here.copies.done).toContainEqual(expect.stringMatching(/^make service .*_worker$/))
  expect(here.copies.services).toEqual([])
  expect(here.copies.networks).toEqual([])
})

test('of a stack that another run has none is made', async () => {
  const here = await world()
  here.swarm.spec = { ...here.swarm.spec, Labels: { ...here.swarm.spec.Labels, 'seaworthy.run': 'other' } }
  await expect(here.copy(one)).rejects.toMatchObject({ code: 'SW_SWARM_CLAIMED', hint: expect.any(String) as string })
  expect(here.copies.done).toEqual([])
})

const updating = { State: 'updating', Message: '', StartedAt: '1' }
test('an update of the stack that goes on and on is told', async () => {
  const here = await world()
  here.swarm.updateStatus = updating
  await expect(here.copy(one)).rejects.toMatchObject({ code: 'SW_SWARM_BUSY' })
  expect(here.copies.done).toEqual([])
})

test('an update of the stack is waited for', async () => {
  const here = await world()
  here.swarm.updateStatus = updating
  setTimeout(() => (here.swarm.updateStatus = { ...updating, State: 'completed' }), 400)
  await here.copy(one)
  expect(here.copies.services.length).toBe(1)
})

test('its way in is one that accepts connections and stays', async () => {
  const here = await world()
  const dying = createServer()
  await new Promise<void>((resolve) => dying.listen(0, '127.0.0.1', resolve))
  ends.push(async () => dying.close())
  const { port: lost } = dying.address() as AddressInfo
  let firstAtMs: number | undefined
  // Nothing listens at port 1; then somebody does, for less than a second.
  here.copies.entryPort = () => {
    const sinceMs = performance.now() - (firstAtMs ??= performance.now())
    return sinceMs < 500 ? 1 : sinceMs < 1_200 ? lost : here.engine.port
  }
  expect((await here.copy(one)).entrypoint.port).toBe(String(here.engine.port))
})

test('a container that has no address yet is waited for', async () => {
  const here = await world()
  here.copies.addressless = 2
  expect((await here.copy(one)).instances.length).toBe(1)
  expect(here.copies.addressless).toBeLessThanOrEqual(0)
})

test('its start is that of its first replica, and not what a swarm takes until then', async () => {
  const here = await world()
  here.copies.runsAs = false
  const orderedAtMs = hrtimeMs()
  let startedAtMs = Infinity
  setTimeout(() => {
    startedAtMs = hrtimeMs()
    here.copies.runsAs = true
  }, 900)
  const { startedAtHrtimeMs = 0 } = await here.copy(one)
  expect(startedAtHrtimeMs - orderedAtMs).toBeGreaterThan(400)
  expect(startedAtHrtimeMs).toBeLessThanOrEqual(startedAtMs) // rather too early than too late
})

test('the files of the first are none of its own', async () => {
  const here = await world()
  const { swarm } = one.target
  const damaged = { ...one, target: { ...one.target, swarm: { ...swarm!, dataFolder: { component: 'replica-0', folder: '/var/lib/first' } } } }
  const deployment = await here.copy(damaged)
  await expect(deployment.controls.listDataFiles!('replica-0', /./)).rejects.toThrow(/another component than that of data.files/)
})
