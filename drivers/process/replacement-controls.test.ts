import { existsSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Deployment } from '../../core/driver.js'
import { readProcess } from '../../operating-system/process-table.js'
import { answering, ask, component, controlsOf, descriptor, idle, testRun, within, type Controls, type TestRun } from './deployment.test-support.js'

let run: TestRun
beforeEach(() => {
  run = testRun()
})
afterEach(() => run.end())

const withStore = { ...answering, env: { ...answering.env, STORE: 'http://{store:host}:{store:port}' } }
const portOf = async (url: string) => (await ask(url))?.environment['PORT']

/** A replica and a component in front of a store, and the address at which the replica finds the store. */
async function deployed(): Promise<{ readonly deployment: Deployment; readonly controls: Controls; readonly store: string }> {
  const components = [component('store', { ...answering, env: { ...answering.env, WHO: 'declared' } }), component('front', withStore)]
  const deployment = await run.deploy(descriptor({ replicas: { ...withStore, count: 1 }, components }))
  await expect.poll(() => ask(deployment.instances[0]!.url), within).not.toBeNull()
  const store = (await ask(deployment.instances[0]!.url))!.environment['STORE']!
  await expect.poll(() => ask(store), within).not.toBeNull()
  return { deployment, controls: controlsOf(deployment), store }
}
const componentOf = (deployment: Deployment, name: string) => deployment.components.find((one) => one.name === name)!
const fileOfStore = (name: string): string => join(run.directory, '1/data', name, 'file')

async function openConnection(url: string): Promise<{ readonly socket: Socket; readonly ended: Promise<string> }> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  const ended = new Promise<string>((resolve) => socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? '')).once('end', () => resolve('end')))
  await once(socket, 'connect')
  return { socket, ended }
}

describe('dependencies that are reached directly', () => {
  test('their own addresses are given, nothing can be faulted or moved, and another process on the same address is found', async () => {
    const deployment = await run.deploy(descriptor({ replicas: { ...withStore, count: 1 }, components: [component('store', answering)] }), '1', { dependencies: 'direct' })
    const controls = controlsOf(deployment)
    await expect.poll(() => ask(deployment.instances[0]!.url), within).not.toBeNull()
    const { host, port } = componentOf(deployment, 'store')
    const store = (await ask(deployment.instances[0]!.url))!.environment['STORE']!
    expect(store).toBe(`http://${host}:${port}`)
    expect(deployment.edges).toEqual([])
    await expect(controls.faultEdge({ from: 'replica-0', to: 'store' }, { kind: 'refuse' })).rejects.toThrow('from replica-0 to store')
    await expect(controls.replaceComponent('store', { address: 'new', data: 'kept' })).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
    await expect(controls.redirectDependency('store', { host, port: port + 1 })).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
    const { pidAfter } = await controls.replaceComponent('store', { address: 'same', data: 'kept' })
    await expect.poll(async () => (await ask(store))?.pid, within).toBe(pidAfter)
  })
})

