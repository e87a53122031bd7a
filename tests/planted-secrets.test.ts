import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

/**
 * Secrets are planted in every place of a descriptor that takes them, and a service says them wherever a service can say anything. None of
 * them may stand in any file of the run, nor in anything that is printed.
 */
const root = join(dirname(fileURLToPath(import.meta.url)), '..')
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-planted-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const planted = {
  token: 'tok-1f7e"93\\b2aa',
  password: 'Zwölf-Boxkämpfer/7',
  bearer: 'bearer-cafe-5150-beef',
  key: 'sesame-open-0042',
}
const forms = Object.values(planted).flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), secret.slice(0, Math.ceil(secret.length * 0.7))])

const server = `import { createServer } from 'node:http'
const everything = [process.env.API_TOKEN, process.env.DATABASE_URL, decodeURIComponent(process.env.DATABASE_URL), process.env.SERVICE_API_KEY]
for (const one of everything) console.log('started with', one, JSON.stringify({ one }))
let draining = false
createServer((request, response) => {
  console.error('authorization', request.headers.authorization)
  response.setHeader('x-instance', process.env.NAME)
  if (request.url === '/ready') return response.writeHead(draining ? 503 : 200).end()
  if (request.url === '/drain') { draining = true; return response.writeHead(500).end(everything.join(' ')) }
  response.end(JSON.stringify({ everything, authorization: request.headers.authorization }))
}).listen(process.env.PORT, '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))
`
const descriptor = `schema: seaworthy/v1
service: planted
target:
  kind: process
  disposable: true
  replicas:
    count: 2
    command: [node, server.mjs]
    env: { PORT: "{port}", NAME: "{instance}", API_TOKEN: "\${PLANTED_TOKEN}", DATABASE_URL: "postgres://app:\${PLANTED_PASSWORD}@127.0.0.1/x", SERVICE_API_KEY: ${planted.key} }
    restart: always
    startAtBoot: true
identity: { instance: header:x-instance }
balancer: { interval: 100ms, timeout: 500ms }
health: { readiness: /ready }
lifecycle:
  startTimeout: 20s
  stop: { grace: 3s }
  startDrained: { env: { DRAINED_WITH: "\${PLANTED_TOKEN}" } }
  drain: { exec: [node, drain.mjs, "\${PLANTED_TOKEN}", "{port}"], deadline: 5s }
traffic:
  read: { http: GET /items, headers: { authorization: Bearer ${planted.bearer} }, expect: { status: 200 } }
`
/** Says everything on both outputs, and fails. */
const drain = `console.log('draining with', process.argv[2]); console.error('draining with', process.argv[2], process.env.PATH.length); process.exit(3)`

function seaworthy(args: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  return new Promise((resolve) => {
    const environment = { ...process.env, NO_COLOR: '1', PLANTED_TOKEN: planted.token, PLANTED_PASSWORD: encodeURIComponent(planted.password) }
    const child = spawn(process.execPath, [join(root, 'bin/seaworthy.js'), ...args], { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.on('close', (code) => resolve({ code, said }))
  })
}

const leaksIn = (where: string, text: string): readonly string[] => forms.filter((form) => text.includes(form)).map((form) => `${where}: ${form} in …${text.slice(Math.max(0, text.indexOf(form) - 80), text.indexOf(form) + 20)}`)
const filesBelow = (path: string): readonly string[] => readdirSync(path, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))

test('no secret stands in a file of the run or in what is printed', { timeout: 240_000 }, async () => {
  writeFileSync(join(folder, 'server.mjs'), server)
  writeFileSync(join(folder, 'drain.mjs'), drain)
  writeFileSync(join(folder, 'seaworthy.yaml'), descriptor)
  const output = join(folder, 'run')
  const reporters = ['html', 'junit', 'json', 'sarif', 'markdown', 'badge', 'allure'].flatMap((name) => ['--reporter', name])
  const ran = await seaworthy(['run', 'seaworthy.yaml', '--allow', 'destructive', '--only', 'DRAIN-01', '--output', output, '--json', ...reporters])
  const files = filesBelow(output).map((path) => ({ path, text: readFileSync(path, 'utf8') }))
  expect([...leaksIn('printed', ran.said), ...files.flatMap(({ path, text }) => leaksIn(path, text))]).toEqual([])
  // They were on their way into each of these: the test would notice.
  const [history] = files.filter(({ path }) => path.endsWith('history.ndjson') && readFileSync(path, 'utf8').includes('[redacted: PLANTED_TOKEN]'))
  expect(history, ran.said).toBeDefined()
  const logs = files.filter(({ path }) => path.endsWith('.log')).map(({ text }) => text).join('')
  for (const name of ['PLANTED_TOKEN', 'SERVICE_API_KEY', 'authorization', 'PLANTED_PASSWORD']) expect(logs).toContain(`[redacted: ${name}]`)
  for (const name of ['run.json', 'index.html', 'junit.xml']) expect(files.find(({ path }) => path.endsWith(name))?.text, name).toContain('[redacted: PLANTED_TOKEN]')
  expect(ran.code).toBe(2)
  const planned = await seaworthy(['plan', 'seaworthy.yaml', '--allow', 'destructive', '--json'])
  expect(planned.code).toBe(0)
  expect(leaksIn('plan', planned.said)).toEqual([])
})
