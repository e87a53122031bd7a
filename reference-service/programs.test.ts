import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePorts } from './free-ports.test-support.js'

// The real programs as processes: a primary, a read replica and a server in front of them.

const sources = fileURLToPath(new URL('.', import.meta.url))
// In node_modules, so that the programs find their packages and git does not find them.
const build = join(dirname(sources), 'node_modules', '.cache', `reference-service-${process.pid}`)
let folder = ''
let ports: Record<'primary' | 'replica' | 'server' | 'recommendations' | 'reviews', number>
const running = new Map<string, ChildProcess>()

function compile(): void {
  for (const name of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue
    const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true }
    const target = join(build, name.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, ts.transpileModule(readFileSync(join(sources, name), 'utf8'), { compilerOptions }).outputText)
  }
  writeFileSync(join(build, 'package.json'), '{ "type": "module" }')
}

function run(name: string, command: readonly string[], env: Record<string, string>): ChildProcess {
  const log = openSync(join(folder, `${name}.log`), 'a')
  const [program = '', ...rest] = command
  const child = spawn(process.execPath, [join(build, program), ...rest], {
    detached: true, // a process group of its own, as under a supervisor
    stdio: ['ignore', log, log],
    env: { PATH: process.env['PATH'], ...env },
  })
  running.set(name, child)
  return child
}

const startDatabase = (role: 'primary' | 'replica', { template = true } = {}): ChildProcess =>
  run(role, ['database.js', role], {
    ...(template ? { CLUSTER_TEMPLATE: join(folder, 'template') } : {}),
    HOST: '127.0.0.1',
    PORT: String(ports[role]),
    DATA_DIRECTORY: join(folder, role),
    PRIMARY_HOST: '127.0.0.1',
    PRIMARY_PORT: String(ports.primary),
  })

const startServer = (): ChildProcess =>
  run('server', ['server.js'], {
    HOST: '127.0.0.1',
    PORT: String(ports.server),
    INSTANCE: 'replica-0',
    INDEX: '0',
    CONFIGURATION: join(folder, 'configuration.yaml'),
    RUN_DIRECTORY: folder,
    MACHINE_DIRECTORY: folder,
    DATABASE_PRIMARY_HOST: '127.0.0.1',
    DATABASE_PRIMARY_PORT: String(ports.primary),
    DATABASE_REPLICA_HOST: '127.0.0.1',
    DATABASE_REPLICA_PORT: String(ports.replica),
    RECOMMENDATIONS_HOST: '127.0.0.1',
    RECOMMENDATIONS_PORT: String(ports.recommendations),
    REVIEWS_HOST: '127.0.0.1',
    REVIEWS_PORT: String(ports.reviews),
  })

const exitOf = (child: ChildProcess): Promise<number | string | null> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode ?? child.signalCode)
    child.once('exit', (code, signal) => resolve(code ?? signal))
  })

interface Answer {
  /** 0 when there was no answer; `text` is then the error code. */
  readonly status: number
  readonly text: string
  readonly json: Record<string, unknown>
  readonly closes: boolean
  /** Sent on a connection that had carried a request before. */
  readonly reused: boolean
}
const freshConnection = new Agent({ keepAlive: false })

