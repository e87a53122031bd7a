import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadDescriptor, parseDescriptor } from '../../engine/load-descriptor.js'
import { ask, controlsOf, testRun, type Controls, type TestRun } from '../process/deployment.test-support.js'
import type { Deployment } from '../../core/driver.js'
import { ownProgram } from '../../operating-system/own-program.js'
import { remoteDriver } from './remote-driver.js'
import { startRemoteMachine, type RemoteMachine } from './remote-machine.test-support.js'

let machine: RemoteMachine
let run: TestRun
beforeAll(async () => {
  machine = await startRemoteMachine()
}, 60_000)
afterAll(() => machine.end())
beforeEach(() => {
  run = testRun(remoteDriver)
})
afterEach(() => run.end(), 60_000)

const stop = { signal: 'SIGTERM', graceMs: 6_000 } as const
const deployed = async (hooks: Readonly<Record<string, string | undefined>> = {}): Promise<Deployment> => run.deploy(loadDescriptor(machine.descriptor(hooks)))
const answers = async (index = 0): Promise<boolean> => (await ask(machine.urls[index]!)) !== null
const undoes = (): unknown[] => [...run.journaled.values()].filter(({ kind }) => kind === 'program')

test('traffic reaches every replica by way of the balancer, and nothing of the service is started or ended', async () => {
  const deployment = await deployed()
  expect(deployment.instances.map(({ url }) => url.origin)).toEqual(machine.urls)
  await expect.poll(async () => Object.values((await deployment.balancerCounters()).byBackend).every(({ up }) => up), { timeout: 15_000 }).toBe(true)
  expect(await ask(deployment.entrypoint)).not.toBeNull()
  await deployment[Symbol.asyncDispose]()
  expect(await answers()).toBe(true)
  expect(readFileSync(deployment.logFiles.get('replica-1')!, 'utf8')).toBe('what replica-1 logged\n')
})

describe('honest hooks', () => {
  test('stop, start, freeze, thaw, hold and kill are done when that was seen, and undone in the journal', async () => {
    const controls: Controls = controlsOf(await deployed())
    expect(await controls.stop('replica-0', stop)).toMatchObject({ exitCode: null, signal: null, killed: false })
    expect(await answers()).toBe(false)
    expect(undoes()).toHaveLength(1)
    await controls.start('replica-0')
    expect(undoes()).toHaveLength(0)
    await controls.freeze('replica-0')
    expect(await ask(machine.urls[0]!, 300)).toBeNull()
    await controls.thaw('replica-0')
    await controls.hold('replica-1')
    await controls.kill(['replica-1'])
    expect(undoes()).toHaveLength(2)
    await expect.poll(() => answers(1), { timeout: 15_000 }).toBe(false)
    await controls.release('replica-1')
    expect(undoes()).toHaveLength(0)
    expect(await answers(1)).toBe(true)
  }, 60_000)
  test('a reboot is one that the machine itself shows', async () => {
    const { bootIdBefore, bootIdAfter } = await controlsOf(await deployed()).reboot('power-loss')
    expect(bootIdAfter).not.toBe(bootIdBefore)
  }, 60_000)
  test('what a scenario leaves behind is put back at the end of the deployment', async () => {
    const deployment = await deployed()
    const controls = controlsOf(deployment)
    await controls.stop('replica-0', stop)
    await controls.freeze('replica-1')
    await deployment[Symbol.asyncDispose]()
    expect([await answers(0), await answers(1)]).toEqual([true, true])
    expect(undoes()).toHaveLength(0)
  }, 60_000)
})

describe('a hook that ends with 0 proves nothing', () => {
  test.each([
    ['stop', (controls: Controls) => controls.stop('replica-0', { ...stop, graceMs: 300 }), 'did not come to refuse connections'],
    ['reboot', (controls: Controls) => controls.reboot('orderly'), 'gives the same id'],
  ])('%s', async (hook, act, found) => {
    const path = machine.descriptor({ [hook]: 'true', timeout: '300ms' })
    const text = readFileSync(path, 'utf8').replace('"startTimeout":"15s"', '"startTimeout":"300ms"')
    const deployment = await run.deploy(parseDescriptor(text, path))
    await expect(act(controlsOf(deployment))).rejects.toThrow(found)
  }, 60_000)
  test('start, after a stop that worked', async () => {
    const path = machine.descriptor({ start: 'true' })
    const deployment = await run.deploy(parseDescriptor(readFileSync(path, 'utf8').replace('"startTimeout":"15s"', '"startTimeout":"300ms"'), path))
    await controlsOf(deployment).stop('replica-0', stop)
    await expect(controlsOf(deployment).start('replica-0')).rejects.toThrow('nothing listened')
    await expect(deployment[Symbol.asyncDispose]()).rejects.toThrow('is not as it was found')
    expect(undoes()).toHaveLength(1) // for whoever cleans up
    rmSync(join(machine.folder, 'replica-0.stopped'))
    await expect.poll(() => answers(), { timeout: 15_000 }).toBe(true)
    rmSync(run.directory, { recursive: true })
    run = testRun(remoteDriver)
  }, 60_000)
})

