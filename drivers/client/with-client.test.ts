import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { clientHeaders } from '../../core/client-module.js'
import type { ServiceDescriptor, Unit } from '../../core/service-descriptor.js'
import { descriptor, testRun, within, type TestRun } from '../process/deployment.test-support.js'
import { processDriver } from '../process/process-driver.js'
import { withClient } from './with-client.js'

/** Keeps lines `SET key value`, answers `GET key`; forgets everything when it ends. */
const lineProgram = `
const values = new Map()
require('node:net').createServer((socket) => {
  socket.on('error', () => {})
  require('node:readline').createInterface(socket).on('line', (line) => {
    const [command, key, value] = line.split(' ')
    if (command === 'SET') values.set(key, value)
    socket.write((command === 'SET' ? 'OK' : command === 'PID' ? process.pid : values.get(key) ?? '-') + '\\n')
  })
}).listen(Number(process.env.PORT), process.env.HOST)
`
const lineServer: Unit = { command: ['node', '-e', lineProgram], env: { HOST: '{host}', PORT: '{port}' }, restart: 'always', startAtBoot: true }

const lineModule = `
import { connect } from 'node:net'
import { once } from 'node:events'
const ask = async (socket, line) => {
  socket.write(line + '\\n')
  const [answer] = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => { throw new Error('closed') })])
  return String(answer).trim()
}
export async function open({ host, port }) {
  const socket = connect(port, host)
  await once(socket, 'connect')
  return socket
}
export async function write(socket, key, value) {
  if (key === 'exit') process.exit(3)
  if (key === 'block') for (;;);
  if (key === 'throw-later') setImmediate(() => { throw new Error('nobody catches this') })
  await ask(socket, 'SET ' + key + ' ' + value)
}
export async function read(socket, key) {
  const value = await ask(socket, 'GET ' + key)
  return value === '-' ? undefined : value
}
export const list = async () => []
export const close = async (socket) => socket.destroy()
export const boot = (socket) => ask(socket, 'PID')
`

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-client-'))
const module = join(folder, 'client.mjs')
writeFileSync(module, lineModule)
writeFileSync(join(folder, 'half.mjs'), 'export const open = () => {}, write = () => {}, close = () => {}')
writeFileSync(join(folder, 'broken.mjs'), 'throw new Error("no such luck")')
afterAll(() => rmSync(folder, { recursive: true }))

const driver = withClient(processDriver)
const service = (path = module): ServiceDescriptor => ({
  ...descriptor({ replicas: { ...lineServer, count: 2 } }),
  client: { module: path, env: {} },
})

let run: TestRun
const begin = (): TestRun => (run = testRun(driver))
afterEach(() => run?.end())

const put = async (url: URL, key: string, value: string) => fetch(new URL(`/keys/${key}`, url), { method: 'PUT', body: JSON.stringify({ value }), signal: AbortSignal.timeout(5_000) })
const isReady = async (url: URL): Promise<boolean> => (await fetch(new URL('/ready', url)).catch(() => undefined))?.status === 200