function ask(method: string, path: string, body?: unknown, agent: Agent = freshConnection): Promise<Answer> {
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException): void =>
      resolve({ status: 0, text: error.code ?? error.message, json: {}, closes: true, reused: sent.reusedSocket })
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const sent = request({ host: '127.0.0.1', port: ports.server, method, path, headers, agent }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.once('error', fail)
      response.once('end', () => {
        const json = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
        resolve({ status: response.statusCode ?? 0, text, json, closes: response.headers.connection === 'close', reused: sent.reusedSocket })
      })
    })
    sent.once('error', fail)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const endAtMs = performance.now() + 40_000
  while (!(await holds())) {
    if (performance.now() > endAtMs) throw new Error(`${what}: not within 40 s\n${readFileSync(join(folder, 'server.log'), 'utf8').slice(-2_000)}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
const untilPass = () => until('health is pass', async () => (await ask('GET', '/health')).json['status'] === 'pass')

function killGroups(names: readonly string[]): void {
  for (const name of names) {
    const child = running.get(name)
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) continue
    process.kill(-child.pid, 'SIGKILL')
  }
}

beforeAll(async () => {
  compile()
  folder = mkdtempSync(join(tmpdir(), 'reference-service-'))
  chmodSync(folder, 0o755) // the user PostgreSQL runs as must pass
  writeFileSync(join(folder, 'configuration.yaml'), 'drain: { graceMs: 300, deadlineMs: 1500 }\nwarmUp: { durationMs: 50 }\n')
  const [primary = 0, replica = 0, server = 0, recommendations = 0, reviews = 0] = await freePorts(5)
  ports = { primary, replica, server, recommendations, reviews }
  run('recommendations', ['product-source.js', 'recommendations'], { HOST: '127.0.0.1', PORT: String(recommendations) })
  // The order in which a machine starts its units is not the order in which they need each other.
  startServer()
  startDatabase('replica')
  startDatabase('primary')
  await untilPass()
}, 60_000)

afterAll(async () => {
  for (const name of ['server', 'replica', 'primary', 'recommendations']) running.get(name)?.kill('SIGTERM')
  const ended = Promise.all([...running.values()].map(exitOf))
  await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 15_000).unref())])
  killGroups([...running.keys()])
  rmSync(build, { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
}, 30_000)

test('a record that was written is found by ordinary and by strong reads', async () => {
  expect(await ask('PUT', '/records/a', { value: 'first' })).toMatchObject({ status: 200, json: { key: 'a', value: 'first', version: 1 } })
  expect((await ask('PUT', '/records/a', { value: 'first' })).json['version']).toBe(1)
  expect((await ask('GET', '/records/a')).json['value']).toBe('first')
  expect((await ask('PUT', '/records/a', { value: 'second' })).json['version']).toBe(2)
  expect((await ask('GET', '/records/a?fresh=1')).json['value']).toBe('second')
  expect((await ask('GET', '/records/b')).status).toBe(404)
  await until('the change is replicated', async () => (await ask('GET', '/records/a')).json['value'] === 'second')
})

test('a page has what its sources give, and names what is missing', async () => {
  await ask('PUT', '/records/lamp', { value: 'brass' })
  expect((await ask('GET', '/items/lamp')).json).toMatchObject({ value: 'brass', recommendations: ['anchor', 'compass', 'rope'], degraded: [] })
  expect((await ask('GET', '/items/lamp/page')).json).toMatchObject({ stock: { value: 'brass' }, recommendations: ['anchor', 'compass', 'rope'], missing: ['reviews'] })
  expect((await ask('GET', '/items/lamp/reviews')).json).toMatchObject({ key: 'lamp', degraded: ['reviews'] })
})

test('a transfer is made once, whole or not at all', async () => {
  const transfer = { marker: 'm', from: 'operating', to: 'reserve', amount: 7 }
  expect((await ask('POST', '/transfers', transfer)).status).toBe(201)
  expect((await ask('POST', '/transfers', transfer)).status).toBe(409)
  expect((await ask('POST', '/transfers', { ...transfer, marker: 'n', amount: 9_000_000_000 })).status).toBe(422)
  expect((await ask('GET', '/balances')).json['sum']).toBe(2_000_000_000)
  expect((await ask('GET', '/accounts/reserve?fresh=1')).json['balance']).toBe(1_000_000_007)
})

test('a drain fails readiness, tells clients to leave, finishes work, ends at its deadline, and can be undone', async () => {
  const stuck = ask('POST', '/slow/stuck?durationMs=60000')
  const finishing = ask('POST', '/stream/finishing?durationMs=800')
  await until('both are in flight', async () => (await ask('GET', '/work/in-flight')).json['inFlight'] === 2)

  expect(await ask('POST', '/admin/drain')).toMatchObject({ status: 202, json: { state: 'draining', inFlight: 2 } })
  expect(await ask('GET', '/health/ready')).toMatchObject({ status: 503, json: { status: 'fail', output: 'draining' } })
  for (const path of ['/health/live', '/health/started']) expect((await ask('GET', path)).status, path).toBe(200)
  const agent = new Agent({ keepAlive: true })
  expect(await ask('PUT', '/records/late', { value: 1 }, agent)).toMatchObject({ status: 200, closes: true })

  expect((await finishing).text.endsWith('end finishing\n')).toBe(true)
  expect(await stuck).toMatchObject({ status: 503, closes: true })
  await until('drained', async () => (await ask('GET', '/admin/drain')).json['state'] === 'drained')
  expect((await ask('GET', '/effects/finishing')).json['count']).toBe(1)
  expect((await ask('GET', '/effects/stuck')).json['count']).toBe(0)

  expect((await ask('POST', '/admin/undrain')).status).toBe(200)
  expect((await ask('GET', '/health/ready')).status).toBe(200)
  expect((await ask('PUT', '/records/back', { value: 1 }, agent)).closes).toBe(false)
  agent.destroy()
})

test('an orderly stop tells clients to leave before it closes, and exits by itself', async () => {
  const outcomes: Answer[] = []
  const client = async (name: string): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    for (let turn = 0, refused = false; !refused; turn++) {
      const outcome = await ask('PUT', `/records/${name}-${turn}`, { value: turn }, agent)
      outcomes.push(outcome)
      refused = outcome.text === 'ECONNREFUSED'
    }
    agent.destroy()
  }
  const clients = ['x', 'y', 'z'].map(client)
  await until('traffic flows', () => Promise.resolve(outcomes.length > 20))
  const stopped = running.get('server')!
  stopped.kill('SIGTERM')
  await Promise.all(clients)
  const exit = await exitOf(stopped)
  startServer()
  await untilPass()

  expect(exit).toBe(0)
  const unanswered = outcomes.filter(({ status, text }) => status === 0 && text !== 'ECONNREFUSED')
  // When the listening socket is closed the kernel may reset a connection that nobody has accepted: once a client.
  expect(unanswered.filter(({ reused }) => reused)).toEqual([])
  expect(unanswered.length).toBeLessThanOrEqual(clients.length)
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set([200, 0]))
  expect(outcomes.some(({ status, closes }) => status === 200 && closes)).toBe(true)
}, 60_000)

test('what was acknowledged survives the kill of everything at once', async () => {
  const acknowledged: string[] = []
  let killed = false
  const write = async (name: string): Promise<void> => {
    for (let turn = 0; !killed; turn++) {
      const { status } = await ask('PUT', `/records/${name}-${turn}`, { value: turn })
      if (status === 200) acknowledged.push(`${name}-${turn}`)
    }
  }
  const writers = ['k', 'l', 'm', 'n'].map(write)
  await until('enough is written', () => Promise.resolve(acknowledged.length > 60))
  killGroups(['server', 'primary', 'replica'])
  killed = true
  await Promise.all(writers)
  startServer()
  startDatabase('replica')
  startDatabase('primary')
  await untilPass()
  const answers = await Promise.all(acknowledged.map((key) => ask('GET', `/records/${key}?fresh=1`)))
  expect(answers.filter(({ status }) => status !== 200)).toEqual([])
}, 60_000)

test('a read replica begins as its primary began, and one that has lost its data has it again, with a template or without', async () => {
  // What a base backup has a primary do first, in a line that names no statement.
  const baseBackups = (): number => readFileSync(join(folder, 'primary.log'), 'utf8').split('\n').filter((line, index, lines) => line.includes('force wait') && !(lines[index + 1] ?? '').includes('STATEMENT')).length
  expect(baseBackups()).toBe(0)
  const streams = (): number => readFileSync(join(folder, 'replica.log'), 'utf8').split('started streaming').length
  for (const template of [true, false]) {
    running.get('replica')!.kill('SIGTERM')
    await exitOf(running.get('replica')!)
    rmSync(join(folder, 'replica'), { recursive: true, force: true })
    const [before, key] = [streams(), `after-the-loss-${template}`]
    expect((await ask('PUT', `/records/${key}`, { value: key })).status).toBe(200)
    startDatabase('replica', { template })
    await until('the new read replica follows', () => Promise.resolve(streams() > before))
    expect(baseBackups()).toBe(template ? 0 : 1)
    await until('it has what was written before', async () => (await ask('GET', `/records/${key}`)).json['value'] === key)
  }
}, 60_000)

const worksInFolder = (pid: string): boolean => {
  try {
    return readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)
  } catch {
    return false // it has ended meanwhile
  }
}

test.runIf(process.platform === 'linux')('an orderly stop of the databases leaves no process and no shared memory', async () => {
  const segmentOf = (role: string): string => {
    const [key = ''] = (readFileSync(join(folder, role, 'cluster', 'postmaster.pid'), 'utf8').split('\n')[6] ?? '').trim().split(/\s+/)
    return key
  }
  const segments = ['primary', 'replica'].map(segmentOf)
  const present = (): string[] => readFileSync('/proc/sysvipc/shm', 'utf8').split('\n').map((line) => line.trim().split(/\s+/)[0] ?? '')
  expect(present()).toEqual(expect.arrayContaining(segments))
  for (const name of ['server', 'primary', 'replica']) {
    running.get(name)?.kill('SIGTERM')
    expect(await exitOf(running.get(name)!), name).toBe(0)
  }
  for (const segment of segments) expect(present()).not.toContain(segment)
  expect(readdirSync('/proc').filter(worksInFolder)).toEqual([])
})

test.each([['server.js'], ['database.js', 'primary'], ['product-source.js', 'reviews'], ['install.js'], ['backup.js', 'verify', 'x']])('%s refuses an unknown defect', async (...command) => {
  const child = run(`refused-${command[0]}`, command, { SEAWORTHY_DEFECT: 'drain.unheard-of', MACHINE_DIRECTORY: folder, RUN_DIRECTORY: folder })
  expect(await exitOf(child)).toBe(78)
  expect(readFileSync(join(folder, `refused-${command[0]}.log`), 'utf8')).toContain('"drain.unheard-of"')
})
