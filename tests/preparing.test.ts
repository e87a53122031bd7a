import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-preparing-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function seaworthy(args: readonly string[], { directory = folder }: { readonly directory?: string } = {}): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'bin/seaworthy.js'), ...args], { cwd: directory, env: { ...process.env, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
    child.on('close', (code) => resolve({ code, out, err }))
  })
}

const wellBehaved = `import { createServer } from 'node:http'
const server = createServer((request, response) => { response.setHeader('x-instance', process.env.NAME ?? ''); response.end('{}') })
server.listen(process.env.PORT, '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))
`

/** A service in a few lines; `body` decides what it does. */
function serviceFolder(name: string, body: string): string {
  const path = join(folder, name)
  mkdirSync(path)
  writeFileSync(join(path, 'server.mjs'), body)
  writeFileSync(
    join(path, 'seaworthy.yaml'),
    `schema: seaworthy/v1
service: ${name}
target:
  kind: process
  replicas: { count: 2, command: [node, server.mjs], env: { PORT: "{port}", NAME: "{instance}" }, restart: always, startAtBoot: true }
identity: { instance: header:x-instance }
balancer: { interval: 200ms, timeout: 1s }
health: { readiness: /ready }
lifecycle: { startTimeout: 10s, stop: { grace: 5s } }
traffic: { read: { http: GET /items } }
`,
  )
  return join(path, 'seaworthy.yaml')
}

describe('init', () => {
  const made = (name: string, body: string): string => {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'server.mjs'), body)
    return join(folder, name)
  }
  test('writes what a trial start showed, and never over a file', async () => {
    const path = made('fresh', wellBehaved)
    const output = join(path, 'seaworthy.yaml')
    const { code, out } = await seaworthy(['init', '--from', 'node server.mjs', '--from', 'http://localhost/items', '--output', output], { directory: path })
    expect(code).toBe(0)
    const text = readFileSync(output, 'utf8')
    expect(text).toMatch(/^# yaml-language-server: \$schema=.*descriptor-v1\.schema\.json\n/)
    expect(text).toContain('command: [node, server.mjs]')
    expect(text).toContain('"GET /items"')
    expect(out).toContain('To add next')
    expect((await seaworthy(['plan', output])).code).toBe(0)
    const again = await seaworthy(['init', '--from', 'node server.mjs', '--output', output], { directory: path })
    expect(again).toMatchObject({ code: 64, err: expect.stringContaining('SW_INIT_EXISTS') as string })
    expect(readFileSync(output, 'utf8')).toBe(text)
  })
  test('a command that ends says how, and nothing is written', async () => {
    const path = made('ends', `console.error('no configuration'); process.exit(1)`)
    const { code, err } = await seaworthy(['init', '--from', 'node server.mjs'], { directory: path })
    expect(code).toBe(64)
    expect(err).toMatch(/SW_INIT_TRIAL[^]*no configuration/)
    expect(existsSync(join(path, 'seaworthy.yaml'))).toBe(false)
  })
  test('a Compose file is read: nothing is started, and what is broken says where', async () => {
    const path = join(folder, 'shop')
    mkdirSync(path)
    writeFileSync(join(path, 'compose.yaml'), 'services:\n  app: { image: shop/app, expose: ["8080"], deploy: { replicas: 3 } }\n  proxy: { image: haproxy, ports: ["8088:80"] }\n')
    const { code, out } = await seaworthy(['init', '--from', 'compose.yaml'], { directory: path })
    expect(code).toBe(0)
    expect(out).toContain('project shop, replicas app, requests to proxy')
    const text = readFileSync(join(path, 'seaworthy.yaml'), 'utf8')
    expect(text).toContain('file: ./compose.yaml')
    expect(await seaworthy(['init', '--from', 'compose.yaml'], { directory: path })).toMatchObject({ code: 64, err: expect.stringContaining('SW_INIT_EXISTS') as string })
    expect(readFileSync(join(path, 'seaworthy.yaml'), 'utf8')).toBe(text)
    writeFileSync(join(path, 'compose.yaml'), 'services:\n  app: [\n')
    expect(await seaworthy(['init', '--from', 'compose.yaml', '--output', 'other.yaml'], { directory: path })).toMatchObject({ code: 64, err: expect.stringMatching(/SW_INIT_COMPOSE[^]*compose\.yaml:\d/) as string })
    expect(existsSync(join(path, 'other.yaml'))).toBe(false)
  })
  test('nobody to ask: exit 64 instead of a question', async () => {
    expect(await seaworthy(['init', '--output', 'asked.yaml'])).toMatchObject({ code: 64, err: expect.stringContaining('SW_INIT_SOURCE') as string })
  })
})

describe('doctor', () => {
  test('a service that works: exit 0, each thing that was tried', async () => {
    const descriptor = serviceFolder('sound', wellBehaved)
    const { code, out } = await seaworthy(['doctor', descriptor, '--json'])
    const { examined } = JSON.parse(out) as { examined: { what: string; state: string; found: string }[] }
    const found = (what: string) => examined.find((one) => one.what.startsWith(what))
    expect(code).toBe(0)
    expect(found('start and traffic')?.state).toBe('good')
    expect(found('health.readiness')).toMatchObject({ state: 'good', found: 'status 200' })
    expect(found('read (GET /items)')?.state).toBe('good')
    expect(found('stop with SIGTERM')?.state).toBe('good')
  })
  test('what is wrong is said, exit 64', async () => {
    const descriptor = serviceFolder('unsound', wellBehaved)
    writeFileSync(descriptor, readFileSync(descriptor, 'utf8').replace('GET /items }', 'GET /items, expect: { status: 418 } }'))
    const { code, out } = await seaworthy(['doctor', descriptor])
    expect(out).toMatch(/✗ start and traffic: .*requests of normal traffic failed, for example read gave/)
    expect(code).toBe(64)
  })
})

describe('plan', () => {
  test('names each fault with target and undo, and why the rest is not judged; starts nothing', async () => {
    const descriptor = serviceFolder('planned', 'process.exit(1)')
    const { code, out } = await seaworthy(['plan', descriptor, '--allow', 'disruptive', '--only', 'START-02,START-05,DRAIN-01', '--random-seed', '4', '--json'])
    const plan = JSON.parse(out) as { scenarios: { safety: string; expectedSeconds: number; requirements: string[]; interventions: { name: string; target: string; undo: string }[] }[]; notJudged: { id: string; outcome: string; reason: string }[] }
    expect(code).toBe(0)
    expect(plan.scenarios).toHaveLength(1)
    expect(plan.scenarios[0]).toMatchObject({ safety: 'disruptive', requirements: ['START-02'] })
    expect(plan.scenarios[0]?.expectedSeconds).toBeGreaterThan(1)
    expect(plan.scenarios[0]?.interventions[0]).toMatchObject({ name: 'kill', target: expect.stringMatching(/^replica-[01]$/) as string, undo: 'its supervisor starts it again' })
    const why = (id: string) => plan.notJudged.find((one) => one.id === id)
    expect(why('START-05')).toMatchObject({ outcome: 'missing', reason: expect.stringContaining('data.write') as string })
    expect(why('RDND-02')).toMatchObject({ outcome: 'skipped', reason: 'not selected' })
    const text = await seaworthy(['plan', descriptor, '--allow', 'disruptive', '--only', 'START-02'])
    expect(text.out).toMatch(/kill replica-\d: SIGKILL to all its processes; undo: /)
  })
  test('an unknown descriptor exits 64', async () => {
    expect((await seaworthy(['plan', 'nowhere.yaml'])).code).toBe(64)
  })
})
