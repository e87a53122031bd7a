import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { notEndedName } from '../../operating-system/process-record.js'
import { isAlive } from '../../operating-system/process-table.js'
import { answering, ask, component, descriptor, idle, testRun, within, type TestRun } from './deployment.test-support.js'
import { processDriver } from './process-driver.js'

let run: TestRun
beforeEach(() => {
  run = testRun()
})
afterEach(() => run.end())

describe('deploy', () => {
  test('starts every unit, each with exactly the environment it is given', async () => {
    const env = { ...answering.env, WHO: '{instance} {index}', WHERE: '{data} {run} {machine} {shared}', JSON: '{"a":{b}}', STORE: 'tcp://{store:host}:{store:port}' }
    const deployment = await run.deploy(descriptor({ replicas: { ...answering, env, count: 2 }, components: [component('store', answering)] }, '/usr'))
    expect(deployment.instances.map((one) => one.id)).toEqual(['replica-0', 'replica-1'])
    expect(deployment.edges).toEqual([{ from: 'replica-0', to: 'store' }, { from: 'replica-1', to: 'store' }])

    const [, second] = deployment.instances
    await expect.poll(() => ask(second!.url), within).not.toBeNull()
    const answer = await ask(second!.url)
    const folder = join(run.directory, '1')
    expect(answer?.directory).toBe('/usr')
    expect(answer?.environment).toEqual({
      PATH: expect.stringMatching(/:\/usr\/local\/sbin:\/usr\/local\/bin:\/usr\/sbin:\/usr\/bin:\/sbin:\/bin$/),
      HOST: '127.0.0.1',
      PORT: second!.url.port,
      WHO: 'replica-1 1',
      WHERE: `${folder}/data/replica-1 ${folder}/run ${folder}/machine ${run.directory}/shared`,
      JSON: '{"a":{b}}',
      STORE: expect.stringMatching(/^tcp:\/\/127\.0\.0\.1:\d+$/),
      SEAWORTHY_RUN: `${run.runId}/1`,
      SEAWORTHY_DEFECT: 'none',
    })
  })

  test('puts a proxy on an edge and a balancer in front', async () => {
    const replicas = { ...answering, env: { ...answering.env, STORE: 'http://{store:host}:{store:port}' }, count: 1 }
    const deployment = await run.deploy(descriptor({ replicas, components: [component('store', answering)] }))
    const store = deployment.components[0]!
    await expect.poll(() => ask(deployment.entrypoint), within).not.toBeNull()
    const proxied = (await ask(deployment.entrypoint))!.environment['STORE']!
    expect(new URL(proxied).port).not.toBe(String(store.port))
    await expect.poll(async () => (await ask(proxied))?.environment['PORT'], within).toBe(String(store.port))

    const edge = deployment.edges[0]!
    await deployment.controls.faultEdge?.(edge, { kind: 'refuse' })
    expect(await ask(proxied)).toBeNull()
    await deployment.controls.healEdge?.(edge)
    expect(await ask(proxied)).not.toBeNull()
    expect(await deployment.controls.edgeCounters?.(edge)).toMatchObject({ refused: 1 })
    expect(run.eventsOf('backend-up', 'replica-0')).toHaveLength(1)
  })

  test('does not wait for units that end at once or cannot be started, and says so', async () => {
    const components = [component('short', { ...idle, command: ['sh', '-c', 'exit 3'], restart: 'never' }), component('absent', { ...idle, command: ['no-such-program'] })]
    await run.deploy(descriptor({ components, install: ['true'] }))
    await expect.poll(() => run.eventsOf('process-exited', 'short'), within).toMatchObject([{ detail: { code: 3, restartInMs: null } }])
    await expect.poll(() => run.eventsOf('process-exited', 'absent').length, within).toBeGreaterThan(1)
    expect(run.eventsOf('process-exited', 'absent')[0]).toMatchObject({ detail: { pid: null, error: expect.stringContaining('ENOENT') } })
  })

  test('two deployments of one run live side by side and end apart', async () => {
    const one = await run.deploy(descriptor({ replicas: { ...answering, count: 1 } }), '1')
    const other = await run.deploy(descriptor({ replicas: { ...answering, count: 1 } }), '2')
    await one[Symbol.asyncDispose]()
    await expect.poll(() => ask(other.instances[0]!.url), within).not.toBeNull()
    expect(await ask(one.instances[0]!.url)).toBeNull()
    expect(run.events.filter((event) => event.name === 'process-exited')).toEqual([])
  })
})

