import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ownProgram } from '../../operating-system/own-program.js'
import { ask, component, controlsOf, descriptor, testRun, within, type Controls, type TestRun } from '../process/deployment.test-support.js'
import type { Deployment } from '../../core/driver.js'
import { contained, engineForTests, frontOf, image, objectsOf } from './docker.test-support.js'
import { dockerDriver, foreignFiles } from './docker-driver.js'
import { objectName } from './labels.js'

const engine = await engineForTests()
if ('missing' in engine) console.warn(`\n!!! THE TESTS OF THE DOCKER DRIVER DO NOT RUN: ${engine.missing}\n`)
const docker = 'docker' in engine ? engine.docker : (undefined as never)
const host = 'host' in engine ? engine.host : ''
const hostBefore = process.env['DOCKER_HOST']

const target = (count = 1) => ({
  image,
  replicas: { ...contained, env: { ...contained.env, STORE_HOST: '{store:host}', STORE_PORT: '{store:port}' }, count },
  components: [component('store', contained)],
})
const answerOf = async (deployment: Deployment, replica = 0): Promise<Record<string, unknown> | null> =>
  (await ask(deployment.instances[replica]!.url)) as Record<string, unknown> | null
const pidOf = async (controls: Controls, unit: string): Promise<number | null> => (await controls.processState(unit)).pid
const slow = { timeout: 120_000 }

