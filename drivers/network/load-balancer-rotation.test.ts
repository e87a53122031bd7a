import { Agent, createServer, request as httpRequest, type Server } from 'node:http'
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ejectWindowMs, returnWindowMs } from '../../core/service-descriptor.js'
import { endServer, listenLocally } from './local-server.js'
import { get, openWire, startBalancer, startRawBackend, until } from './raw-http.test-support.js'

interface HttpBackend {
  readonly port: number
  readonly server: Server
  ready: 'yes' | 'no' | 'silent'
  requests: number
}
async function startHttpBackend(keepAliveTimeoutMs = 5_000): Promise<HttpBackend> {
  const server = createServer((request, response) => {
    if (request.url === '/ready') {
      if (backend.ready !== 'silent') response.writeHead(backend.ready === 'yes' ? 200 : 503).end()
      return
    }
    backend.requests += 1
    response.end('ok')
  })
  server.keepAliveTimeout = keepAliveTimeoutMs
  onTestFinished(() => endServer(server))
  const backend: HttpBackend = { port: await listenLocally(server), server, ready: 'yes', requests: 0 }
  return backend
}

/** Status of one request, or the code of its failure. */
function ask(port: string, agent: Agent): Promise<number | string> {
  return new Promise((resolve) => {
    const request = httpRequest({ host: '127.0.0.1', port, agent }, (response) => {
      response.resume()
      response.once('end', () => resolve(response.statusCode!))
      response.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    })
    request.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    request.end()
  })
}
function keepAliveAgent(): Agent {
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  return agent
}

describe('rotation', () => {
  test('requests go round the backends that are up', async () => {
    const backends = [await startHttpBackend(), await startHttpBackend(), await startHttpBackend()]
    const { port, balancer } = await startBalancer(backends.map((one) => one.port))
    const agent = keepAliveAgent()
    for (let sent = 0; sent < 30; sent += 1) expect(await ask(port, agent)).toBe(200)
    expect(backends.map((one) => one.requests)).toEqual([10, 10, 10])
    expect(balancer.counters()).toMatchObject({ requests: 30, errors: 0, byBackend: { b1: { requests: 10, errors: 0, up: true } } })
  })

  test('a backend is down until `rise` checks have passed', async () => {
    const backend = await startHttpBackend()
    backend.ready = 'no'
    const { port, balancer, events } = await startBalancer([])
    balancer.setBackends([{ id: 'a', host: '127.0.0.1', port: backend.port }])
    await wait(150) // three intervals
    expect(await ask(port, keepAliveAgent())).toBe(503)
    expect(events).toEqual([])
    backend.ready = 'yes'
    await until('up', () => balancer.isUp('a'))
    expect(await ask(port, keepAliveAgent())).toBe(200)
    expect(events).toMatchObject([{ name: 'backend-up', backend: 'a', reason: 'readiness answered 200' }])
  })

  test.each([
    ['no', 'readiness answered 503'],
    ['silent', 'readiness gave no answer within 300 ms'],
  ] as const)('readiness that says %s ejects within the declared window, and its return is seen', async (ready, reason) => {
    const settings = { intervalMs: 100, timeoutMs: 300, rise: 2, fall: 3, readinessPath: '/ready' }
    const backends = [await startHttpBackend(), await startHttpBackend()]
    const { port, balancer, events } = await startBalancer(backends.map((one) => one.port), settings)
    const agent = keepAliveAgent()
    const failedAtMs = performance.now()
    backends[0]!.ready = ready
    await until('down', () => !balancer.isUp('b0'))
    const tookMs = performance.now() - failedAtMs
    expect(tookMs).toBeLessThan(ejectWindowMs(settings))
    expect(tookMs).toBeGreaterThan(settings.intervalMs * (settings.fall - 1) - 20)
    expect(events.at(-1)).toMatchObject({ name: 'backend-down', backend: 'b0', reason })
    const before = backends[0]!.requests
    for (let sent = 0; sent < 10; sent += 1) expect(await ask(port, agent)).toBe(200)
    expect(backends[0]!.requests).toBe(before)
    const returnedAtMs = performance.now()
    backends[0]!.ready = 'yes'
    await until('up', () => balancer.isUp('b0'))
    // A check that was silent when readiness came back still takes its timeout to end.
    expect(performance.now() - returnedAtMs).toBeLessThan(returnWindowMs(settings) + (ready === 'silent' ? settings.timeoutMs : 0))
  })

  test('ejection closes idle connections and lets requests in flight go on', async () => {
    const backend = await startRawBackend((wire, head) => {
      if (head.startsWith('GET /quick')) wire.send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nquick')
    })
    const { port, balancer } = await startBalancer([backend.port], { maxIdleMs: 60_000 })
    const [slow, quick] = [openWire(port), openWire(port)]
    slow.send(get('/slow'))
    await until('the slow request', () => backend.requests === 1)
    quick.send(get('/quick'))
    await quick.has('quick')
    backend.ready = false
    await until('down', () => !balancer.isUp('b0'))
    await backend.wires[1]!.end()
    expect(backend.wires[0]!.ended).toBeUndefined()
    backend.wires[0]!.send('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow')
    await slow.has('slow')
    await backend.wires[0]!.end() // not kept for a backend that is down
  })

  test('a backend that was taken out of the list gets no more, one that stays keeps its state', async () => {
    const backends = [await startHttpBackend(), await startHttpBackend()]
    const { port, balancer, events } = await startBalancer(backends.map((one) => one.port))
    balancer.setBackends([{ id: 'b1', host: '127.0.0.1', port: backends[1]!.port }])
    expect(balancer.isUp('b1')).toBe(true)
    const agent = keepAliveAgent()
    for (let sent = 0; sent < 4; sent += 1) expect(await ask(port, agent)).toBe(200)
    expect(backends.map((one) => one.requests)).toEqual([0, 4])
    expect(events.at(-1)).toMatchObject({ name: 'backend-down', backend: 'b0', reason: 'it was removed' })
  })
})

