import { afterEach, expect, test } from 'vitest'
import { startBackgroundLoad } from './background-load.js'
import { measureTraffic } from './measure.js'
import { operation, rigOn, scriptedServer, serviceOf, until, type ScriptedServer } from './scripted-server.fixture.js'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function fine(name?: string): Promise<ScriptedServer> {
  const server = await scriptedServer((_request, response) => void (name === undefined ? response : response.setHeader('x-instance', name)).end('{"fine":true}'))
  closing.push(server.close)
  return server
}
const read = operation('read')
const background = { name: 'background', ratePerSecond: 200, operations: ['read'], via: 'balancer', connections: 'keep-alive', durationMaxMs: 60_000 } as const

test('an abort cancels what is outstanding at once, and nothing of it counts as lost', async () => {
  const server = await scriptedServer(() => {})
  const { traffic, requests, abort } = rigOn([server.url], serviceOf([read]))
  closing.push(() => traffic.close(), server.close)
  const load = traffic.start(background)
  await until(() => server.received.length >= 50)
  const abortedAt = performance.now()
  abort.abort()
  await load.finished()
  expect(performance.now() - abortedAt).toBeLessThan(1_000)
  expect(requests('background')).toHaveLength(load.counts().planned)
  expect(requests('background').every(({ outcome }) => outcome === 'cancelled')).toBe(true)
  expect((await traffic.send({ load: 'later', operation: 'read', via: 'balancer' })).outcome).toBe('cancelled')
})

test('stop waits for what is outstanding, close does not', async () => {
  const server = await scriptedServer((_request, response) => void setTimeout(() => response.end(), 150))
  const { traffic, requests } = rigOn([server.url], serviceOf([read]))
  closing.push(server.close)
  const load = traffic.start(background)
  await until(() => load.counts().planned >= 20)
  await load.stop()
  expect(requests().every(({ outcome }) => outcome === 'ok')).toBe(true)
  expect(load.counts().ended).toBe(load.counts().planned)
  traffic.start({ ...background, name: 'cut' })
  await until(() => requests('cut').length >= 1)
  await traffic.close()
  expect(requests('cut').some(({ outcome }) => outcome === 'cancelled')).toBe(true)
  expect(requests('cut').every(({ outcome }) => outcome === 'ok' || outcome === 'cancelled')).toBe(true)
})

test('instances are told apart by what they call themselves, and their shares are known', async () => {
  const [alpha, beta] = [await fine('alpha'), await fine('beta')]
  const { traffic, requests } = rigOn([alpha.url, beta.url], serviceOf([read]))
  closing.push(() => traffic.close())
  expect(await traffic.identify()).toEqual({ unknown: [], ambiguous: [] })
  expect(traffic.lastIdentity.get('i-1')?.value).toBe('beta')
  await traffic.start({ ...background, durationMaxMs: 100 }).finished()
  expect(requests('background').every(({ instance }) => instance === 'i-0')).toBe(true)
  const shares = traffic.shares(60_000)
  expect([shares.total, shares.byInstance.get('i-0'), shares.byInstance.get('i-1')]).toEqual([20, 20, undefined])
})

test('instances without a usable identity are named', async () => {
  const [same, again, none] = [await fine('same'), await fine('same'), await fine()]
  const { traffic } = rigOn([same.url, again.url, none.url], serviceOf([read]))
  closing.push(() => traffic.close())
  const { unknown, ambiguous } = await traffic.identify()
  expect(ambiguous).toEqual(['same'])
  expect(unknown).toContain('i-2')
})

test('a sequence carries a token from one answer to the next', async () => {
  const server = await scriptedServer((request, response) => void response.end(JSON.stringify({ token: 't 1', url: request.url, by: request.headers['authorization'] })))
  const open = operation('session.open', { path: '/open' })
  const resume = operation('session.resume', { path: '/resume?t={token}', headers: { authorization: '{token}' }, expect: { status: [], json: { '/by': '{token}' } } })
  const { traffic } = rigOn([server.url], serviceOf([], { data: { write: operation('write'), maxLagMs: 0, session: { open, tokenPointer: '/token', resume } } }))
  closing.push(() => traffic.close(), server.close)
  const opened = await traffic.send({ load: 'session', operation: 'session.open', via: 'balancer' })
  const { token } = opened.body as { token: string }
  expect(await traffic.send({ load: 'session', operation: 'session.resume', via: 'i-0', token })).toMatchObject({ outcome: 'ok', status: 200, body: { url: '/resume?t=t%201' } })
  await expect(traffic.send({ load: 'x', operation: 'none', via: 'balancer' })).rejects.toMatchObject({ code: 'SW_UNKNOWN_OPERATION' })
})

test('the null control goes to our own echo server', async () => {
  const [service, echo] = [await fine('alpha'), await fine()]
  const { traffic, requests } = rigOn([service.url], serviceOf([read]), { echo: echo.url })
  closing.push(() => traffic.close())
  traffic.startNullControl(50)
  await until(() => requests('null-control').length >= 5)
  expect(requests('null-control').every(({ outcome, via, instance }) => outcome === 'ok' && via === 'echo' && instance === undefined)).toBe(true)
  expect(service.received).toHaveLength(0)
})

test('a balancer is qualified under load that spans the drain of a backend', async () => {
  const balancer = await fine()
  const steps: string[] = []
  let whileDraining = 0
  const qualification = async (): Promise<{ entrypoint: URL; drainOneBackend(): Promise<void>; close(): Promise<void> }> => ({
    entrypoint: balancer.url,
    drainOneBackend: async () => {
      const before = balancer.received.length
      steps.push(before >= 10 ? 'drain under load' : 'drain too early')
      await until(() => balancer.received.length >= before + 60)
      whileDraining = balancer.received.length - before
    },
    close: async () => void steps.push('close'),
  })
  const { traffic, requests } = rigOn([balancer.url], serviceOf([read]), { qualification })
  closing.push(() => traffic.close())
  await traffic.qualifyBalancer({ ratePerSecond: 300, requests: 50 })
  expect(steps).toEqual(['drain under load', 'close'])
  expect(whileDraining).toBeGreaterThanOrEqual(60)
  expect(requests('balancer-qualification').length).toBeGreaterThanOrEqual(60)
  expect(requests('balancer-qualification').every(({ outcome }) => outcome === 'ok')).toBe(true)
})

test('the engine measures itself', async () => {
  const server = await fine()
  const measured = await measureTraffic({ url: server.url, ratePerSecond: 200, durationMs: 500 })
  expect(measured).toMatchObject({ sent: 100, failed: 0 })
  expect(measured.latencyMsP50).toBeGreaterThan(0)
  expect(measured.latencyMsP99).toBeGreaterThanOrEqual(measured.latencyMsP50)
})

test('background load comes from a thread of its own and keeps its bounds', async () => {
  const server = await fine()
  const bounded = startBackgroundLoad({ url: server.url, ratePerSecond: 200, connections: 2, durationMaxMs: 20_000, requestsMax: 40 })
  await bounded.ended
  expect(server.received.length).toBeGreaterThanOrEqual(40)
  expect(server.received.length).toBeLessThanOrEqual(44)
  const stopped = startBackgroundLoad({ url: server.url, ratePerSecond: 200, connections: 2, durationMaxMs: 20_000, requestsMax: 10_000 })
  await until(() => server.received.length > 60)
  await stopped.stop()
  const after = server.received.length
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(server.received.length).toBe(after)
})
