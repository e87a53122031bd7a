import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isAlive } from '../../operating-system/process-table.js'
import { readProcessRecord } from '../../operating-system/process-record.js'
import { answering, ask, component, controlsOf, descriptor, idle, testRun, within, type TestRun } from './deployment.test-support.js'

let run: TestRun
beforeEach(() => {
  run = testRun()
})
afterEach(() => run.end())

const withStore = { ...answering, env: { ...answering.env, WHO: '{instance} {index}', STORE: 'http://{store:host}:{store:port}' } }
const environmentOf = async (url: URL) => (await ask(url))?.environment
const asPlatform = { signal: 'SIGTERM', graceMs: 10_000 } as const

describe('configureUnit', () => {
  test('is in force from the next start on, however it comes about, until it is taken back', async () => {
    const deployment = await run.deploy(descriptor({ replicas: { ...withStore, count: 1 }, components: [component('store', answering)] }))
    const controls = controlsOf(deployment)
    const url = deployment.instances[0]!.url
    const said = async () => [(await environmentOf(url))?.['WHO'], (await environmentOf(url))?.['EXTRA']]
    await expect.poll(said, within).toEqual(['replica-0 0', undefined])
    await controls.configureUnit('replica-0', { env: { WHO: 'changed {instance}', EXTRA: '{port} {"a":1}' } })
    expect(await said()).toEqual(['replica-0 0', undefined])
    const changedSaid = ['changed replica-0', `${url.port} {"a":1}`]

    await controls.kill(['replica-0'])
    await expect.poll(said, within).toEqual(changedSaid)
    await controls.reboot('power-loss')
    await expect.poll(said, within).toEqual(changedSaid)
    expect((await environmentOf(url))?.['STORE']).toMatch(/^http:/)

    await controls.stop('replica-0', asPlatform)
    await controls.configureUnit('replica-0', undefined)
    await controls.start('replica-0')
    await expect.poll(said, within).toEqual(['replica-0 0', undefined])
  })

  test('takes a component, another command and an address that needs a new edge', async () => {
    const deployment = await run.deploy(descriptor({ components: [component('store', answering), component('other', idle)] }))
    const controls = controlsOf(deployment)
    expect(deployment.edges).toEqual([])
    await controls.configureUnit('other', { command: answering.command, env: { ...answering.env, STORE: 'http://{store:host}:{store:port}' } })
    expect(deployment.edges).toEqual([{ from: 'other', to: 'store' }])
    await controls.configureUnit('other', { command: answering.command, env: { ...answering.env, STORE: 'http://{store:host}:{store:port}' } })
    expect(deployment.edges).toHaveLength(1)
    await controls.kill(['other'])
    const other = new URL(`http://127.0.0.1:${deployment.components[1]!.port}`)
    await expect.poll(() => environmentOf(other), within).toBeDefined()
    const store = (await environmentOf(other))!['STORE']!
    await expect.poll(async () => (await ask(store))?.environment['PORT'], within).toBe(String(deployment.components[0]!.port))
  })

  test('refuses what cannot be run, and unknown targets', async () => {
    const { configureUnit } = controlsOf(await run.deploy(descriptor({ components: [component('store')] })))
    await expect(configureUnit('replica-7', {})).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
    await expect(configureUnit('replica-0', { command: [] })).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
    await expect(configureUnit('replica-0', { env: { CACHE: '{cache:port}' } })).rejects.toMatchObject({ code: 'SW_UNKNOWN_COMPONENT' })
    await expect(configureUnit('store', { env: { CACHE: '{store:port}' } })).rejects.toMatchObject({ code: 'SW_UNKNOWN_COMPONENT' })
  })
})