describe('a service that does not speak HTTP', () => {
  test('is reached through its module, on every replica and through the balancer', async () => {
    const deployment = await begin().deploy(service())
    expect(deployment.instances.map(({ id }) => id)).toEqual(['replica-0', 'replica-1'])
    const [first] = deployment.instances
    await expect.poll(() => isReady(first!.url), within).toBe(true)
    const written = await put(first!.url, 'a', '1')
    expect(written.status).toBe(200)
    expect(written.headers.get(clientHeaders.instance)).toBe('replica-0')
    expect(Number(written.headers.get(clientHeaders.boot))).toBeGreaterThan(1)
    expect(await (await fetch(new URL('/keys/a', first!.url))).json()).toEqual({ value: '1' })
    await expect.poll(async () => (await put(deployment.entrypoint, 'b', '2')).status, within).toBe(200)
  })

  test('a killed replica was not reached, and is out of the rotation until it is back as another process', async () => {
    const deployment = await begin().deploy(service())
    const [first] = deployment.instances
    await expect.poll(() => isReady(first!.url), within).toBe(true)
    const before = (await put(first!.url, 'a', '1')).headers.get(clientHeaders.boot)
    await deployment.controls.hold!('replica-0')
    await deployment.controls.kill!(['replica-0'])
    await expect.poll(async () => (await put(first!.url, 'a', '2')).headers.get(clientHeaders.failure), within).toMatch(/^not-sent;.*ECONNREFUSED/)
    await expect.poll(() => run.eventsOf('backend-down', 'replica-0').length, within).toBeGreaterThan(0)
    await deployment.controls.release!('replica-0')
    await deployment.controls.start!('replica-0')
    await expect.poll(() => isReady(first!.url), within).toBe(true)
    const after = await fetch(new URL('/keys/a', first!.url))
    expect(after.status).toBe(404)
    expect(after.headers.get(clientHeaders.boot)).not.toBe(before)
  })

  test('what the module throws where nobody catches it ends nothing', async () => {
    const deployment = await begin().deploy(service())
    const [first] = deployment.instances
    await expect.poll(() => isReady(first!.url), within).toBe(true)
    expect((await put(first!.url, 'throw-later', '1')).status).toBe(200)
    expect((await put(first!.url, 'a', '1')).status).toBe(200)
  })

  test('a module that ends its process is told as a loss of the harness, not of the service', async () => {
    const deployment = await begin().deploy(service())
    const [first] = deployment.instances
    await expect.poll(() => isReady(first!.url), within).toBe(true)
    await put(first!.url, 'exit', '1').catch(() => undefined)
    await expect.poll(() => run.eventsOf('process-exited', 'client').map(({ detail }) => detail), within).toEqual([{ reason: 'exit code 3', unexpected: true }])
  })

  test('a module that blocks its process is ended and told in the same way', async () => {
    const deployment = await begin().deploy(service())
    const [first] = deployment.instances
    await expect.poll(() => isReady(first!.url), within).toBe(true)
    await put(first!.url, 'block', '1').catch(() => undefined)
    await expect.poll(() => run.eventsOf('process-exited', 'client').map(({ detail }) => detail), within).toEqual([{ reason: 'signal SIGKILL', unexpected: true }])
  })

  test('a reboot of its machine does not end the module, and nothing is left in the end', async () => {
    const deployment = await begin().deploy(service())
    const [first] = deployment.instances
    await expect.poll(() => isReady(first!.url), within).toBe(true)
    await deployment.controls.reboot!('power-loss')
    await expect.poll(() => isReady(first!.url), within).toBe(true)
    expect(run.eventsOf('process-exited', 'client')).toEqual([])
    expect(run.processes().length).toBeGreaterThan(0)
    await deployment[Symbol.asyncDispose]()
    expect(run.processes()).toEqual([])
  })

  test.each([
    ['half.mjs', /half\.mjs: it does not export read\(\), list\(\)/],
    ['broken.mjs', /broken\.mjs: no such luck/],
  ])('a module that cannot be used is told before anything starts: %s', async (file, reason) => {
    expect(await driver.availability(service(join(folder, file)))).toMatchObject({ available: false, reason: expect.stringMatching(reason) as string })
  })

  test('a module that is said to read ordinarily must export it', async () => {
    const declared = { ...service(), client: { module, env: {}, ordinaryRead: true } }
    expect(await driver.availability(declared)).toMatchObject({ available: false, reason: expect.stringMatching(/it does not export readOrdinary\(\); expected .*close, readOrdinary$/) as string })
    writeFileSync(join(folder, 'ordinary.mjs'), `${lineModule}export const readOrdinary = read`)
    expect(await driver.availability({ ...declared, client: { module: join(folder, 'ordinary.mjs'), env: {}, ordinaryRead: true } })).toMatchObject({ available: true })
  })

  test('a service that speaks HTTP is the driver’s alone', () => {
    const { client: _client, ...plain } = service()
    expect(driver.offers(plain)).toContain('topology.scale')
    expect(driver.offers(service())).not.toContain('topology.scale')
  })
})
