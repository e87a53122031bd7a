import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { readComposeDocument } from '../../drivers/compose/compose-document.js'
import { loadDescriptor } from '../../engine/load-descriptor.js'
import { composeChoices } from './compose-choices.js'
import { composeText } from './compose-text.js'
import { imageKind } from './image-kind.js'
import { readSources } from './sources.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-compose-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let number = 0
interface Given {
  readonly directory?: string
  readonly variables?: Readonly<Record<string, string>>
  readonly wanted?: readonly string[]
}
/** Writes the file, has a descriptor written of it, and loads that. */
function written(compose: string, { directory = `Shop_${++number}`, variables = {}, wanted = [] }: Given = {}): { readonly text: string; readonly service: ServiceDescriptor } {
  const inside = join(folder, directory)
  mkdirSync(inside, { recursive: true })
  writeFileSync(join(inside, 'compose.yaml'), compose)
  const path = join(inside, 'seaworthy.yaml')
  const text = composeText({ ...composeChoices(readComposeDocument(join(inside, 'compose.yaml'), variables)), path, schemaPath: 'schema.json', wanted })
  writeFileSync(path, text)
  return { text, service: loadDescriptor(path, {}) }
}
const refused = (compose: string): (() => unknown) => () => written(compose)

const behindNginx = `
name: shop
services:
  proxy:
    image: nginx:1.27
    ports: ["8080:80"]
    depends_on: [app]
  app:
    build: ./app
    command: [node, server.js]
    restart: unless-stopped
    stop_signal: SIGINT
    stop_grace_period: 1m30s
    deploy: { replicas: 3 }
    depends_on:
      db: { condition: service_healthy }
      cache: { condition: service_started, required: false }
      migrate: { condition: service_completed_successfully }
    healthcheck: { test: [CMD, curl, -f, "http://localhost:3000/ready"] }
  worker: { build: ./app, command: [node, worker.js], deploy: { replicas: 5 } }
  migrate: { build: ./app, command: [node, migrate.js] }
  db: { image: "registry.example:5000/team/postgres:16@sha256:abc", volumes: ["data:/var/lib/postgresql/data"] }
  cache: { image: redis:7 }
  Object_Store: { image: minio/minio, healthcheck: { test: "curl -f http://localhost:9000/minio/health/live" } }
  admin: { image: adminer, ports: ["8081:8080"] }
  debug: { image: busybox, profiles: [debug] }
volumes: { data: {} }
`

test('three replicas behind nginx, with their stores: who is who, and what the file says of them', () => {
  const { text, service } = written(behindNginx)
  expect(service.name).toBe('shop')
  expect(service.target.compose).toMatchObject({
    project: 'shop',
    replicas: { services: ['app'], port: 3_000 },
    entry: { services: ['proxy'] },
    components: { db: { services: ['db'], port: 5_432 }, cache: { services: ['cache'], port: 6_379 }, worker: { services: ['worker'] }, 'object-store': { services: ['Object_Store'], port: 9_000 } },
  })
  expect(service.target.compose?.file).toMatch(/\/compose\.yaml$/)
  const of = (name: string) => service.target.components.find((one) => one.name === name)
  expect(of('db')).toMatchObject({ role: 'db-primary', hard: true, ownsData: true, ready: { kind: 'tcp' } })
  expect(of('cache')).toMatchObject({ role: 'cache', hard: false, ownsData: false })
  expect(of('worker')).toMatchObject({ role: 'dependency', hard: false })
  expect(of('object-store')).toMatchObject({ role: 'storage', hard: false, ready: { kind: 'http', path: '/minio/health/live' } })
  expect(service.health.readinessPath).toBe('/ready')
  expect(service.lifecycle.stop).toMatchObject({ signal: 'SIGINT', graceMs: 90_000 })
  expect(service.traffic['read']?.path).toBe('/')
  expect(text).toContain('# balancer: {')
  expect(service.balancer.declared).toBe(false)
  for (const said of ['# guessed: role from the image', 'app: unless-stopped', 'migrate was left out: a job that ends', 'debug was left out: started only with a profile', 'admin was left out: its image adminer', 'leaves START-05 undecided until it is declared']) expect(text).toContain(said)
})

