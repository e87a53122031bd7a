import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { declaredCapabilities } from '../../core/capabilities.js'
import { loadDescriptor } from '../load-descriptor.js'

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-client-'))
afterAll(() => rmSync(folder, { recursive: true }))
writeFileSync(join(folder, 'client.mjs'), '')

function load(text: string) {
  const file = join(folder, 'seaworthy.yaml')
  writeFileSync(file, `schema: seaworthy/v1\nservice: store\ntarget:\n  kind: process\n  replicas: { command: [store] }\n${text}`)
  return loadDescriptor(file, { SECRET: 'hidden' })
}

describe('client', () => {
  test('a module is enough: what is written, read and asked is known', () => {
    const service = load('client: ./client.mjs\n')
    expect(service.client).toEqual({ module: join(folder, 'client.mjs'), env: {} })
    expect(service.data?.write).toMatchObject({ method: 'PUT', mutates: true })
    expect(service.data?.readStrong).toMatchObject({ method: 'GET', expect: { json: { '/value': '{value}' } } })
    const declared = declaredCapabilities(service)
    for (const capability of ['data.write', 'data.read.strong', 'health.readiness', 'topology.identity', 'traffic.read'] as const) expect(declared).toContain(capability)
    expect(declared).not.toContain('traffic.http')
    expect(declared).not.toContain('health.liveness')
  })

  test('settings of the module, with the environment put in', () => {
    const service = load('client: { module: ./client.mjs, env: { PASSWORD: "${SECRET}" }, timeout: 3s, maxLag: 2s }\n')
    expect(service.client?.env).toEqual({ PASSWORD: 'hidden' })
    expect(service.traffic['read']?.timeoutMs).toBe(3_000)
    expect(service.data?.maxLagMs).toBe(2_000)
  })

  test('an ordinary read is one of its own, and only where the module is said to export it', () => {
    expect(load('client: ./client.mjs\n').data?.readOrdinary).toBeUndefined()
    expect(declaredCapabilities(load('client: ./client.mjs\n'))).not.toContain('data.read.ordinary')
    const service = load('client: { module: ./client.mjs, ordinaryRead: true, timeout: 3s }\n')
    expect(service.client?.ordinaryRead).toBe(true)
    expect(service.data?.readOrdinary).toMatchObject({ method: 'GET', path: '/ordinary/{key}', weight: 0, timeoutMs: 3_000, expect: { json: { '/value': '{value}' } } })
    expect(service.data?.readStrong).toMatchObject({ path: '/keys/{key}' })
    expect(declaredCapabilities(service)).toContain('data.read.ordinary')
  })

  describe('a replicated database behind a client module', () => {
    const components = 'target:\n  kind: process\n  replicas: { command: [store, "{one:port}"] }\n  components: { one: { role: db-primary, command: [one] }, two: { role: db-replica, command: [two] } }\n'
    const asks = "{ exec: [ask, '{databaseHost}', '{databasePort}', '{keys}'] }"
    const loadWith = (database: string) => {
      const file = join(folder, 'replicated.yaml')
      writeFileSync(file, `schema: seaworthy/v1\nservice: store\n${components}client: { module: ./client.mjs, ordinaryRead: true }\ndatabase: ${database}\n`)
      return loadDescriptor(file, {})
    }
    test('is asked by commands', () => {
      const service = loadWith(`{ counters: ${asks}, lookUp: ${asks}, pauseReplay: ${asks}, resumeReplay: ${asks}, mutations: [write] }`)
      for (const capability of ['database.counters', 'database.lookUp', 'database.pauseReplay', 'database.readShares', 'data.read.ordinary'] as const) expect(declaredCapabilities(service)).toContain(capability)
      expect(service.database?.mutations.map(({ name }) => name)).toEqual(['write'])
    })
    test.each([
      ["{ counters: { http: 'GET /counters/{database}' } }", /database\.counters: expected exec/],
      ["{ lookUp: { http: 'GET /held/{database}/{keys}' } }", /database\.lookUp: expected exec/],
      [`{ mutations: [write, { http: 'DELETE /keys/{key}' }] }`, /database\.mutations\.1: expected write/],
      ["{ staleMarker: 'header:age' }", /database\.staleMarker: belongs to a service that speaks HTTP/],
    ])('%s is refused: it would be asked of nobody', (database, message) => {
      expect(() => loadWith(database)).toThrow(message)
    })
  })

  test.each([
    ['client: ./other.mjs\n', /seaworthy\.yaml:6:1: client: expected a module, found no file .*other\.mjs/],
    ['client: { module: ./other.mjs }\n', /seaworthy\.yaml:6:11: client\.module: expected a module/],
    ['client: client\n', /client: .*expected a JavaScript module/],
    ['client: ./client.mjs\nhealth: { readiness: /ready }\n', /seaworthy\.yaml:7:1: health: belongs to a service that speaks HTTP/],
    ['client: ./client.mjs\ntraffic: { read: { http: GET / } }\n', /traffic: belongs to a service that speaks HTTP/],
    ['traffic: { read: { http: GET / } }\n', /health: .*\(it is missing\)/],
    ['health: { readiness: /ready }\n', /traffic: .*\(it is missing\)/],
  ])('%s', (text, message) => {
    expect(() => load(text)).toThrow(message)
  })
})
