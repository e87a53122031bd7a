import { describe, expect, test } from 'vitest'
import type { Driver } from '../core/driver.js'
import { declaredCapabilities } from '../core/capabilities.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import { suites } from '../suites/index.js'
import { planRun } from './plan.js'

const service: ServiceDescriptor = {
  schema: 'seaworthy/v1',
  name: 'store',
  directory: '/',
  target: { kind: 'process', disposable: true, replicas: { count: 1, command: ['store'], env: {}, restart: 'always', startAtBoot: true }, components: [] },
  facts: {},
  balancer: { intervalMs: 100, fall: 2, rise: 1, timeoutMs: 500 },
  health: { readinessPath: '/ready' },
  lifecycle: { stop: { signal: 'SIGTERM', graceMs: 1_000, allowedExitCodes: [0] }, startTimeoutMs: 1_500 },
  traffic: {},
  notApplicable: [],
  waivers: [],
  overrides: {},
}
const driver: Driver = { name: 'any', availability: async () => ({ available: true }), offers: declaredCapabilities, deploy: async () => Promise.reject(new Error('nothing is started')) }
const plan = (of: ServiceDescriptor) => planRun({ suites, service: of, driver, profile: 'quick', allow: 'destructive', only: new Set(['MONI-02'] as const) })

describe('requirements about HTTP itself', () => {
  test('are not applicable to a service behind a client module: its health answers are ours', () => {
    const planned = plan({ ...service, client: { module: '/client.mjs', env: {} } })
    expect(planned.settled.get('MONI-02')).toEqual({ outcome: 'not-applicable', reason: 'the service does not speak HTTP' })
    expect(planned.scenarios).toEqual([])
  })
  test('are judged for any other', () => {
    expect(plan(service).settled.get('MONI-02')).toBeUndefined()
  })
})

describe('what is skipped says why', () => {
  const skipOf = (more: Partial<Parameters<typeof planRun>[0]>) => {
    const planned = planRun({ suites, service, driver, profile: 'quick', allow: 'safe', only: undefined, ...more })
    return [planned.settled.get('START-04')?.skip, planned.settled.get('MONI-02')?.skip]
  }
  test('what --only names stands in the way, what it leaves out does not', () => {
    expect(skipOf({ only: new Set(['START-04'] as const) })).toEqual([{ cause: 'not-allowed', asked: true, allow: 'disruptive' }, { cause: 'not-selected', asked: false }])
  })
  test('permission of which nobody spoke does, and what was said does not', () => {
    expect(skipOf({ allowWasSaid: false })[0]).toEqual({ cause: 'not-allowed', asked: true, allow: 'disruptive' })
    expect(skipOf({})[0]).toEqual({ cause: 'not-allowed', asked: false, allow: 'disruptive' })
  })
  test('what the driver cannot do is in the way of a selection only', () => {
    const weak = { ...driver, offers: () => new Set<never>() }
    expect(skipOf({ driver: weak, only: new Set(['START-04'] as const) })[0]).toEqual({ cause: 'not-possible', asked: true })
    expect(skipOf({ driver: weak })[0]).toEqual({ cause: 'not-possible', asked: false })
  })
})

describe('a drain by the stop signal that is the drain of a node', () => {
  const cluster = { namespace: 'shop', workload: { kind: 'deployment', name: 'web' }, service: 'web', drain: 'node' } as const
  const drained: ServiceDescriptor = { ...service, target: { ...service.target, kind: 'kubernetes', cluster, disposable: false, replicas: { ...service.target.replicas, count: 3 } } }
  const settled = (more: Partial<Parameters<typeof planRun>[0]>) => planRun({ suites, service: drained, driver, profile: 'quick', allow: 'disruptive', only: new Set(['DRAIN-03'] as const), ...more }).settled.get('DRAIN-03')

  test('needs more permission than its requirement, and the descriptor has said its word by asking for it', () => {
    expect(settled({})).toEqual({ outcome: 'skipped', reason: 'it drains a node, which keeps the pods of others off it meanwhile, and needs --allow destructive', skip: { cause: 'not-allowed', asked: true, allow: 'destructive' } })
    expect(settled({ allow: 'destructive' })).toBeUndefined()
  })
  test('is none where a drain is declared after which something is left to ask', () => {
    const drain = { via: 'http', method: 'POST', path: '/drain', expectStatus: [], deadlineMs: 1_000, endsInExit: false } as const
    expect(settled({ service: { ...drained, lifecycle: { ...drained.lifecycle, drain } } })).toBeUndefined()
    expect(settled({ service: { ...drained, lifecycle: { ...drained.lifecycle, drain: { ...drain, endsInExit: true } } } })).toMatchObject({ outcome: 'skipped' })
  })
})

test('a read that would take any answer for the record is not one to judge by, and the reason says what to promise', () => {
  const read = { name: 'read', method: 'GET', path: '/{key}', headers: {}, expect: { status: [], json: {} }, mutates: false, timeoutMs: 1, weight: 1, streams: false, holdsBody: false }
  const settled = (expect: typeof read.expect) =>
    planRun({ suites, service: { ...service, data: { write: { ...read, name: 'write', mutates: true }, readStrong: { ...read, expect }, maxLagMs: 0 } }, driver, profile: 'quick', allow: 'destructive', only: new Set(['START-05'] as const) }).settled.get('START-05')
  expect(settled(read.expect)).toMatchObject({ outcome: 'missing', reason: expect.stringContaining('does not declare data.read.strong: the answer of that read promises nothing of what was written') })
  expect(settled({ status: [], json: { '/value': '{value}' } })).toBeUndefined()
})

describe('a fact by which something would not apply', () => {
  const replica = { name: 'copy', role: 'db-replica' as const, hard: true, ready: { kind: 'tcp' as const }, ownsData: false, command: ['copy'], env: {}, restart: 'always' as const, startAtBoot: true }
  const settled = (facts: ServiceDescriptor['facts'], components: ServiceDescriptor['target']['components'] = []) =>
    planRun({ suites, service: { ...service, facts, target: { ...service.target, components } }, driver, profile: 'quick', allow: 'destructive', only: undefined }).settled.get('REPL-01')
  test('is believed while nothing contradicts it', () => {
    expect(settled({ dbReplicas: 0 })).toEqual({ outcome: 'not-applicable', reason: 'facts.dbReplicas is 0' })
  })
  test('is not, where what it denies is declared, and be it only in part', () => {
    expect(settled({ dbReplicas: 0 }, [replica])).toEqual({ outcome: 'missing', reason: 'facts.dbReplicas is 0, but database.replicas is declared: one of them is wrong' })
  })
})