describe('replaceComponent', () => {
  test('on the same address with its data: another process, and the old one ended in order', async () => {
    const { deployment, controls, store } = await deployed()
    writeFileSync(fileOfStore('store'), 'kept')
    const address = `127.0.0.1:${componentOf(deployment, 'store').port}`
    const before = (await controls.processState('store')).pid!
    const replacement = await controls.replaceComponent('store', { address: 'same', data: 'kept' })
    expect(replacement).toEqual({ pidBefore: before, pidAfter: expect.any(Number), addressBefore: address, addressAfter: address })
    expect(replacement.pidAfter).not.toBe(before)
    expect(readProcess(before)).toBeNull()
    expect(run.eventsOf('process-exited', 'store')).toMatchObject([{ detail: { code: 0, restartInMs: null } }])
    await expect.poll(async () => (await ask(store))?.pid, within).toBe(replacement.pidAfter)
    expect(existsSync(fileOfStore('store'))).toBe(true)
  })

  test('on a new address with empty data and changes: every edge leads there, also after a reboot', async () => {
    const { deployment, controls, store } = await deployed()
    writeFileSync(fileOfStore('store'), '')
    const before = componentOf(deployment, 'store')
    const replacement = await controls.replaceComponent('store', { address: 'new', data: 'empty', changes: { env: { WHO: 'changed' } } })
    const after = componentOf(deployment, 'store')
    expect(after).toEqual({ ...before, port: expect.any(Number) })
    expect(after.port).not.toBe(before.port)
    expect(replacement).toMatchObject({ addressBefore: `127.0.0.1:${before.port}`, addressAfter: `127.0.0.1:${after.port}` })
    expect(existsSync(fileOfStore('store'))).toBe(false)
    const front = (await ask(`http://127.0.0.1:${componentOf(deployment, 'front').port}`))!.environment['STORE']!
    for (const url of [store, front]) await expect.poll(async () => (await ask(url))?.environment, within).toMatchObject({ PORT: String(after.port), WHO: 'changed' })
    expect(await ask(`http://127.0.0.1:${before.port}`)).toBeNull()
    await controls.reboot('power-loss')
    await expect.poll(async () => (await ask(store))?.environment, within).toMatchObject({ PORT: String(after.port), WHO: 'changed' })
  })

  test('takes one that is down, and not one that is held, unknown or a replica', async () => {
    const { controls, store } = await deployed()
    await controls.stop('store', { signal: 'SIGTERM', graceMs: 5_000 })
    expect(await controls.replaceComponent('store', { address: 'same', data: 'kept' })).toMatchObject({ pidBefore: null, pidAfter: expect.any(Number) })
    await expect.poll(() => ask(store), within).not.toBeNull()
    await controls.hold('store')
    for (const name of ['store', 'absent', 'replica-0']) {
      await expect(controls.replaceComponent(name, { address: 'new', data: 'empty' })).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
    }
    expect(await ask(store)).not.toBeNull()
  })
})

describe('cloneComponent', () => {
  test('stands beside the first with data, port and edges of its own, and is rebooted and ended like it', async () => {
    const { deployment, controls } = await deployed()
    writeFileSync(fileOfStore('front'), '')
    const edges = deployment.edges
    const clone = await controls.cloneComponent('front', { as: 'front-2', changes: { env: { ROLE: 'clone', BESIDE: '{front:port}' } } })
    const front = componentOf(deployment, 'front')
    expect(clone).toEqual({ ...front, name: 'front-2', port: expect.any(Number) })
    expect(deployment.components.map((one) => one.name)).toEqual(['store', 'front', 'front-2'])
    expect(deployment.edges).toEqual([...edges, { from: 'front-2', to: 'store' }, { from: 'front-2', to: 'front' }])
    expect(existsSync(fileOfStore('front-2'))).toBe(false)
    const url = `http://127.0.0.1:${clone.port}`
    await expect.poll(async () => (await ask(url))?.environment, within).toMatchObject({ ROLE: 'clone', PORT: String(clone.port) })
    const { STORE, BESIDE } = (await ask(url))!.environment
    expect(await portOf(STORE!)).toBe(String(componentOf(deployment, 'store').port))
    expect(await portOf(`http://127.0.0.1:${BESIDE}`)).toBe(String(front.port))

    await controls.kill(['front-2'])
    await expect.poll(async () => (await controls.processState('front-2')).restarts, within).toBe(1)
    await controls.reboot('orderly')
    await expect.poll(async () => (await ask(url))?.environment['ROLE'], within).toBe('clone')
    await deployment[Symbol.asyncDispose]()
    expect(run.processes()).toEqual([])
  })

  test('refuses names in use or unfit, and what cannot be started', async () => {
    const deployment = await run.deploy(descriptor({ components: [component('store')] }))
    const { cloneComponent } = controlsOf(deployment)
    for (const as of ['store', 'replica-0', 'replica-9', 'network', '../out', '']) {
      await expect(cloneComponent('store', { as })).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
    }
    await expect(cloneComponent('replica-0', { as: 'other' })).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
    await expect(cloneComponent('store', { as: 'broken', changes: { command: ['no-such-program'] } })).rejects.toThrow('ENOENT')
    expect(deployment.components.map((one) => one.name)).toEqual(['store'])
  })
})