test('a single service is replica and entry, and it is said that one replica shows little', () => {
  const { text, service } = written('services:\n  web:\n    image: ghcr.io/shop/web\n    ports: [3000]\n', { directory: '_My Shop.1', wanted: ['/items'] })
  expect(service.target.compose).toMatchObject({ project: 'myshop1', replicas: { services: ['web'], port: 3_000 }, entry: { services: ['web'] }, components: {} })
  expect(service.target.compose?.stopDeclared).toBe(false)
  expect(service.traffic['read']?.path).toBe('/items')
  expect(service.health.readinessPath).toBe('/')
  expect(text).toContain('# guessed: no health check')
  expect(text).toContain('One replica')
})

test('replicas that are services of their own are found by their image, behind haproxy', () => {
  const { text, service } = written(`
x-app: &app { image: shop/app, expose: ["8080"], restart: "no", depends_on: [mysql] }
services:
  app1: { <<: *app, command: [serve, --id, "1"] }
  app2: { <<: *app, command: [serve, --id, "2"] }
  app3: { <<: *app, command: [serve, --id, "3"] }
  mysql: { image: mysql:8 }
  lb: { image: haproxy, ports: ["443:8443", "80:80", { target: 53, protocol: udp }] }
`)
  expect(service.target.compose).toMatchObject({ replicas: { services: ['app1', 'app2', 'app3'], port: 8_080 }, entry: { services: ['lb'], port: 80 }, components: { mysql: { port: 3_306 } } })
  expect(service.target.replicas.count).toBe(3)
  expect(text).toMatch(/# guessed: app1, app2, app3 are made from the same image/)
  expect(text).toMatch(/entry: .* # guessed: .*likeliest/)
})

describe('what is not clear is said to be a guess', () => {
  test('several services of which one is published', () => {
    const { text, service } = written('services:\n  jobs: { build: ./jobs }\n  api: { build: ./api, ports: ["8000:8000"] }\n')
    expect(service.target.compose).toMatchObject({ replicas: { services: ['api'] }, entry: { services: ['api'] }, components: { jobs: {} } })
    expect(text).toMatch(/# guessed: which of jobs, api is meant is not clear; api was taken/)
  })
  test('replicas that each publish a port, without a proxy', () => {
    expect(written('services:\n  web: { image: web, scale: 2, ports: ["8000-8001:80"] }\n').text).toMatch(/entry: .* # guessed: its 2 containers publish a port each/)
  })
  test('a signal that cannot be sent', () => {
    const { text, service } = written('services:\n  web: { image: httpd, ports: ["80:80"], stop_signal: SIGWINCH }\n')
    expect(service.lifecycle.stop).toMatchObject({ signal: 'SIGTERM', graceMs: 10_000 })
    expect(text).toContain('guessed: the file says SIGWINCH')
  })
  test('labels of traefik name what is behind it, and services elsewhere are not there', () => {
    const { text, service } = written(`
include: [other.yaml]
services:
  traefik: { image: "traefik:v3", ports: ["80:80"] }
  other: { image: other }
  web: { image: web, labels: ["traefik.http.routers.web.rule=Host(\`x\`)"] }
`)
    expect(service.target.compose).toMatchObject({ replicas: { services: ['web'] }, entry: { services: ['traefik'] } })
    expect(text).toContain('# guessed: include, or extends')
  })
})

test('variables are put in as Compose does it: environment, .env, defaults', () => {
  mkdirSync(join(folder, 'variables'))
  writeFileSync(join(folder, 'variables/.env'), 'COUNT=4\nNAME="from-file"\n')
  const compose = `
name: \${NAME}
services:
  base: { image: "\${IMAGE:-node:22}", profiles: [never], ports: ["\${PORT:-8080}:\${INSIDE:-\${OTHER:-9000}}"] }
  web: { extends: base, profiles: [], deploy: { replicas: "\${COUNT}" }, healthcheck: { test: "curl localhost:$$PORT/live || exit 1" } }
`
  const { text, service } = written(compose, { directory: 'variables', variables: { INSIDE: '', OTHER: '7000' } })
  expect(service.target.compose).toMatchObject({ project: 'from-file', replicas: { services: ['web'], port: 7_000 } })
  expect(service.health.readinessPath).toBe('/live')
  expect(text).toContain('more than one replica (4)')
})

test('nothing in a name can begin a line of the descriptor', () => {
  const { text } = written('services:\n  web: { image: web, restart: "no\\ntarget: {}", ports: [80] }\n  db: { image: "postgres:16\\ndata: 1" }\n')
  expect(text).not.toMatch(/^(data|target: \{)/m)
})

test('where depends_on says nothing, a store that keeps data is needed and a cache is not', () => {
  const { service } = written('services:\n  web: { image: web, ports: [80] }\n  store: { image: shop/store, volumes: ["data:/data"] }\n  memcached: { image: memcached }\n  network: { image: other }\n')
  expect(service.target.components.map(({ name, hard, ownsData }) => [name, hard, ownsData])).toEqual([['store', true, true], ['memcached', false, false], ['network-service', false, false]])
})

describe('refused with file and line', () => {
  test.each([
    ['broken YAML', 'services:\n  web: [\n', /broken YAML.*compose\.yaml:\d+\)/],
    ['a key twice', 'services: { web: { image: a } }\nservices: {}\n', /compose\.yaml:2\)/],
    ['another format', 'openapi: 3\npaths: []\n', /found no services, expected a Compose file \(.*compose\.yaml\)/],
    ['a list of services', 'name: x\nservices: []\n', /found no services.*compose\.yaml:2\)/],
    ['no service', 'name: x\nservices: {}\n', /found no service, .*compose\.yaml:2\)/],
    ['a service without keys', 'services:\n  a: { image: a }\n  web:\n', /"web" without keys.*compose\.yaml:3\)/],
    ['a service that extends itself', 'services:\n  a: { extends: b }\n  b: { extends: { service: a } }\n', /extends itself.*compose\.yaml:2\)/],
    ['a project name that is none', 'name: "My Shop"\nservices: { web: { image: web } }\n', /project name "My Shop".*compose\.yaml:1\)/],
    ['stores alone', 'services:\n  db: { image: postgres, ports: ["5432:5432"] }\n', /no service that could be the replicas among db/],
    ['nothing published', 'services:\n  web: { image: web }\n', /no service with a published port/],
    ['an alias that contains itself', 'services: &all\n  web: *all\n', /broken YAML: an alias that contains itself/],
    ['an alias to nothing', 'services:\n  web: *nowhere\n', /broken YAML/],
  ])('%s', (_, compose, said) => {
    expect(refused(compose)).toThrow(expect.objectContaining({ code: 'SW_INIT_COMPOSE', exitCode: 64, message: expect.stringMatching(said) as string, hint: expect.any(String) as string }))
  })
})