describe('install', () => {
  test('runs before the first start, in its place, and decides over restart and boot', async () => {
    const install = ['sh', '-c', 'echo "{\\"restart\\":\\"never\\"}" > "$MACHINE_DIRECTORY/units/replicas.json"; echo $SEAWORTHY_DEFECT > {run}/installed']
    const deployment = await run.deploy(descriptor({ install }))
    expect(readFileSync(join(run.directory, '1', 'run', 'installed'), 'utf8')).toBe('none\n')
    await deployment.controls.kill?.(['replica-0'])
    await expect.poll(() => run.eventsOf('process-exited', 'replica-0'), within).toMatchObject([{ detail: { restartInMs: null } }])
  })

  test('that fails ends the deployment with the end of its output, and nothing stays', async () => {
    const install = ['sh', '-c', 'echo the disk is full; exit 4']
    await expect(run.deploy(descriptor({ install }))).rejects.toThrow(/exit code 4[^]*the disk is full/)
    expect(run.processes()).toEqual([])
  })

  test('is left out on request', async () => {
    const deployment = await run.deploy(descriptor({ install: ['sh', '-c', 'exit 4'] }), '1', { install: false })
    expect(existsSync(deployment.logFiles.get('install')!)).toBe(false)
    expect(await deployment.controls.processState?.('replica-0')).toMatchObject({ state: 'running' })
  })

  test('is cut when the run is interrupted', async () => {
    const interruption = new AbortController()
    const deployed = run.deploy(descriptor({ install: ['sh', '-c', 'sleep 1001; true'] }), '1', { signal: interruption.signal })
    const refused = expect(deployed).rejects.toThrow('interrupted')
    await expect.poll(() => run.processes().filter((entry) => entry.command === 'sleep').length, within).toBe(1)
    interruption.abort()
    await refused
    expect(run.processes()).toEqual([])
  })

  test('a unit file that is not understood is refused', async () => {
    const install = ['sh', '-c', 'echo "{\\"restart\\":\\"sometimes\\"}" > {machine}/units/replica-0.json']
    await expect(run.deploy(descriptor({ install }))).rejects.toMatchObject({ code: 'SW_UNIT_OVERRIDE' })
    expect(run.processes()).toEqual([])
  })
})

