import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { parseDescriptor } from '../../engine/load-descriptor.js'
import { openApiReads } from '../../engine/openapi-reads.js'
import { portPassings, startCommandOf } from './command-line.js'
import { descriptorText, type Findings, type StartedService } from './descriptor-text.js'
import { nextDeclarations } from './next-declarations.js'
import { probeService } from './probe-service.js'
import { runningContainer, type ContainerFacts } from './running-container.js'
import { bareUrl } from './running-service.js'
import { readSources } from './sources.js'

describe('a start command', () => {
  test.each([
    ['node server.js', ['node', 'server.js'], {}],
    ['NODE_ENV=test PORT=3000 node "my server.js" --x', ['node', 'my server.js', '--x'], { NODE_ENV: 'test', PORT: '3000' }],
    [`sh -c 'exec node a.js'`, ['sh', '-c', 'exec node a.js'], {}],
    ['cd app && node server.js', ['sh', '-c', 'cd app && node server.js'], {}],
  ])('%s', (text, words, env) => {
    expect(startCommandOf(text)).toEqual({ words, env })
  })
  test.each([['node "server.js', 'not closed'], ['PORT=1', 'no program'], ['no-such-program-anywhere x', 'was not found']])('%s is refused', (text, said) => {
    expect(() => startCommandOf(text)).toThrow(said)
  })
  test('is told its port in place of the one it has, in PORT, or as an option', () => {
    const ways = portPassings({ words: ['./server', '--listen', '0.0.0.0:8080', '--seed', '123456'], env: {} }, undefined)
    expect(ways[0]?.words).toEqual(['./server', '--listen', '0.0.0.0:{port}', '--seed', '123456'])
    expect(ways[1]?.env).toEqual({ PORT: '{port}' })
    expect(ways.at(-1)?.words.slice(-2)).toEqual(['--port', '{port}'])
    expect(portPassings({ words: ['./server', '9000', '8080'], env: {} }, 9_000)[0]?.words).toEqual(['./server', '{port}', '8080'])
  })
})

test('what answers slowly twice is kept out of ordinary traffic', async () => {
  const server = createServer((request, response) => void setTimeout(() => response.writeHead(['/ready', '/report', '/items'].includes(request.url ?? '') ? 200 : 404).end('{}'), request.url === '/report' ? 1_100 : 0))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const base = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const probed = await probeService(base, { wanted: ['/report', '/items'], fromOpenApi: () => [] })
    expect(probed).toMatchObject({ readiness: '/ready', liveness: undefined, reads: ['/items'], slow: { path: '/report' }, answersEverything: false })
    expect(probed.slow?.tookMs).toBeGreaterThan(1_000)
  } finally {
    server.close()
    server.closeAllConnections()
  }
})

test('an OpenAPI document gives the paths that can be read without knowing anything', () => {
  const text = JSON.stringify({
    openapi: '3.1.0',
    servers: [{ url: 'https://shop.example/v1/' }],
    paths: { '/items': { get: {} }, '/items/{id}': { get: {} }, '/search': { get: { parameters: [{ name: 'q', in: 'query', required: true }] } }, '/orders': { post: {} }, '/tags': { get: { parameters: [{ name: 'page' }] } } },
  })
  expect(openApiReads(text)).toEqual({ isOpenApi: true, paths: ['/v1/items', '/v1/tags'] })
  for (const other of ['services: { a: {} }', 'just text', '[', '{"openapi": "3", "paths": 7}']) expect(openApiReads(other).isOpenApi).toBe(false)
})

const start: StartedService = {
  start: { words: ['node', 'server.js', '--name', 'a, b: {c}', 'yes'], env: { PORT: '{port}', GREETING: '# hello' } },
  portHow: 'in the variable PORT',
  startedAfterMs: 3_400,
  replicas: 2,
}
const findings: Findings = {
  name: 'shop: "the" #1',
  schemaPath: '../schema.json',
  target: start,
  readiness: '/health?full=1#x',
  reads: ['/a b'.replace(' ', '%20'), '/items?x=1'],
  slow: { path: '/report', tookMs: 2_050 },
  stop: { signal: 'SIGTERM', graceMs: 10_000, tookMs: 12, killed: false, exitCode: 0, exitSignal: null },
  answersEverything: false,
}
test('what is written is a valid descriptor that says what was found', () => {
  const service = parseDescriptor(descriptorText(findings), '/shop/seaworthy.yaml')
  expect(service.name).toBe(findings.name)
  expect(service.target.replicas).toMatchObject({ count: 2, command: start.start.words, env: start.start.env })
  expect(service.health.readinessPath).toBe('/health?full=1#x')
  expect(Object.values(service.traffic).map(({ path }) => path)).toEqual(['/a%20b', '/items?x=1', '/report'])
  expect(service.traffic['slow']).toMatchObject({ minDurationMs: 1_800, weight: 0 })
  expect(service.lifecycle.startTimeoutMs).toBe(17_000)
})
test('what to declare next is what most requirements lack', () => {
  const next = nextDeclarations(parseDescriptor(descriptorText(findings), '/shop/seaworthy.yaml'), 4)
  expect(next).toHaveLength(4)
  expect(next[0]?.section).toBe('data')
  const lackingWith = (data: string) => {
    const declared = parseDescriptor(`${descriptorText(findings)}  write: { http: "PUT /items/{key}" }\n${data}\n`, '/shop/seaworthy.yaml')
    return nextDeclarations(declared, 20).find(({ section }) => section === 'data')?.requirements ?? []
  }
  expect(lackingWith(next[0]?.example ?? '')).not.toContain('START-05')
  expect(lackingWith('data: { write: write, read: { strong: read } }')).toContain('START-05')
})

