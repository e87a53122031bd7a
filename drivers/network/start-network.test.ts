import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { request } from 'undici'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Edge } from '../../core/driver.js'
import type { Network, NetworkEvent, NetworkSpec } from './network-protocol.js'
import { openWire, startRawBackend, until } from './raw-http.test-support.js'
import { startNetwork } from './start-network.js'

const edge = { from: 'b0', to: 'db' }
const spec: NetworkSpec = {
  balancer: { intervalMs: 50, timeoutMs: 1_000, rise: 1, fall: 2, readinessPath: '/ready', backends: [] },
  edges: [{ ...edge, host: '127.0.0.1', port: 0 }],
}

async function logFile(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'seaworthy-network-test-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return join(directory, 'network.log')
}
async function start(): Promise<{ network: Network; events: NetworkEvent[]; exits: string[]; log: string }> {
  const events: NetworkEvent[] = []
  const exits: string[] = []
  const log = await logFile()
  const network = await startNetwork(spec, {
    environment: { PATH: process.env['PATH'] ?? '' },
    logFile: log,
    onEvent: (event) => events.push(event),
    onUnexpectedExit: (reason) => exits.push(reason),
  })
  onTestFinished(() => network.close())
  return { network, events, exits, log }
}
/** A zombie that nobody has waited for yet has ended, too. */
async function runs(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (stat !== null) return !/\) Z /.test(stat)
  if (existsSync('/proc/self')) return false
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
async function untilAccepted(network: Network, of: Edge, connections: number): Promise<void> {
  let accepted = 0
  const poll = setInterval(() => void network.edgeCounters(of).then((counters) => (accepted = counters.accepted)), 5)
  onTestFinished(() => clearInterval(poll))
  await until(`${connections} connections`, () => accepted === connections)
  clearInterval(poll)
}
async function untilGone(pid: number): Promise<void> {
  let running = true
  const poll = setInterval(() => void runs(pid).then((now) => (running = now)), 5)
  onTestFinished(() => clearInterval(poll))
  await until(`process ${pid} to be gone`, () => !running)
}

describe('the network process', () => {
  test('balances, proxies, counts, tells events, echoes, qualifies and closes', async () => {
    const { network, events, exits, log } = await start()
    const backend = await startRawBackend((wire) => void wire.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'))
    await network.setBackends([{ id: 'b0', host: '127.0.0.1', port: backend.port }])
    await until('the event', () => events.length === 1)
    expect(events[0]).toMatchObject({ name: 'backend-up', backend: 'b0' })
    expect(Math.abs(events[0]!.atHrtimeMs - Number(process.hrtime.bigint()) / 1e6)).toBeLessThan(5_000)
    expect((await request(network.balancerUrl)).statusCode).toBe(200)
    expect(await network.balancerCounters()).toEqual({ requests: 1, errors: 0, retries: 0, byBackend: { b0: { requests: 1, errors: 0, up: true } } })
    expect((await request(network.echoUrl, { method: 'POST', body: 'x' })).statusCode).toBe(200)

    await network.setEdgeTarget(edge, { host: '127.0.0.1', port: backend.port })
    const through = openWire(network.proxyPort(edge))
    through.send('GET /x HTTP/1.1\r\n\r\n')
    await through.has('ok')
    await network.faultEdge(edge, { kind: 'refuse' })
    expect(await openWire(network.proxyPort(edge)).end()).toBe('reset')
    await network.healEdge(edge)
    expect(await network.edgeCounters(edge)).toMatchObject({ accepted: 1, refused: 1 })

    const rig = await network.qualification()
    expect((await request(rig.entrypoint)).statusCode).toBe(200)
    await rig.drainOneBackend()
    expect((await request(rig.entrypoint)).statusCode).toBe(200)
    await rig.close()
    await expect(rig.drainOneBackend()).rejects.toThrow('closed already')

    await Promise.all([network.close(), network.close()])
    expect(await runs(network.pid)).toBe(false)
    expect(exits).toEqual([])
    expect(await readFile(log, 'utf8')).toContain('"backend-up"')
    await expect(network.balancerCounters()).rejects.toThrow('has ended')
  })

  test('edges come, lead elsewhere and go at run time', async () => {
    const { network } = await start()
    const answer = (text: string) => startRawBackend((wire) => wire.send(`HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`))
    const [one, other] = [await answer('one'), await answer('other')]
    const at = (port: number) => ({ host: '127.0.0.1', port })
    const added = { from: 'b1', to: 'db' }
    await network.openEdge(added, at(one.port))
    await expect(network.openEdge(added, at(one.port))).rejects.toThrow('already')
    const established = openWire(network.proxyPort(added))
    established.send('GET /x HTTP/1.1\r\n\r\n')
    await established.has('one')

    await network.redirectEdge(added, at(other.port))
    expect(await established.end()).toBe('reset')
    expect(await network.edgeCounters(added)).toMatchObject({ accepted: 1, cut: 1 })
    const anew = openWire(network.proxyPort(added))
    anew.send('GET /x HTTP/1.1\r\n\r\n')
    await anew.has('other')

    await network.faultEdge(added, { kind: 'silence' })
    const held = openWire(network.proxyPort(added))
    held.send('GET /x HTTP/1.1\r\n\r\n')
    await untilAccepted(network, added, 3)
    await network.redirectEdge(added, at(one.port))
    expect(await anew.end()).toBe('reset')
    await network.healEdge(added)
    await held.has('one') // it had not been led anywhere yet

    const port = network.proxyPort(added)
    await network.closeEdge(added)
    await network.closeEdge(added)
    expect(await held.end()).toBe('reset')
    expect(await openWire(port).end()).toBe('reset')
    expect(() => network.proxyPort(added)).toThrow('from b1 to db')
  })

  test('an unknown edge is an error that names it', async () => {
    const { network } = await start()
    const unknown = { from: 'b0', to: 'cache' }
    await expect(network.faultEdge(unknown, { kind: 'silence' })).rejects.toThrow('from b0 to cache')
    expect(() => network.proxyPort(unknown)).toThrow('from b0 to cache')
  })

  test('an end nobody asked for is told once, and open calls fail', async () => {
    const { network, exits } = await start()
    process.kill(network.pid, 'SIGSTOP')
    const counters = network.balancerCounters()
    process.kill(network.pid, 'SIGKILL')
    await expect(counters).rejects.toThrow('signal SIGKILL')
    expect(exits).toEqual(['signal SIGKILL'])
    await network.close()
  })

  test('it is gone when the harness is killed', async () => {
    const module = fileURLToPath(new URL('../../dist/drivers/network/start-network.js', import.meta.url))
    const program = `
      const { startNetwork } = await import(${JSON.stringify(module)})
      const network = await startNetwork(${JSON.stringify(spec)}, {
        environment: {}, logFile: ${JSON.stringify(await logFile())}, onEvent() {}, onUnexpectedExit() {} })
      console.log(network.pid)
      setInterval(() => {}, 1000)`
    const harness = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void harness.kill('SIGKILL'))
    let output = ''
    harness.stdout.on('data', (chunk: Buffer) => (output += String(chunk)))
    await until('its pid', () => output.includes('\n'), 15_000)
    const pid = Number(output)
    onTestFinished(async () => void ((await runs(pid)) && process.kill(pid, 'SIGKILL')))
    expect(await runs(pid)).toBe(true)
    harness.kill('SIGKILL')
    await untilGone(pid)
  })
})