test('a source is a Compose file or an OpenAPI document by what it holds; a start command beside it is refused', async () => {
  const compose = join(folder, 'some service.yml')
  const api = join(folder, 'api.yaml')
  writeFileSync(compose, behindNginx)
  writeFileSync(api, 'openapi: 3.1.0\npaths: { /items: { get: {} } }\n')
  expect(await readSources([compose, 'http://localhost/x'])).toMatchObject({ compose: { name: 'shop' }, wanted: ['/x'] })
  expect(await readSources([compose, api])).toMatchObject({ wanted: ['/items'] })
  await expect(readSources([compose, 'node server.js'])).rejects.toMatchObject({ code: 'SW_INIT_SOURCE' })
})

test.each([
  ['bitnami/postgresql:15', { kind: 'component', role: 'db-primary' }],
  ['confluentinc/cp-kafka', { kind: 'component', role: 'queue' }],
  ['mcr.microsoft.com/mssql/server:2022', { kind: 'component', role: 'db-primary' }],
  ['prom/redis-exporter', { kind: 'tool' }],
  ['nginxinc/nginx-unprivileged', { kind: 'proxy' }],
  ['shop/my-express-app', { kind: 'service' }],
  ['traefik/whoami', { kind: 'service' }],
])('%s is known for what it is', (image, kind) => expect(imageKind({ image, name: 'x' })).toMatchObject(kind))
test('a second database is a copy when its name says so', () => expect(imageKind({ image: 'postgres', name: 'db-replica-1' })).toMatchObject({ role: 'db-replica' }))
