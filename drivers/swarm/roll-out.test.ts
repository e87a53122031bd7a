import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Deployment, Driver } from '../../core/driver.js'
import { parseDescriptor } from '../../engine/load-descriptor.js'
import { testRun, within, type TestRun } from '../process/deployment.test-support.js'
import { AttachedStack } from './attached-stack.js'
import { FakeEngine } from './fake-engine.test-support.js'
import { fakeSwarm, specOf, type FakeSwarm } from './fake-swarm.test-support.js'
import { parseFound, putBackStack } from './found-stack.js'
import { foundLabel, runLabel } from './service-labels.js'
import { makeOf, rollOutLabel, specBeforeRollOut, specOfRelease } from './stack-release.js'
import type { ServiceSpec } from './stack-services.js'

const service = parseDescriptor('schema: seaworthy/v1\nservice: shop\ntarget: { kind: swarm, stack: shop, replicas: api, url: "http://127.0.0.1:8080" }\nhealth: { readiness: /ready }\ntraffic: { read: { http: GET /x } }\n', '/tmp/seaworthy.yaml', {})
const release = (name: string) => ({ name, changes: { env: { RELEASE: name } } })
const tenSeconds = { timeoutMs: 10_000 }
let swarm: FakeSwarm
let engine: FakeEngine
let run: TestRun
let attached: AttachedStack | undefined

beforeEach(async () => {
  swarm = fakeSwarm({ replicas: 3 })
  engine = await FakeEngine.start(swarm)
  const driver: Driver = {
    name: 'swarm', availability: async () => ({ available: true }), offers: () => new Set(),
    deploy: async (descriptor, options) => (attached = new AttachedStack(engine.connection, descriptor, options)).deployment(),
  }
  run = testRun(driver)
})
afterEach(async () => {
  await attached?.dispose().catch(() => undefined)
  attached = undefined
  await run.end().catch(() => undefined)
  await engine.close()
})
const deploy = (): Promise<Deployment> => run.deploy(service)
const lost = (): unknown[] => run.events.filter(({ name }) => name === 'cluster-lost').map(({ detail }) => detail['reason'])