describe('a service that runs already', () => {
  test('by its URL: nothing can be done to it but requests', async () => {
    const { running, wanted } = await readSources(['http://127.0.0.1:8080/items?x=1'])
    expect(wanted).toEqual(['/items?x=1'])
    const { stop: _, ...seen } = findings
    const service = parseDescriptor(descriptorText({ ...seen, target: running ?? bareUrl(new URL('http://nowhere:1')) }), '/shop/seaworthy.yaml')
    expect(service.target).toMatchObject({ kind: 'remote', replicas: { count: 1, restart: 'never' }, remote: { hooks: {} } })
    expect(service.target.remote?.urls.map(String)).toEqual(['http://127.0.0.1:8080/'])
  })
  test.each([[['https://shop.example/']], [[]]])('%j is refused, with what to give instead', async (given) => {
    await expect(readSources(given)).rejects.toMatchObject({ code: 'SW_INIT_SOURCE' })
  })
  const facts: ContainerFacts = {
    Name: '/shop',
    State: { Running: true },
    Config: { StopSignal: 'SIGQUIT', ExposedPorts: { '80/tcp': {} } },
    HostConfig: { RestartPolicy: { Name: 'unless-stopped' } },
    NetworkSettings: { Ports: { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '8081' }] }, Networks: { bridge: { IPAddress: '172.17.0.2' } } },
  }
  test('as a container: its address, its restart policy and how its engine stops it', () => {
    const service = parseDescriptor(descriptorText({ ...findings, target: runningContainer(facts) }), '/shop/seaworthy.yaml')
    expect(service.target).toMatchObject({ kind: 'remote', replicas: { restart: 'always', startAtBoot: true }, remote: { hooks: { stop: 'docker stop shop', thaw: 'docker unpause shop' } } })
    expect(service.lifecycle.stop).toMatchObject({ signal: 'SIGQUIT', graceMs: 10_000 })
    expect(String(runningContainer({ ...facts, NetworkSettings: { ...facts.NetworkSettings, Ports: { '80/tcp': null } } }).url)).toBe('http://172.17.0.2/')
  })
  test('a policy that does not start it at boot is not said to, and its number of tries is put back', () => {
    const running = runningContainer({ ...facts, HostConfig: { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 5 } } })
    expect(running).toMatchObject({ restart: 'on-failure', startAtBoot: false, seenIn: 'its restart policy "on-failure:5"', hooks: { release: 'docker update --restart=on-failure:5 shop; docker start shop' } })
    expect(runningContainer({ ...facts, HostConfig: {} })).toMatchObject({ restart: 'never', startAtBoot: false, hooks: { release: 'docker update --restart=no shop; docker start shop' } })
  })
  test('a stop signal that a descriptor cannot name is told', () => {
    const text = descriptorText({ ...findings, target: runningContainer({ ...facts, Config: { ...facts.Config, StopSignal: 'SIGWINCH\ntarget: {}' } }) })
    expect(text).toContain('stop: { signal: SIGTERM, grace: 10s }  # a guess: its container is stopped with SIGWINCH target: {}, which cannot be named here')
    expect(parseDescriptor(text, '/shop/seaworthy.yaml').lifecycle.stop.signal).toBe('SIGTERM')
    expect(descriptorText({ ...findings, target: runningContainer(facts) })).not.toContain('cannot be named')
  })
  test.each([
    [{ State: { Running: false } }, 'does not run'],
    [{ Config: {}, NetworkSettings: {} }, 'no TCP port'],
  ])('a container with %j is refused', (other, said) => expect(() => runningContainer({ ...facts, ...other })).toThrow(said))
})