describe.skipIf('missing' in engine)('one deployment', slow, () => {
  let run: TestRun
  let deployment: Deployment
  let controls: Controls
  beforeAll(async () => {
    run = testRun(dockerDriver)
    deployment = await run.deploy(descriptor(target(2)))
    controls = controlsOf(deployment)
  }, 120_000)
  afterAll(async () => {
    await run.end()
    expect(await objectsOf(docker, run.runId)).toEqual([])
    expect([...run.journaled.values()].filter(({ kind }) => kind === 'program')).toEqual([])
  }, 60_000)
  const back = async (replica = 0): Promise<void> => {
    await expect.poll(() => answerOf(deployment, replica), within).not.toBeNull()
  }

  test('it is labelled, nothing of it is published, and it is reached through the balancer', async () => {
    await back()
    await back(1)
    const containers = await docker.listContainers({ all: true, filters: { label: [`seaworthy.run=${run.runId}`] } })
    expect(containers.map(({ Names: names }) => names[0]!.split('-').slice(3).join('-')).sort()).toEqual(['replica-0', 'replica-1', 'signals', 'store'])
    expect(containers.flatMap(({ Ports: ports }) => ports)).toEqual([])
    await expect.poll(() => ask(deployment.entrypoint), within).toMatchObject({ environment: { HOST: '0.0.0.0' } })
    expect(((await answerOf(deployment))?.['environment'] as Record<string, string>)['SEAWORTHY_RUN']).toBeUndefined()
  })

  test('what is killed is restarted by the engine, also after a signal was sent to it', async () => {
    const before = await pidOf(controls, 'replica-0')
    expect(await controls.kill(['replica-0', 'store'])).toMatchObject([{ target: 'replica-0', pid: before }, { target: 'store' }])
    await back()
    const second = await pidOf(controls, 'replica-0')
    expect(second).not.toBe(before)
    expect(run.eventsOf('process-exited', 'replica-0')).toMatchObject([{ detail: { pid: before, signal: 'SIGKILL' } }])
    await controls.signal('replica-0', 'SIGTERM')
    await expect.poll(() => run.eventsOf('process-exited', 'replica-0').at(-1)?.detail['code'], within).toBe(0)
    await back()
    await controls.kill(['replica-0'])
    await expect.poll(() => run.eventsOf('process-started', 'replica-0').length, within).toBe(4)
    await back()
  })

  test('what is held stays down until it is released', async () => {
    await controls.hold('replica-0')
    await controls.kill(['replica-0'])
    expect(await controls.processState('replica-0')).toMatchObject({ pid: null, state: 'held' })
    await expect(controls.start('replica-0')).rejects.toMatchObject({ code: 'SW_MACHINE_REFUSED' })
    await controls.release('replica-0')
    await back()
  })

  test('an orderly stop gives the exit code and is not undone by the engine; start brings it back with what it was told since', async () => {
    expect(await controls.stop('replica-1', { signal: 'SIGTERM', graceMs: 10_000 })).toMatchObject({ exitCode: 0, killed: false })
    expect(await controls.processState('replica-1')).toMatchObject({ pid: null, state: 'exited' })
    await controls.configureUnit('replica-1', { env: { COLOUR: 'green' } })
    await controls.start('replica-1')
    await back(1)
    expect(await answerOf(deployment, 1)).toMatchObject({ environment: { COLOUR: 'green' }, starts: 2 })
    await controls.kill(['replica-1'])
    await back(1)
  })

  test('what is frozen accepts and does not answer; it can be killed; thawed it goes on', async () => {
    await controls.freeze('replica-0')
    expect(await ask(deployment.instances[0]!.url, 700)).toBeNull()
    await controls.thaw('replica-0')
    await back()
    await controls.freeze('replica-0')
    await controls.kill(['replica-0'])
    await back()
  })

  test('faults on the edge to a dependency, and their end', async () => {
    const edge = { from: 'replica-0', to: 'store' }
    await expect.poll(async () => (await answerOf(deployment))?.['store'], within).toBe('reached')
    await controls.faultEdge(edge, { kind: 'refuse' })
    expect((await answerOf(deployment))?.['store']).toBe('ECONNRESET')
    await controls.faultEdge(edge, { kind: 'silence' })
    expect((await answerOf(deployment))?.['store']).toBe('silent')
    await controls.healEdge(edge)
    expect((await answerOf(deployment))?.['store']).toBe('reached')
  })

  test('a replica more, and one less', async () => {
    const { id, url } = await controls.addInstance({})
    await expect.poll(() => ask(url), within).not.toBeNull()
    expect(await controls.removeInstance(id, { signal: 'SIGTERM', graceMs: 10_000 })).toMatchObject({ exitCode: 0 })
    expect(deployment.instances.map((one) => one.id)).toEqual(['replica-0', 'replica-1'])
  })

  test('the files of a target that is down can be damaged; a replacement with empty data has none of them', async () => {
    await controls.stop('store', { signal: 'SIGTERM', graceMs: 10_000 })
    const [file] = await controls.listDataFiles('store', /^starts$/)
    expect(file?.path).toBe('starts')
    await controls.damageDataFile('store', 'starts', { kind: 'append', bytes: 7 })
    expect(await controls.listDataFiles('store', /^starts$/)).toEqual([{ path: 'starts', bytes: file!.bytes + 7 }])
    await controls.start('store')
    const { addressBefore, addressAfter } = await controls.replaceComponent('store', { address: 'new', data: 'empty' })
    expect(addressAfter).not.toBe(addressBefore)
    await expect.poll(async () => (await ask(`http://${addressAfter}`)) as Record<string, unknown> | null, within).toMatchObject({ starts: 1 })
    await expect.poll(async () => (await answerOf(deployment))?.['store'], within).toBe('reached')
  })
})