describe('a roll-out', () => {
  test('is the update of the swarm, and over when every place has a task of the release', async () => {
    const deployment = await deploy()
    expect(await deployment.controls.rollOut!(release('v2'), tenSeconds)).toEqual({ ok: true, reached: 3, displaced: 3 })
    expect(makeOf(swarm.spec).Env).toEqual(['RELEASE=v2'])
    for (const { id } of deployment.instances) expect(run.eventsOf('process-started', id), id).toHaveLength(1)
    expect(await deployment.controls.rollOut!(release('v1'), tenSeconds)).toMatchObject({ ok: true })
    expect(lost()).toEqual([])
  })

  test('that the swarm pauses is told with its words, reached one replica, and can be taken back', async () => {
    const { controls } = await deploy()
    expect(await controls.rollOut!(release('crashing'), tenSeconds)).toEqual({ ok: false, reached: 1, displaced: 1, error: expect.stringMatching(/^the swarm says paused: update paused due to failure/) })
    expect(await controls.rollOut!(release('v1'), tenSeconds)).toMatchObject({ ok: true })
    expect(lost()).toEqual([])
  })

  test('with the new task beside the old one gives the place to it as soon as the old one is told to end', async () => {
    swarm.order = 'start-first'
    swarm.endsAfterMs = 1_500
    const { controls, instances } = await deploy()
    const beganAt = performance.now()
    expect(await controls.rollOut!(release('v2'), tenSeconds)).toEqual({ ok: true, reached: 3, displaced: 3 })
    expect(performance.now() - beganAt).toBeLessThan(1_500)
    for (const { id } of instances) expect(run.eventsOf('process-started', id), id).toHaveLength(1)
    expect(lost()).toEqual([])
  })

  test('that the swarm rolls back is told with its words, and the way back has nothing left to do', async () => {
    swarm.onFailure = 'rollback'
    const deployment = await deploy()
    expect(await deployment.controls.rollOut!(release('v1'), tenSeconds)).toMatchObject({ ok: true })
    expect(await deployment.controls.rollOut!(release('crashing'), tenSeconds)).toMatchObject({ ok: false, reached: 1, error: expect.stringMatching(/^the swarm says rollback_completed/) })
    expect(await deployment.controls.rollOut!(release('v1'), tenSeconds)).toMatchObject({ ok: true })
    await deployment[Symbol.asyncDispose]()
    expect(swarm.spec).toEqual(specOf({ replicas: 3 }))
    expect(lost()).toEqual([])
  })

  test('of an image that cannot be had was not made, and says nothing of the release', async () => {
    const { controls } = await deploy()
    await expect(controls.rollOut!({ name: 'v2', image: 'missing', changes: {} }, tenSeconds)).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringContaining('No such image') })
  })

  test('that nobody gives up ends with its time', async () => {
    swarm.updateEveryMs = 600
    const { controls } = await deploy()
    expect(await controls.rollOut!(release('v2'), { timeoutMs: 300 })).toMatchObject({ ok: false, error: expect.stringContaining('not every task was of it after') })
  })

  test('to what the service is already is not made', async () => {
    const { controls } = await deploy()
    await controls.rollOut!(release('v2'), tenSeconds)
    await expect(controls.rollOut!(release('v2'), tenSeconds)).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringContaining('is what it is to become already') })
  })

  test('is put back with the deployment', async () => {
    const deployment = await deploy()
    await deployment.controls.rollOut!(release('v2'), tenSeconds)
    await deployment[Symbol.asyncDispose]()
    expect(swarm.spec).toEqual(specOf({ replicas: 3 }))
    expect(swarm.running().map(({ make }) => make)).toEqual([{}, {}, {}])
    expect(lost()).toEqual([])
  })

  test('is ordered back by the program in the journal, which does not wait for it', async () => {
    const { controls } = await deploy()
    await controls.rollOut!(release('crashing'), tenSeconds)
    const found = parseFound(swarm.spec.Labels?.[foundLabel])
    swarm.updateEveryMs = 200
    expect(await putBackStack(engine.connection.docker, found!, { runningWithinMs: 100, readyWithinMs: 100, rolledBackWithinMs: 0 })).toEqual([])
    expect(swarm.spec).toEqual(specOf({ replicas: 3 }))
    await expect.poll(() => swarm.updateStatus?.State, within).toBe('completed')
    expect(swarm.running().map(({ make }) => make)).toEqual([{}, {}, {}])
  })

  test('of a service that somebody else changes meanwhile is not judged, and their release stays', async () => {
    const deployment = await deploy()
    await deployment.controls.rollOut!(release('v2'), tenSeconds)
    const api = engine.connection.docker.getService('api')
    const { Version, Spec } = (await api.inspect()) as { readonly Version: { readonly Index: number }; readonly Spec: typeof swarm.spec }
    await api.update({ _query: { version: Version.Index }, _body: { ...Spec, TaskTemplate: { ContainerSpec: { Image: 'theirs', Env: ['RELEASE=v5'] } } } })
    await deployment[Symbol.asyncDispose]()
    expect(lost()).toEqual([expect.stringContaining('somebody else changed the service shop_api')])
    expect(makeOf(swarm.spec)).toEqual({ Image: 'theirs', Env: ['RELEASE=v5'] })
    expect(swarm.spec.Labels?.[rollOutLabel]).toBeUndefined()
  })
})