test('what is frozen still accepts connections: it is thawed when it answers, not before', async () => {
  const deployment = await deployed({ thaw: 'true' })
  await controlsOf(deployment).freeze('replica-0')
  try {
    const [order] = [...run.journaled.values()].flatMap((entry) => (entry.kind === 'program' ? [entry] : []))
    await expect(deployment[Symbol.asyncDispose]()).rejects.toThrow('it answers nothing on 127.0.0.1')
    expect(undoes()).toHaveLength(1) // for whoever cleans up
    expect(spawnSync(process.execPath, [ownProgram(import.meta.url, 'undo-hooks'), ...order!.parameters], { env: {} }).status).toBe(1)
  } finally {
    process.kill(Number(readFileSync(join(machine.folder, 'replica-0.pid'), 'utf8')), 'SIGCONT')
  }
  rmSync(run.directory, { recursive: true })
  run = testRun(remoteDriver)
}, 60_000)

test('a replica that was being stopped when the run was interrupted is not left to end later', async () => {
  const stopped = join(machine.folder, 'replica-0.stopped')
  const told = join(machine.folder, 'replica-0.told') // after the signal: a hook that is cut before it has told nobody to end
  const path = machine.descriptor({ stop: `touch ${machine.folder}/replica-{index}.stopped; kill -TERM $(cat ${machine.folder}/replica-{index}.pid); touch ${machine.folder}/replica-{index}.told; sleep 5` })
  const interruption = new AbortController()
  const deployment = await run.deploy(loadDescriptor(path), 'interrupted', { signal: interruption.signal })
  const stopping = controlsOf(deployment).stop('replica-0', stop).catch((thrown: Error) => thrown.message)
  await expect.poll(() => existsSync(told), { timeout: 15_000, interval: 5 }).toBe(true)
  interruption.abort()
  await deployment[Symbol.asyncDispose]()
  expect(await stopping).toContain('interrupted')
  expect([existsSync(stopped), await answers()]).toEqual([false, true])
  expect(undoes()).toHaveLength(0)
}, 60_000)

test('a hook that hangs or fails is said so, without its command, and what it started is ended', async () => {
  const secret = 'tell-nobody'
  const controls = controlsOf(await deployed({ kill: `: ${secret}; sleep 1000`, freeze: `: ${secret}; exit 3`, timeout: '300ms' }))
  const hung = await controls.kill(['replica-0']).catch((thrown: Error) => thrown.message)
  expect(hung).toBe('while running the kill hook of replica-0: found that it had not ended after 0.3 s')
  expect(await controls.freeze('replica-0').catch((thrown: Error) => thrown.message)).toBe('while running the freeze hook of replica-0: found that it ended with exit code 3')
  expect(run.processes().filter(({ command }) => command.includes('sleep'))).toEqual([])
}, 60_000)

test('the order in the journal puts a replica back without us, and says when it cannot', async () => {
  const deployment = await deployed()
  await controlsOf(deployment).stop('replica-0', stop)
  const [order] = [...run.journaled.values()].flatMap((entry) => (entry.kind === 'program' ? [entry] : []))
  const carriedOut = (parameters: readonly string[]) => spawnSync(process.execPath, [ownProgram(import.meta.url, 'undo-hooks'), ...parameters], { env: {} })
  const lying = JSON.stringify({ ...(JSON.parse(order!.parameters[0]!) as object), start: 'true' })
  expect(carriedOut([lying]).status).toBe(1)
  expect(await answers()).toBe(false)
  // On a busy machine the service may take longer than one attempt; whoever cleans up tries again.
  await expect.poll(() => carriedOut(order!.parameters).status, { timeout: 40_000 }).toBe(0)
  expect(await answers()).toBe(true)
}, 60_000)

describe('what is offered and what is refused', () => {
  const described = (hooks: Readonly<Record<string, string | undefined>>) => loadDescriptor(machine.descriptor(hooks))
  const none = Object.fromEntries(['start', 'stop', 'kill', 'hold', 'release', 'freeze', 'thaw', 'reboot', 'logs'].map((name) => [name, undefined]))
  test('only what has a hook can be done', () => {
    const all = remoteDriver.offers(described({}))
    const bare = remoteDriver.offers(described(none))
    for (const one of ['lifecycle.stop', 'lifecycle.kill', 'lifecycle.hold', 'lifecycle.reboot', 'fault.freeze'] as const) expect([all.has(one), bare.has(one)]).toEqual([true, false])
    expect(bare.has('traffic.read')).toBe(true)
    expect(all.has('lifecycle.apart')).toBe(false)
  })
  test.each([
    [{ start: undefined }, 'expected hooks.start as well'],
    [{ thaw: undefined }, 'expected hooks.thaw as well'],
    [{ kill: 'kill {pid}' }, 'unknown placeholder {pid}'],
  ])('%j', (hooks, said) => expect(() => described(hooks)).toThrow(said))
  test.each([['https://shop.example'], ['http://127.0.0.1:8080/path'], ['http://user:secret@127.0.0.1:8080']])('the URL %s', (url) => {
    const path = machine.descriptor()
    writeFileSync(path, readFileSync(path, 'utf8').replace(JSON.stringify(machine.urls), JSON.stringify(url)))
    expect(() => loadDescriptor(path)).toThrow('expected http://HOST:PORT without a path')
  })
})