describe('redirectDependency', () => {
  test('sends new connections of every edge elsewhere, cuts established ones, and takes it back', async () => {
    const { deployment, controls, store } = await deployed()
    const own = String(componentOf(deployment, 'store').port)
    const clone = await controls.cloneComponent('store', { as: 'store-2' })
    await expect.poll(() => ask(`http://127.0.0.1:${clone.port}`), within).not.toBeNull()
    const front = (await ask(`http://127.0.0.1:${componentOf(deployment, 'front').port}`))!.environment['STORE']!
    const established = await openConnection(store)
    await expect.poll(async () => (await controls.edgeCounters({ from: 'replica-0', to: 'store' })).accepted, within).toBeGreaterThan(1)

    await controls.redirectDependency('store', { host: clone.host, port: clone.port })
    expect(await established.ended).toBe('ECONNRESET')
    expect([await portOf(store), await portOf(front)]).toEqual([String(clone.port), String(clone.port)])
    expect(componentOf(deployment, 'store').port).toBe(Number(own))

    const added = await controls.addInstance({})
    await expect.poll(() => ask(added.url), within).not.toBeNull()
    expect(await portOf((await ask(added.url))!.environment['STORE']!)).toBe(String(clone.port))

    await controls.redirectDependency('store', { host: clone.host, port: clone.port })
    const kept = await openConnection(store)
    await controls.redirectDependency('store', undefined)
    expect(await kept.ended).toBe('ECONNRESET')
    expect([await portOf(store), await portOf(front)]).toEqual([own, own])
    await expect(controls.redirectDependency('absent', undefined)).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
  })
})

describe('a reboot after which some come up late', () => {
  const replicas = { ...idle, count: 2 }
  const started = (target: string) => run.eventsOf('process-started', target)

  test('starts them that much after the boot, and does not wait for them', async () => {
    const deployment = await run.deploy(descriptor({ replicas, components: [component('store')] }))
    const controls = controlsOf(deployment)
    await controls.reboot('power-loss', { delayed: [{ target: 'store', byMs: 400 }, { target: 'replica-1', byMs: 30_000 }] })
    expect([started('replica-0').length, started('store').length]).toEqual([2, 1])
    expect(await controls.processState('store')).toMatchObject({ state: 'exited', pid: null })
    await expect.poll(() => started('store').length, within).toBe(2)
    const bootedAtMs = run.eventsOf('machine-booted', 'machine')[1]!.atHrtimeMs
    expect(started('store')[1]!.atHrtimeMs - bootedAtMs).toBeGreaterThanOrEqual(399)
    expect(started('replica-1')).toHaveLength(1)
    await controls.start('replica-1') // an operator need not wait
    expect(started('replica-1')).toHaveLength(2)
  })

  test('a second reboot in between, in whatever manner, or the end of the deployment calls it off', async () => {
    const deployment = await run.deploy(descriptor({ replicas, components: [component('store', { ...idle, startAtBoot: false })] }))
    const controls = controlsOf(deployment)
    for (const manner of ['power-loss', 'orderly'] as const) {
      await controls.reboot('power-loss', { delayed: [{ target: 'replica-1', byMs: 300 }, { target: 'store', byMs: 1 }] })
      await controls.reboot(manner, { delayed: [{ target: 'replica-1', byMs: 60_000 }] })
    }
    await controls.hold('replica-1')
    await new Promise((resolve) => setTimeout(resolve, 350))
    expect([started('replica-1').length, started('store').length]).toEqual([1, 1]) // what boot does not start is not started late either
    await controls.release('replica-1')
    expect(started('replica-1')).toHaveLength(2)
    await deployment[Symbol.asyncDispose]()
    expect(run.processes()).toEqual([])
  })

  test('an unknown target is refused before anything goes down', async () => {
    const deployment = await run.deploy(descriptor({ replicas }))
    await expect(controlsOf(deployment).reboot('orderly', { delayed: [{ target: 'absent', byMs: 1 }] })).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
    expect(run.eventsOf('machine-down', 'machine')).toEqual([])
  })
})