describe('a roll-out in part', () => {
  const inPart = { ...tenSeconds, inPart: true }
  const asFound = { name: 'as found', changes: {} }
  const makes = () => swarm.running().map(({ make }) => make.Env?.join() ?? '')

  test('stops after the first task, tells whose place it has, and is taken back by the one that it stopped at alone', async () => {
    swarm.spec = { ...swarm.spec, UpdateConfig: { Parallelism: 2, Delay: 1e9 } }
    const found = swarm.spec
    const { controls } = await deploy()
    expect(await controls.rollOut!(release('v2'), inPart)).toEqual({ ok: true, reached: 1, displaced: 1, instances: ['replica-2'] })
    expect(swarm.spec.UpdateConfig).toEqual({ Parallelism: 1, Delay: 24 * 3_600e9 })
    await new Promise((resolve) => setTimeout(resolve, 5 * swarm.updateEveryMs))
    expect(makes().sort()).toEqual(['', '', 'RELEASE=v2'])
    expect(await controls.rollOut!(asFound, tenSeconds)).toMatchObject({ ok: true })
    expect(makes()).toEqual(['', '', ''])
    expect(swarm.spec.UpdateConfig).toEqual(found.UpdateConfig)
    expect(run.events.filter(({ name }) => name === 'process-started').map(({ target }) => target)).toEqual(['replica-2', 'replica-2'])
    expect(await controls.rollOut!(release('v2'), tenSeconds)).toMatchObject({ ok: true, reached: 3 })
    expect(lost()).toEqual([])
  })

  test('of a release that crashes is told as one that did not succeed, and can be taken back', async () => {
    const { controls } = await deploy()
    expect(await controls.rollOut!(release('crashing'), inPart)).toMatchObject({ ok: false, reached: 1, error: expect.stringMatching(/^the swarm says paused/) })
    expect(await controls.rollOut!(asFound, tenSeconds)).toMatchObject({ ok: true })
    expect(swarm.spec.UpdateConfig).toBeUndefined()
    expect(lost()).toEqual([])
  })

  test('that the swarm rolls back leaves nothing to take back', async () => {
    swarm.onFailure = 'rollback'
    const { controls } = await deploy()
    expect(await controls.rollOut!(release('crashing'), inPart)).toMatchObject({ ok: false, error: expect.stringMatching(/^the swarm says rollback_completed/) })
    expect(await controls.rollOut!(asFound, tenSeconds)).toMatchObject({ ok: true })
    expect(swarm.spec.UpdateConfig).toBeUndefined()
  })

  test('that the swarm rolls back after it was there leaves nothing to take back, and is nobody else\'s change', async () => {
    swarm.onFailure = 'rollback'
    const deployment = await deploy()
    expect(await deployment.controls.rollOut!(release('v2'), inPart)).toMatchObject({ ok: true })
    await swarm.failAfterAll()
    expect(await deployment.controls.rollOut!(asFound, tenSeconds)).toMatchObject({ ok: true })
    await deployment[Symbol.asyncDispose]()
    expect(swarm.spec).toEqual(specOf({ replicas: 3 }))
    expect(lost()).toEqual([])
  })

  test('is over on its way back when all is as before, however long the swarm goes on waiting', async () => {
    const { controls } = await deploy()
    await controls.rollOut!(release('v2'), inPart)
    swarm.completesAfterMs = 60_000
    expect(await controls.rollOut!(asFound, { timeoutMs: 3_000 })).toMatchObject({ ok: true })
  })

  test('whose way back fails is not what the swarm goes back to', async () => {
    swarm.onFailure = 'rollback'
    const { controls } = await deploy()
    await controls.rollOut!(release('v2'), inPart)
    await controls.rollOut!(asFound, tenSeconds)
    expect(makeOf(swarm.previous!)).toEqual({})
    expect(swarm.previous!.UpdateConfig).toBeUndefined()
  })

  test('that a swarm does not stop is none', async () => {
    swarm.stopsAfterFirst = false
    swarm.updateEveryMs = 1
    const { controls } = await deploy()
    await expect(controls.rollOut!(release('v2'), inPart)).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringContaining('expected the swarm to stop after the first') })
  })

  test('is put back with the deployment', async () => {
    swarm.spec = { ...swarm.spec, UpdateConfig: { Parallelism: 0 } }
    const { spec: before } = swarm
    const deployment = await deploy()
    await deployment.controls.rollOut!(release('v2'), inPart)
    await deployment[Symbol.asyncDispose]()
    expect(swarm.spec).toEqual(before)
    expect(makes()).toEqual(['', '', ''])
  })

  test('is put back by the program in the journal', async () => {
    const { spec: before } = swarm
    const { controls } = await deploy()
    await controls.rollOut!(release('v2'), inPart)
    expect(await putBackStack(engine.connection.docker, parseFound(swarm.spec.Labels?.[foundLabel])!)).toEqual([])
    expect(swarm.spec).toEqual(before)
    expect(makes()).toEqual(['', '', ''])
  })
})

/** Of as many changes as it takes. */
function putBack(spec: ServiceSpec, run: string): ServiceSpec {
  const before = specBeforeRollOut(spec, run)
  return before === undefined ? spec : putBack(before, run)
}