describe('addInstance', () => {
  test('is a replica like the others: behind the balancer, with proxies, supervised, rebooted, and ended with them', async () => {
    const deployment = await run.deploy(descriptor({ replicas: { ...withStore, count: 1 }, components: [component('store', answering)] }))
    const controls = controlsOf(deployment)
    const added = await controls.addInstance({ changes: { env: { EXTRA: 'yes' } } })
    expect(added.id).toBe('replica-1')
    expect(deployment.instances.map((one) => one.id)).toEqual(['replica-0', 'replica-1'])
    expect(deployment.edges).toContainEqual({ from: 'replica-1', to: 'store' })
    expect(existsSync(deployment.logFiles.get('replica-1')!)).toBe(true)
    expect(existsSync(join(run.directory, '1/data/replica-1'))).toBe(true)

    await expect.poll(() => run.eventsOf('backend-up', 'replica-1').length, within).toBe(1)
    const environment = (await environmentOf(added.url))!
    expect(environment).toMatchObject({ WHO: 'replica-1 1', EXTRA: 'yes', SEAWORTHY_RUN: `${run.runId}/1`, SEAWORTHY_DEFECT: 'none' })
    await controls.faultEdge({ from: 'replica-1', to: 'store' }, { kind: 'refuse' })
    expect(await ask(environment['STORE']!)).toBeNull()
    await controls.healEdge({ from: 'replica-1', to: 'store' })
    expect(await ask(environment['STORE']!)).not.toBeNull()
    await expect.poll(async () => (await ask(deployment.entrypoint))?.environment['WHO'], within).toBe('replica-1 1')

    const first = (await controls.processState('replica-1')).pid
    await controls.kill(['replica-1'])
    await expect.poll(async () => (await controls.processState('replica-1')).restarts, within).toBe(1)
    await controls.reboot('orderly')
    await expect.poll(async () => (await environmentOf(added.url))?.['EXTRA'], within).toBe('yes')
    const last = (await controls.processState('replica-1')).pid!
    expect(last).not.toBe(first)
    expect([...run.journaled.values()]).toContainEqual(expect.objectContaining({ kind: 'process-group', pid: last, what: 'replica-1' }))
    const recorded = () => readProcessRecord(join(run.directory, '1/processes.ndjson')).processes.map((one) => one.pid)
    await expect.poll(recorded, within).toContain(last)
    expect(run.processes().map((one) => one.pid)).toContain(last)

    await deployment[Symbol.asyncDispose]()
    expect(run.processes()).toEqual([])
    expect(await ask(added.url)).toBeNull()
    expect([...run.journaled.values()].filter((entry) => entry.kind === 'process-group' && isAlive(entry.pid, entry.startTime))).toEqual([])
  })

  test('one that cannot be started leaves nothing behind, and others get other names and ports at the same time', async () => {
    const deployment = await run.deploy(descriptor({ replicas: { ...withStore, count: 1 }, components: [component('store')] }))
    const controls = controlsOf(deployment)
    const edges = deployment.edges
    await expect(controls.addInstance({ changes: { command: ['no-such-program'] } })).rejects.toThrow('ENOENT')
    expect(deployment.instances).toHaveLength(1)
    expect(deployment.edges).toEqual(edges)
    await expect(controls.processState('replica-1')).rejects.toThrow('no unit replica-1')

    const added = await Promise.all([controls.addInstance({}), controls.addInstance({}), controls.addInstance({})])
    expect(added.map((one) => one.id)).toEqual(['replica-2', 'replica-3', 'replica-4'])
    expect(new Set(deployment.instances.map((one) => one.url.port)).size).toBe(4)
    await expect.poll(async () => Object.values((await deployment.balancerCounters()).byBackend).filter((one) => one.up).length, within).toBe(4)
  })

  test('in the middle of the end of a deployment leaves nothing', async () => {
    const deployment = await run.deploy(descriptor({}))
    const added = controlsOf(deployment).addInstance({}).then(() => 'added', () => 'refused')
    await deployment[Symbol.asyncDispose]()
    await added
    expect(run.processes()).toEqual([])
  })
})