describe('a backend that is removed', () => {
  test.each(['its address alone', 'the whole list'])('finishes what is in flight, uploads too, and gets nothing more: %s', async (which) => {
    const backend = await startRawBackend(() => {})
    const kept = await startHttpBackend()
    const { port, balancer } = await startBalancer([backend.port, kept.port])
    const [answered, uploading] = [openWire(port), openWire(port)]
    answered.send(get('/slow'))
    await until('the first', () => backend.requests === 1)
    await ask(port, keepAliveAgent()) // the other one's turn
    uploading.send('POST /slow HTTP/1.1\r\nHost: balancer\r\nContent-Length: 10\r\n\r\nbegin')
    await until('the upload', () => backend.requests === 2 && backend.wires[1]!.received.endsWith('begin'))
    const rest = [{ id: 'b1', host: '127.0.0.1', port: kept.port }]
    balancer.setBackends(which === 'the whole list' ? [] : rest)
    await wait(100) // longer than a check takes
    uploading.send('+rest')
    await backend.wires[1]!.has('begin+rest')
    for (const [wire, text] of [[backend.wires[0]!, 'one'], [backend.wires[1]!, 'two']] as const) wire.send(`HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n${text}`)
    await answered.has('one')
    await uploading.has('two')
    for (const wire of backend.wires) await wire.end() // not kept
    for (let sent = 0; sent < 3; sent += 1) await ask(port, keepAliveAgent())
    expect(backend.requests).toBe(2)
    expect(balancer.counters().byBackend['b0']).toEqual({ requests: 2, errors: 0, up: false })
  })
})

describe('no loss of our own making', () => {
  test('a backend that ends idle connections after 1 s loses nothing under load, whatever the pauses', async () => {
    const backend = await startHttpBackend(1_000)
    const { port, balancer } = await startBalancer([backend.port])
    const agent = keepAliveAgent()
    const outcomes: (number | string)[] = []
    // Pauses around the second at which the backend closes, 1 ms apart.
    const clients = Array.from({ length: 80 }, async (_, index) => {
      for (let sent = 0; sent < 3; sent += 1) {
        if (sent > 0) await wait(960 + index)
        outcomes.push(await ask(port, agent))
      }
    })
    await Promise.all(clients)
    expect(outcomes.filter((outcome) => outcome !== 200)).toEqual([])
    expect(outcomes).toHaveLength(240)
    expect(balancer.counters().errors).toBe(0)
  })

  test.each(['', 'Keep-Alive: timeout=1\r\n'])('nothing is sent on a connection after the idle time of a backend that says %j', async (promise) => {
    const pausesMs = [200, 900, 1_000, 1_020]
    const statuses = await Promise.all(
      pausesMs.map(async (pauseMs) => {
        // The race at its worst: it has decided to close, and the FIN is not on its way yet when a request comes.
        const backend = await startRawBackend((wire) => {
          let answeredAtMs = 0
          const answer = (): void => {
            if (answeredAtMs > 0 && performance.now() - answeredAtMs >= 1_000) return void wire.socket.resetAndDestroy()
            wire.send(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n${promise}\r\nok`)
            answeredAtMs = performance.now()
          }
          wire.socket.on('data', answer)
          answer()
        })
        const { port } = await startBalancer([backend.port])
        const agent = keepAliveAgent()
        const first = await ask(port, agent)
        await wait(pauseMs)
        return [first, await ask(port, agent)]
      }),
    )
    expect(statuses).toEqual(pausesMs.map(() => [200, 200]))
  })

  test('a connection is reused, unless the backend promised to keep it for too short', async () => {
    const connections: number[] = []
    for (const promise of ['timeout=5', 'timeout=0']) {
      const backend = await startRawBackend((wire) => {
        const answer = `HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeep-Alive: ${promise}\r\n\r\nok`
        wire.send(answer)
        wire.socket.on('data', () => wire.send(answer))
      })
      const { port } = await startBalancer([backend.port])
      const agent = keepAliveAgent()
      for (let sent = 0; sent < 3; sent += 1) expect(await ask(port, agent)).toBe(200)
      connections.push(backend.wires.length)
    }
    expect(connections).toEqual([1, 3])
  })
})