describe('what a release makes of a service', () => {
  test('in part is told again with the pace of before, and one that somebody else has set stays', () => {
    const paced = { ...specOf({ replicas: 3 }), UpdateConfig: { Parallelism: 2, Delay: 5 } }
    const part = specOfRelease(paced, release('v2'), 'run', true)!
    const another = specOfRelease(part, release('v3'), 'run', true)!
    expect(another.UpdateConfig).toEqual(part.UpdateConfig)
    expect(putBack(another, 'run')).toEqual(paced)
    expect(specOfRelease(part, release('v3'), 'run')!.UpdateConfig).toEqual(paced.UpdateConfig)
    for (const [theirs, left] of [[{ Parallelism: 7 }, { Parallelism: 7 }], [{ ...part.UpdateConfig, Delay: 9 }, { Parallelism: 2, Delay: 9 }], [{ ...part.UpdateConfig, Parallelism: 3 }, { Parallelism: 3, Delay: 5 }]] as const) {
      const back = putBack({ ...part, UpdateConfig: theirs }, 'run')
      expect(back.UpdateConfig).toEqual(left)
      expect(back.TaskTemplate).toEqual(paced.TaskTemplate)
    }
  })
  test('in part leaves nothing of itself in what somebody else has made of the service', () => {
    const found = { ...specOf({ replicas: 3 }), TaskTemplate: { ContainerSpec: { Image: 'web:1', Env: ['A=1', 'RELEASE=v1'], Args: ['serve'] } } }
    const part = specOfRelease(found, { name: 'v2', image: 'web:2', changes: { env: { RELEASE: 'v2', DRAINED: '1' }, command: ['serve', '--new'] } }, 'run', true)!
    const theirs = { ...part, TaskTemplate: { ContainerSpec: { ...part.TaskTemplate.ContainerSpec, Image: 'web:3', Env: [...part.TaskTemplate.ContainerSpec.Env!, 'B=2'] } } }
    expect(makeOf(putBack(theirs, 'run'))).toEqual({ Image: 'web:3', Env: ['A=1', 'RELEASE=v1', 'B=2'], Args: ['serve'] })
    expect(putBack(theirs, 'run').UpdateConfig).toBeUndefined()
    const whole = specOfRelease(found, { name: 'v2', image: 'web:2', changes: {} }, 'run')!
    expect(makeOf(putBack({ ...whole, TaskTemplate: { ContainerSpec: { Image: 'web:2', Env: ['A=7'] } } }, 'run'))).toEqual({ Image: 'web:2', Env: ['A=7'] })
  })
  test('is put back in two changes: what comes before the last of them is no release', () => {
    const part = specOfRelease(specOf({ replicas: 3 }), release('v2'), 'run', true)!
    const first = specBeforeRollOut(part, 'run')!
    expect(makeOf(first)).toEqual({})
    expect(first.UpdateConfig).toBeUndefined()
    expect(first.Labels).toHaveProperty(rollOutLabel)
    expect(specBeforeRollOut(first, 'run')).toEqual(specOf({ replicas: 3 }))
    expect(specBeforeRollOut(specOf({ replicas: 3 }), 'run')).toBeUndefined()
  })

  const spec = { ...specOf({ replicas: 3 }), TaskTemplate: { ContainerSpec: { Image: 'web:1', Env: ['A=1', 'RELEASE=v1', 'EMPTY'], Args: ['serve'], StopSignal: 'SIGINT' } } }
  test('is its image, its variables beside those that are there, and its words', () => {
    const made = specOfRelease(spec, { name: 'v2', image: 'web:2', changes: { env: { RELEASE: 'v2' }, command: ['serve', '--new'] } }, 'run')!
    expect(made.TaskTemplate.ContainerSpec).toEqual({ Image: 'web:2', Env: ['A=1', 'RELEASE=v2', 'EMPTY'], Args: ['serve', '--new'], StopSignal: 'SIGINT' })
    expect(putBack(made, 'run')).toEqual(spec)
  })
  test('is told from what another run left, and from what somebody else wrote', () => {
    const left = specOfRelease(spec, release('old'), 'another')!
    const made = specOfRelease(left, release('v2'), 'run')!
    expect(putBack(made, 'run').TaskTemplate).toEqual(left.TaskTemplate)
    expect(specBeforeRollOut(made, 'third')!.TaskTemplate).toEqual(made.TaskTemplate)
    expect(specBeforeRollOut({ ...made, Labels: { [rollOutLabel]: 'nonsense', [runLabel]: 'run' } }, 'run')).toEqual({ ...made, Labels: { [runLabel]: 'run' } })
    expect(specBeforeRollOut(spec, 'run')).toBeUndefined()
  })
})