/** Says it is ready, answers `/slow` after a while, and on SIGTERM ends what it has begun. */
const slowProgram = `
const server = require('node:http').createServer((request, response) => setTimeout(() => response.end('{"pid":1}'), request.url === '/slow' ? 500 : 0))
server.listen(Number(process.env.PORT), process.env.HOST)
process.on('SIGTERM', () => server.close(() => process.exit(0)))
`
const slow = { ...answering, command: ['node', '-e', slowProgram] }

describe('removeInstance', () => {
  test('cuts nothing that is in flight, takes a declared replica as well, and does not use its name again', async () => {
    const deployment = await run.deploy(descriptor({ replicas: { ...slow, count: 2 } }))
    const controls = controlsOf(deployment)
    const up = async () => Object.entries((await deployment.balancerCounters()).byBackend).flatMap(([id, { up }]) => (up ? [id] : []))
    await expect.poll(up, within).toEqual(['replica-0', 'replica-1'])
    const url = deployment.instances[0]!.url
    const inFlight = Array.from({ length: 4 }, () => ask(new URL('/slow', deployment.entrypoint), 5_000))
    await expect.poll(async () => (await deployment.balancerCounters()).requests, within).toBe(4)
    const result = await controls.removeInstance('replica-0', asPlatform)
    expect(result).toMatchObject({ exitCode: 0, killed: false, survivors: [] })
    expect(await Promise.all(inFlight)).toEqual(Array.from({ length: 4 }, () => ({ pid: 1 })))
    expect(await deployment.balancerCounters()).toMatchObject({ errors: 0 })
    expect(run.eventsOf('backend-down', 'replica-0')).toMatchObject([{ detail: { reason: 'it was removed' } }])

    expect(deployment.instances.map((one) => one.id)).toEqual(['replica-1'])
    expect(deployment.logFiles.has('replica-0')).toBe(true)
    expect(await ask(url)).toBeNull()
    await expect(controls.start('replica-0')).rejects.toThrow('no unit replica-0')
    await controls.reboot('power-loss')
    expect(run.eventsOf('process-started', 'replica-0')).toHaveLength(1)
    expect((await controls.addInstance({})).id).toBe('replica-2')
  })

  test('the grace period ends in a kill, and the edges go with it', async () => {
    const stubborn = { ...withStore, command: ['sh', '-c', 'trap "" TERM; touch {run}/{instance}; while :; do sleep 0.05; done'] }
    const deployment = await run.deploy(descriptor({ replicas: { ...stubborn, count: 2 }, components: [component('store')] }))
    await expect.poll(() => existsSync(join(run.directory, '1/run/replica-1')), within).toBe(true)
    expect(await controlsOf(deployment).removeInstance('replica-1', { signal: 'SIGTERM', graceMs: 100 })).toMatchObject({ killed: true })
    expect(deployment.edges).toEqual([{ from: 'replica-0', to: 'store' }])
  })

  test('what does not run, is being removed, or is no replica is not removed', async () => {
    const replicas = { ...idle, command: ['sh', '-c', 'trap "" TERM; touch {run}/{instance}; while :; do sleep 0.05; done'], restart: 'never' } as const
    const deployment = await run.deploy(descriptor({ replicas: { ...replicas, count: 2 }, components: [component('store')] }))
    const controls = controlsOf(deployment)
    await expect.poll(() => existsSync(join(run.directory, '1/run/replica-1')), within).toBe(true)
    await expect(controls.removeInstance('store', asPlatform)).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
    const removing = controls.removeInstance('replica-1', { signal: 'SIGTERM', graceMs: 300 })
    await expect(controls.removeInstance('replica-1', asPlatform)).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
    await removing
    await controls.kill(['replica-0'])
    await expect.poll(async () => (await controls.processState('replica-0')).state, within).toBe('exited')
    await expect(controls.removeInstance('replica-0', asPlatform)).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
    expect(deployment.instances.map((one) => one.id)).toEqual(['replica-0'])
  })
})
