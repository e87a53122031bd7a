import { afterEach, expect, test } from 'vitest'
import type { Deployment, Driver } from '../../core/driver.js'
import { parseDescriptor } from '../../engine/load-descriptor.js'
import { testRun, within, type TestRun } from '../process/deployment.test-support.js'
import { AttachedStack } from './attached-stack.js'
import { cleanStack } from './clean-stack.js'
import { FakeEngine } from './fake-engine.test-support.js'
import { fakeSwarm, specOf, type FakeSwarm } from './fake-swarm.test-support.js'
import { claimStack, parseFound, putBackStack } from './found-stack.js'
import { foundLabel, ownerLabel, runLabel } from './service-labels.js'

const service = parseDescriptor('schema: seaworthy/v1\nservice: shop\ntarget: { kind: swarm, stack: shop, replicas: api, url: "http://127.0.0.1:8080" }\nhealth: { readiness: /ready }\ntraffic: { read: { http: GET /x } }\n', '/tmp/seaworthy.yaml', {})
const stop = { signal: 'SIGTERM', graceMs: 200 } as const
const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end().catch(() => undefined)
})

interface World {
  readonly swarm: FakeSwarm
  readonly engine: FakeEngine
  readonly run: TestRun
  attach(): Promise<Deployment>
}
async function world(replicas = 3): Promise<World> {
  const swarm = fakeSwarm({ replicas })
  const engine = await FakeEngine.start(swarm)
  const driver: Driver = {
    name: 'swarm',
    availability: async () => ({ available: true }),
    offers: () => new Set(),
    deploy: async (descriptor, options) => {
      const attached = new AttachedStack(engine.connection, descriptor, options)
      ends.push(() => attached.dispose())
      return attached.deployment()
    },
  }
  const run = testRun(driver)
  ends.push(() => engine.close(), () => run.end())
  return { swarm, engine, run, attach: () => run.deploy(service) }
}
const asFound = (swarm: FakeSwarm): void => {
  expect(swarm.spec).toEqual(specOf({ replicas: 3 }))
  expect(swarm.slots()).toEqual([1, 2, 3])
  expect([...swarm.paused]).toEqual([])
}
const lost = ({ run }: World): unknown[] => run.events.filter(({ name }) => name === 'cluster-lost').map(({ detail }) => detail['reason'])

test('a stack is taken, told by its tasks, and let go as it was found', async () => {
  const here = await world()
  const { swarm, engine, run } = here
  const deployment = await here.attach()
  expect(deployment.instances.map(({ id }) => id)).toEqual(['replica-0', 'replica-1', 'replica-2'])
  expect(deployment.entrypoint.href).toBe('http://127.0.0.1:8080/')
  expect(deployment.undeclared).toEqual([])
  expect(swarm.spec.Labels?.[runLabel]).toBe(run.runId)
  expect(engine.helpers).toBe(1)
  await deployment[Symbol.asyncDispose]()
  asFound(swarm)
  expect(engine.helpers).toBe(0)
  expect([...run.journaled.values()].filter(({ kind }) => kind === 'program')).toEqual([])
  expect(lost(here)).toEqual([])
})

test('a replica that was added is one of its replicas, and one that was taken away is not', async () => {
  const here = await world()
  const deployment = await here.run.deploy({ ...service, target: { ...service.target, replicas: { ...service.target.replicas, count: 3 } } })
  const ids = (): string[] => deployment.instances.map(({ id }) => id)
  const added = (await deployment.controls.addInstance!({})).id
  expect(ids()).toEqual(['replica-0', 'replica-1', 'replica-2', added])
  const { instance } = await deployment.controls.removeAnyInstance!(stop)
  expect(ids()).toEqual(['replica-0', 'replica-1', 'replica-2', added].filter((id) => id !== instance))
})

test('how to put it back is written down before anything is done to it', async () => {
  const { swarm, run, attach } = await world()
  const written: string[][] = []
  swarm.onUpdate = () => written.push([...run.journaled.values()].map((entry) => ('what' in entry ? entry.what : entry.kind)))
  await attach()
  expect(written).toEqual([['containers of the run in the engine at unix:///nowhere', 'services of the stack shop that are not as they were found']])
})

test('a stop ends the task past the engine, is told, and the place is filled again in the end', async () => {
  const here = await world()
  const { swarm, engine, run } = here
  const deployment = await here.attach()
  const { controls } = deployment
  expect(await controls.stop?.('replica-1', stop)).toMatchObject({ exitCode: 0, killed: false, survivors: [] })
  expect(engine.signalled).toEqual(['TERM 2'])
  expect(swarm.slots()).toEqual([1, 3])
  expect(run.eventsOf('process-exited', 'replica-1')).toMatchObject([{ detail: { code: 0 } }])
  await deployment[Symbol.asyncDispose]()
  asFound(swarm)
  expect(lost(here)).toEqual([])
})

