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