describe('the end of a deployment', () => {
  test('leaves nothing but log files, and may be asked for twice', async () => {
    const deployment = await run.deploy(descriptor({ replicas: { ...answering, count: 2 }, components: [component('store')] }))
    expect(run.journaled.size).toBeGreaterThanOrEqual(4) // machine, network, and the units
    await Promise.all([deployment[Symbol.asyncDispose](), deployment[Symbol.asyncDispose]()])
    expect(run.processes()).toEqual([])
    expect(existsSync(deployment.logFiles.get('machine')!)).toBe(true)
    expect([...run.journaled.values()].filter((entry) => entry.kind === 'process-group' && isAlive(entry.pid, entry.startTime))).toEqual([])
  })

  test('takes its mark away when everything is known to be gone, and leaves it when something may be there', async () => {
    const deployment = await run.deploy(descriptor({}))
    expect(existsSync(join(run.directory, '1', notEndedName))).toBe(true)
    await deployment[Symbol.asyncDispose]()
    expect(existsSync(join(run.directory, '1', notEndedName))).toBe(false)

    const other = testRun()
    const failing = await other.deploy(descriptor({}))
    Object.assign(other.journaled, {
      delete: (id: number) => {
        const entry = other.journaled.get(id)
        if (entry?.kind === 'process-group' && entry.what === 'machine') throw new Error('no room for the journal')
      },
    })
    await expect(failing[Symbol.asyncDispose]()).rejects.toThrow(/no room/)
    expect(existsSync(join(other.directory, '1', notEndedName))).toBe(true)
    expect(other.processes()).toEqual([])
    rmSync(other.directory, { recursive: true })
  })

  test('ends what left its group, its parent and its log file, and what is frozen', async () => {
    const script = '(setsid sh -c "sleep 1001 & sleep 1001" </dev/null >/dev/null 2>&1 &); exec sleep 1000'
    const deployment = await run.deploy(descriptor({ replicas: { ...idle, command: ['sh', '-c', script], count: 1 } }))
    await expect.poll(() => run.processes().filter((entry) => entry.command === 'sleep').length, within).toBe(3)
    await deployment.controls.freeze?.('replica-0')
    await deployment[Symbol.asyncDispose]()
    expect(run.processes()).toEqual([])
  })

  test('in the middle of a reboot leaves nothing either', async () => {
    const deployment = await run.deploy(descriptor({ replicas: { ...idle, count: 2 } }))
    const rebooted = deployment.controls.reboot!('orderly').then(() => 'rebooted', () => 'cut short')
    await deployment[Symbol.asyncDispose]()
    expect(await rebooted).toBe('cut short')
    expect(run.processes()).toEqual([])
  })

  test('a lost network is reported, and refuses what is asked of it', async () => {
    const replicas = { ...idle, env: { STORE: '{store:port}' }, count: 1 }
    const deployment = await run.deploy(descriptor({ replicas, components: [component('store')] }))
    const network = [...run.journaled.values()].find((entry) => entry.kind === 'process-group' && entry.what === 'network') as { pid: number }
    process.kill(network.pid, 'SIGKILL')
    await expect.poll(() => run.eventsOf('process-exited', 'network'), within).toMatchObject([{ detail: { unexpected: true } }])
    await expect(deployment.controls.faultEdge!(deployment.edges[0]!, { kind: 'refuse' })).rejects.toMatchObject({ code: 'SW_NETWORK' })
  })

  test('a lost machine is reported, takes its units along, and refuses what is asked of it', async () => {
    const deployment = await run.deploy(descriptor({ replicas: { ...idle, count: 2 } }))
    const machine = [...run.journaled.values()].find((entry) => entry.kind === 'process-group' && entry.what === 'machine') as { pid: number }
    process.kill(machine.pid, 'SIGKILL')
    await expect.poll(() => run.eventsOf('machine-down', 'machine'), within).toHaveLength(1)
    expect(run.eventsOf('process-exited', 'replica-1')).toHaveLength(1)
    expect(run.processes().map((entry) => entry.command)).not.toContain('sleep')
    await expect(deployment.controls.start!('replica-0')).rejects.toMatchObject({ code: 'SW_MACHINE_LOST' })
  })
})

test('availability names a program that is not there, unless an install may bring it', async () => {
  const replicas = { ...idle, command: ['./no-such-program'], count: 1 }
  expect(await processDriver.availability(descriptor({ replicas }))).toMatchObject({ available: false, reason: expect.stringContaining('./no-such-program') })
  expect(await processDriver.availability(descriptor({ replicas, install: ['true'] }))).toEqual({ available: true })
  expect(await processDriver.availability(descriptor({}))).toEqual({ available: true })
})

test('the address of an unknown component is refused before anything is made', async () => {
  const replicas = { ...idle, env: { CACHE: '{cache:port}' }, count: 1 }
  await expect(run.deploy(descriptor({ replicas, components: [component('store')] }))).rejects.toThrow(/"cache".*store/)
})
