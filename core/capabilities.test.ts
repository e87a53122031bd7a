import { describe, expect, test } from 'vitest'
import { componentsAddressedBy, declaredCapabilities, undeclaredText } from './capabilities.js'
import type { Capability } from './requirement.js'
import type { Component, Operation, ServiceTarget, ServiceDescriptor } from './service-descriptor.js'

const unit = { command: ['node', 'server.js'], env: {}, restart: 'never', startAtBoot: true } as const
const component = (name: string, env: Record<string, string> = {}): Component =>
  ({ ...unit, env, name, role: 'dependency', hard: true, ready: { kind: 'tcp' }, ownsData: false })
const operation = (name: string, more: Partial<Operation> = {}): Operation =>
  ({ name, method: 'GET', path: '/', headers: {}, expect: { status: [200], json: {} }, mutates: false, timeoutMs: 1_000, weight: 0, streams: false, holdsBody: false, ...more })

const bareTarget: ServiceTarget = { kind: 'process', disposable: true, replicas: { ...unit, count: 1 }, components: [] }
const bare: ServiceDescriptor = {
  schema: 'seaworthy/v1',
  name: 'bare',
  directory: '/srv',
  target: bareTarget,
  facts: {},
  balancer: { intervalMs: 1, fall: 1, rise: 1, timeoutMs: 1 },
  health: { readinessPath: '/ready' },
  lifecycle: { stop: { signal: 'SIGTERM', graceMs: 1_000, allowedExitCodes: [0] }, startTimeoutMs: 1_000 },
  traffic: {},
  notApplicable: [],
  waivers: [],
  overrides: {},
}
const procedure = { via: 'signal', signal: 'SIGUSR1' } as const

describe('declaredCapabilities', () => {
  test('a bare descriptor declares what any service has, and nothing else', () => {
    expect([...declaredCapabilities(bare)].sort()).toEqual([
      'fault.data-files', 'fault.freeze', 'health.readiness', 'lifecycle.apart', 'lifecycle.crash', 'lifecycle.hold', 'lifecycle.kill', 'lifecycle.reboot', 'lifecycle.start', 'lifecycle.stop',
      'topology.balancer', 'topology.fixed-addresses', 'topology.scale', 'topology.swap', 'traffic.http',
    ])
  })

  const additions: readonly (readonly [Capability, Partial<ServiceDescriptor>])[] = [
    ['topology.instances', { target: { ...bareTarget, replicas: { ...unit, count: 2 } } }],
    ['topology.identity', { identity: { instanceHeader: 'x-instance' } }],
    ['health.liveness', { health: { readinessPath: '/ready', livenessPath: '/live' } }],
    ['health.detail', { health: { readinessPath: '/ready', detailPath: '/health' } }],
    ['lifecycle.autostart', { target: { ...bareTarget, replicas: { ...unit, count: 1, restart: 'on-failure' } } }],
    ['lifecycle.drain', { lifecycle: { ...bare.lifecycle, drain: { ...procedure, deadlineMs: 1, endsInExit: false } } }],
    ['lifecycle.undrain', { lifecycle: { ...bare.lifecycle, undrain: procedure } }],
    ['traffic.read', { traffic: { list: operation('list', { weight: 1 }) } }],
    ['traffic.read', { traffic: { read: operation('read') } }],
    ['traffic.witness', { traffic: { slow: operation('slow', { minDurationMs: 500 }) } }],
    ['traffic.witness', { traffic: { stream: operation('stream', { streams: true }) } }],
    ['traffic.witness', { traffic: { hold: operation('hold', { holdsBody: true }) } }],
    ['data.write', { data: { write: operation('write', { mutates: true }), maxLagMs: 0 } }],
    ['data.read.strong', { data: { write: operation('write', { mutates: true }), readStrong: operation('strong', { expect: { status: [], json: { '/value': '{value}' } } }), maxLagMs: 0 } }],
    ['data.read.strong', { data: { write: operation('write', { mutates: true }), readStrong: operation('strong', { expect: { status: [], json: { '/item': { id: '{key}' } } } }), maxLagMs: 0 } }],
    ['data.read.strong', { data: { write: operation('write', { mutates: true }), readStrong: operation('strong', { expect: { status: [], json: {}, bodyEndsWith: '{value}\n' } }), maxLagMs: 0 } }],
  ]
  test.each(additions)('%s is declared by %j', (capability, addition) => {
    expect(declaredCapabilities(bare).has(capability)).toBe(false)
    expect(declaredCapabilities({ ...bare, ...addition }).has(capability)).toBe(true)
  })

  test('edges exist only between the replicas and a component whose address they are given', () => {
    const withComponents = (env: Record<string, string>, components: readonly Component[]): ReadonlySet<Capability> =>
      declaredCapabilities({ ...bare, target: { ...bareTarget, replicas: { ...unit, env, count: 1 }, components } })
    expect(withComponents({ DB: '{db:host}:{db:port}' }, [component('db')]).has('fault.edge')).toBe(true)
    expect(withComponents({}, [component('db')]).has('fault.edge')).toBe(false)
    expect(withComponents({}, [component('a', { DB: '{db:port}' }), component('db')]).has('fault.isolate')).toBe(false)
  })

  test('a strong read that promises nothing of what was written is none, and that is what is said', () => {
    for (const promised of [{ status: [200], json: {} }, { status: [], json: { '/found': true }, bodyEndsWith: 'end\n' }]) {
      const service = { ...bare, data: { write: operation('write', { mutates: true }), readStrong: operation('strong', { expect: promised }), maxLagMs: 0 } }
      expect(declaredCapabilities(service).has('data.read.strong')).toBe(false)
      expect(undeclaredText(['data.read.strong'], service)).toContain('expected {value} in its expect')
    }
    expect(undeclaredText(['data.write', 'data.read.strong'], bare)).toBe('the descriptor does not declare data.write, data.read.strong')
  })

  test('a strong read of the key alone shows that there is a record, not that it is as it was written', () => {
    const reading = (json: Record<string, string>): ServiceDescriptor => ({ ...bare, data: { write: operation('write', { mutates: true }), readStrong: operation('strong', { expect: { status: [], json } }), maxLagMs: 0 } })
    expect(declaredCapabilities(reading({ '/key': '{key}', '/text': '{value}' })).has('data.read.value')).toBe(true)
    const declared = declaredCapabilities(reading({ '/key': '{key}' }))
    expect([declared.has('data.read.strong'), declared.has('data.read.value')]).toEqual([true, false])
    expect(undeclaredText(['data.read.value'], reading({ '/key': '{key}' }))).toContain('does not promise the value, so another one would do')
  })

  test('a write that mutates is not a read', () => {
    expect(declaredCapabilities({ ...bare, traffic: { write: operation('write', { mutates: true, weight: 1 }) } }).has('traffic.read')).toBe(false)
  })
})

test('componentsAddressedBy finds each name once, in command and environment, and leaves other braces alone', () => {
  const addressed = componentsAddressedBy({ ...unit, command: ['run', '--cache={cache:port}'], env: { A: 'pg://{db:host}:{db:port}/{"a":1}', B: '{data}/x' } })
  expect(addressed).toEqual(['cache', 'db'])
})
