import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ask, component, controlsOf, descriptor, testRun, within, type TestRun } from '../process/deployment.test-support.js'
import type { Deployment } from '../../core/driver.js'
import { contained, engineForTests, image, objectsOf } from './docker.test-support.js'
import { dockerDriver } from './docker-driver.js'
import { objectName } from './labels.js'
import { machineImage } from './machine-image.js'

const engine = await engineForTests()
const hasMachine = 'docker' in engine && (await engine.docker.getImage(machineImage).inspect().then(() => true, () => false))
if (!hasMachine) console.warn(`\n!!! NO MACHINE IS REBOOTED IN THE TESTS: ${'missing' in engine ? engine.missing : `the engine has no image ${machineImage}`}\n`)
const docker = 'docker' in engine ? engine.docker : (undefined as never)
const slow = { timeout: 240_000 }
const startsOf = async (deployment: Deployment): Promise<unknown> => ((await ask(deployment.instances[0]!.url)) as unknown as Record<string, unknown> | null)?.['starts']

describe.skipIf(!hasMachine)('a machine with an engine of its own', slow, () => {
  let run: TestRun
  beforeEach(() => {
    run = testRun(dockerDriver)
  })
  afterEach(async () => {
    await run.end()
    expect(await objectsOf(docker, run.runId)).toEqual([])
  }, 60_000)

  test('both reboots: its engine brings back what its policies say, on the same disk and address; a machine that somebody else ends is lost', async () => {
    const components = [component('store', contained), component('by-hand', { ...contained, startAtBoot: false })]
    const deployment = await run.deploy(descriptor({ image, replicas: { ...contained, count: 1 }, components }), '1', { reboots: true })
    const controls = controlsOf(deployment)
    expect(deployment.rebootGrade).toBe('demonstrated')
    await expect.poll(() => startsOf(deployment), within).toBe(1)
    const { pid } = await controls.processState('replica-0')
    expect(() => process.kill(pid!, 0)).not.toThrow() // it is known here by its number here
    await controls.kill(['replica-0'])
    await expect.poll(() => startsOf(deployment), within).toBe(2)

    const first = await controls.reboot('orderly')
    await expect.poll(() => startsOf(deployment), within).toBe(3)
    expect(await controls.processState('by-hand')).toMatchObject({ pid: null, state: 'exited' })
    const second = await controls.reboot('power-loss')
    await expect.poll(() => startsOf(deployment), within).toBe(4)

    expect(new Set([first.bootIdBefore, first.bootIdAfter, second.bootIdAfter]).size).toBe(3)
    expect(second.bootIdBefore).toBe(first.bootIdAfter)
    expect(run.eventsOf('process-exited', 'replica-0').map(({ detail }) => detail['signal'] ?? detail['code'])).toEqual(['SIGKILL', 0, 'SIGKILL'])
    await expect.poll(() => run.eventsOf('process-started', 'replica-0').length, within).toBe(4)
    expect(run.eventsOf('process-exited', 'machine')).toEqual([])
    expect(await deployment.bringLogUpToDate!('store')).toBe(true)

    await docker.getContainer(objectName({ runId: run.runId, directory: '/1' }, 'machine')).kill() // somebody else does
    await expect.poll(() => run.eventsOf('process-exited', 'machine'), within).toMatchObject([{ detail: { unexpected: true } }])
    await expect(controls.kill(['replica-0'])).rejects.toMatchObject({ code: 'SW_MACHINE_LOST' })
  })

  test('what no engine would start at boot is not tried with one, and the reason is told', async () => {
    const deployment = await run.deploy(descriptor({ image, replicas: { ...contained, restart: 'never', count: 1 }, components: [] }), '1', { reboots: true })
    expect(deployment).toMatchObject({ rebootGrade: 'simulated', rebootGradeReason: expect.stringContaining('replica-0') })
  })
})