describe.skipIf('missing' in engine)('deployments of their own', slow, () => {
  let run: TestRun
  beforeEach(() => {
    run = testRun(dockerDriver)
  })
  afterEach(async () => {
    await run.end()
    expect(await objectsOf(docker, run.runId)).toEqual([])
  }, 60_000)

  test.each(['orderly', 'power-loss'] as const)('a reboot (%s) starts what starts at boot, in a new boot', async (manner) => {
    const { components, ...rest } = target()
    const deployment = await run.deploy(descriptor({ ...rest, components: [...components, component('by-hand', { ...contained, startAtBoot: false })] }))
    const controls = controlsOf(deployment)
    await expect.poll(() => answerOf(deployment), within).not.toBeNull()
    const { bootIdBefore, bootIdAfter } = await controls.reboot(manner)
    expect(bootIdAfter).not.toBe(bootIdBefore)
    await expect.poll(() => answerOf(deployment), within).toMatchObject({ starts: 2 })
    expect(await controls.processState('by-hand')).toMatchObject({ state: 'exited' })
    expect(run.eventsOf('machine-down', 'machine')).toHaveLength(1)
    await controls.kill(['replica-0'])
    await expect.poll(() => answerOf(deployment), within).toMatchObject({ starts: 3 })
  })

  test('a container that somebody removes is told as a loss of the machine, and nothing is asked of it any more', async () => {
    const deployment = await run.deploy(descriptor(target()))
    await docker.getContainer(objectName({ runId: run.runId, directory: '/1' }, 'store')).remove({ force: true })
    await expect.poll(() => run.eventsOf('process-exited', 'machine'), within).toMatchObject([{ detail: { unexpected: true, reason: expect.stringContaining('store') } }])
    await expect(controlsOf(deployment).kill(['replica-0'])).rejects.toMatchObject({ code: 'SW_MACHINE_LOST' })
  })

  test('a container that somebody pauses is told as a loss of the machine', async () => {
    await run.deploy(descriptor(target()))
    await docker.getContainer(objectName({ runId: run.runId, directory: '/1' }, 'replica-0')).pause()
    await expect.poll(() => run.eventsOf('process-exited', 'machine'), within).toMatchObject([{ detail: { unexpected: true, reason: 'somebody else paused the container of replica-0' } }])
  })

  test('an engine that goes away is told as a loss of the machine', async () => {
    const front = await frontOf(host, run.directory)
    process.env['DOCKER_HOST'] = front.host
    try {
      const deployment = await run.deploy(descriptor(target()))
      front.cut()
      await expect.poll(() => run.eventsOf('process-exited', 'machine'), within).toMatchObject([{ detail: { unexpected: true } }])
      await expect(controlsOf(deployment).hold('replica-0')).rejects.toMatchObject({ code: 'SW_MACHINE_LOST' })
      await expect(deployment[Symbol.asyncDispose]()).rejects.toMatchObject({ code: 'SW_ENGINE_GONE' })
      expect([...run.journaled.values()].map(({ kind }) => kind)).toContain('program') // somebody has to end it yet
    } finally {
      if (hostBefore === undefined) delete process.env['DOCKER_HOST']
      else process.env['DOCKER_HOST'] = hostBefore
    }
    expect(spawnSync(process.execPath, [ownProgram(import.meta.url, 'remove-run'), host, run.runId]).status).toBe(0)
    expect(await objectsOf(docker, run.runId)).toEqual([])
    rmSync(run.directory, { recursive: true, force: true })
    run = testRun(dockerDriver)
  })

  test('an image that is not there: not available, and a deployment says so and leaves nothing', async () => {
    const service = descriptor({ ...target(), image: 'seaworthy-no-such-image' })
    expect(await dockerDriver.availability(service)).toMatchObject({ available: false, reason: expect.stringContaining('seaworthy-no-such-image') })
    await expect(run.deploy(service)).rejects.toMatchObject({ code: 'SW_IMAGE_MISSING' })
  })

  test('the program that the journal names removes everything of a run', async () => {
    const deployment = await run.deploy(descriptor(target()))
    expect([...run.journaled.values()].filter(({ kind }) => kind === 'program')).toMatchObject([{ parameters: [host, run.runId] }])
    expect(await objectsOf(docker, run.runId)).not.toEqual([])
    const { status } = spawnSync(process.execPath, [ownProgram(import.meta.url, 'remove-run'), host, run.runId])
    expect({ status, left: await objectsOf(docker, run.runId) }).toEqual({ status: 0, left: [] })
    await deployment[Symbol.asyncDispose]()
  })
})

test.each([
  ['1000:1000', 0, undefined],
  ['1000', 1000, undefined],
  ['1000:1000', 501, /cannot remove/],
  ['', 1000, /root/],
])('an image of user "%s" for user %i', (user, uid, reason) => {
  if (reason === undefined) expect(foreignFiles(user, uid)).toBeUndefined()
  else expect(foreignFiles(user, uid)).toMatch(reason)
})