test('a task that was given up and is started all the same takes no place, and its end is nobody’s doing', async () => {
  const here = await world()
  const { swarm, engine, run } = here
  const { controls } = await here.attach()
  await controls.stop?.('replica-1', stop)
  const ends = engine.startGivenUp(2)
  await controls.start?.('replica-1')
  ends()
  await expect.poll(() => run.eventsOf('process-started', 'replica-1'), within).toMatchObject([{ detail: { slot: 2, task: 'task4' } }])
  expect(await controls.processState?.('replica-1')).toMatchObject({ state: 'running', pid: 1_004 })
  expect(swarm.slots()).toEqual([1, 2, 3])
  expect(lost(here)).toEqual([])
})

test('what is killed is replaced by the swarm, and its place is told the new task', async () => {
  const here = await world()
  const { swarm, run } = here
  const { controls } = await here.attach()
  const before = await controls.processState?.('replica-0')
  expect(await controls.kill?.(['replica-0'])).toEqual([{ target: 'replica-0', pid: before?.pid }])
  await expect.poll(() => run.eventsOf('process-started', 'replica-0'), within).toMatchObject([{ detail: { slot: 1, task: 'task4' } }])
  expect(swarm.taskIn(1)).toBe('task4')
  expect(await controls.processState?.('replica-0')).toMatchObject({ state: 'running', restarts: 1 })
  expect(run.eventsOf('process-exited', 'replica-0')).toMatchObject([{ detail: { code: null, signal: 'SIGKILL' } }])
  expect(swarm.spec.Mode.Replicated?.Replicas).toBe(3)
})

test('a run that dies half way leaves enough to put everything back, for its reaper and for whoever cleans up', async () => {
  const here = await world()
  const { swarm, engine, run } = here
  const { controls } = await here.attach()
  await controls.stop?.('replica-0', stop)
  await controls.freeze?.('replica-2')
  const entry = [...run.journaled.values()].find((one) => one.kind === 'program' && one.path.endsWith('restore-stack.js'))
  const [host, text] = entry?.kind === 'program' ? entry.parameters : []
  expect(host).toBe('unix:///nowhere')
  expect(text).toBe(swarm.spec.Labels?.[foundLabel])
  const found = parseFound(text)!
  expect(found).toMatchObject({ runId: run.runId, readiness: { port: engine.port, path: '/ready' } })
  const clean = (): ReturnType<typeof cleanStack> => cleanStack(service, { force: false }, async () => engine.connection.docker)
  expect(await clean()).toMatchObject({ state: 'kept' }) // this process lives
  swarm.spec = { ...swarm.spec, Labels: { ...swarm.spec.Labels, [ownerLabel]: (swarm.spec.Labels?.[ownerLabel] ?? '').replace(/"startTime":"[^"]*"/, '"startTime":"1"') } }
  expect(await clean()).toMatchObject({ state: 'released' })
  asFound(swarm)
  expect(await putBackStack(engine.connection.docker, found)).toEqual([]) // the reaper comes second
  asFound(swarm)
})

test('a stack that another run has is not attached to, and stays that run’s', async () => {
  const here = await world()
  await claimStack(here.swarm.engine, { runId: 'another', services: [{ id: 'api', name: 'shop_api', replicas: 3 }] })
  const { spec } = here.swarm
  await expect(here.attach()).rejects.toMatchObject({ code: 'SW_SWARM_CLAIMED' })
  for (const end of ends.splice(-1)) await end()
  expect(here.swarm.spec).toEqual(spec)
  expect(here.engine.helpers).toBe(0)
})

test.each([
  ['a container that somebody else pauses', ({ engine }: World) => engine.meddle('pause', 2), 'somebody else paused the container of shop_api.2'],
  ['a task that somebody else kills', ({ engine }: World) => engine.meddle('kill', 1), 'somebody else sent a signal to the container of shop_api.1'],
  ['an engine that is gone', ({ engine }: World) => engine.loseEvents(), 'the engine ended the stream of its events'],
] as const)('%s ends what can be judged: no control says after that that it was done', async (_, happens, reason) => {
  const here = await world()
  const { controls } = await here.attach()
  happens(here)
  await expect.poll(() => lost(here), within).toEqual([reason])
  for (const act of [() => controls.stop?.('replica-0', stop), () => controls.kill?.(['replica-0']), () => controls.start?.('replica-0'), () => controls.freeze?.('replica-0')]) {
    await expect(act()).rejects.toMatchObject({ code: 'SW_MACHINE_LOST' })
  }
  expect(here.engine.signalled).toEqual([])
})

test('a service that somebody else changed is told when it is let go, and their number of tasks does not stay', async () => {
  const here = await world()
  const deployment = await here.attach()
  here.swarm.scale(4)
  await deployment[Symbol.asyncDispose]()
  expect(lost(here)).toEqual(['somebody else changed the service shop_api while it was measured'])
  asFound(here.swarm)
})

test('nothing is done any more to a stack that is let go', async () => {
  const here = await world()
  const deployment = await here.attach()
  await deployment[Symbol.asyncDispose]()
  await expect(deployment.controls.stop?.('replica-0', stop)).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
  await expect(deployment.controls.addInstance?.({})).rejects.toThrow('is being put back')
  asFound(here.swarm)
})
