import { describe, expect, test } from 'vitest'
import { observabilityOf, observabilitySection } from './observability.js'

const read = (document: object) => observabilityOf(observabilitySection.parse(document))
const metrics = { read: 'GET /metrics', requests: { metric: 'http_requests_total' }, latency: { metric: 'http_request_duration_seconds' } }
const errors = { server: { http: 'GET /throws', expect: { status: 500 } }, client: { http: 'GET /nowhere', expect: { status: [400, 404] } } }

describe('observability', () => {
  test('is empty when nothing is declared', () => {
    expect(read({})).toEqual({})
  })
  test('metrics are read with defaults', () => {
    expect(read({ metrics }).metrics).toEqual({ probe: { path: '/metrics', pointer: '' }, requests: { metric: 'http_requests_total', statusLabel: 'status' }, latency: { metric: 'http_request_duration_seconds', unit: 's' } })
  })
  test('metrics at a pointer are a contradiction', () => {
    expect(() => read({ metrics: { ...metrics, read: 'GET /metrics#/text' } })).toThrow(/has a pointer/)
  })
  test('errors are operations with an expected status', () => {
    expect(read({ errors }).errors).toMatchObject({ server: { name: 'observability.errors.server', expect: { status: [500] } }, client: { expect: { status: [400, 404] } } })
  })
  test.each([
    [{ ...errors, server: { http: 'GET /throws' } }, /expected a status of 500 to 599, found none/],
    [{ ...errors, client: { http: 'GET /nowhere', expect: { status: [404, 500] } } }, /expected a status of 400 to 499, found 404, 500/],
  ])('%j is a contradiction', (document, message) => {
    expect(() => read({ errors: document })).toThrow(message)
  })
})

describe('logs', () => {
  const logs = { fields: { time: '/time', level: '/level', message: '/message', correlation: '/traceId', module: '/module' }, correlation: { header: 'Traceparent', value: '00-{id}-{span}-01' } }
  const levels = { set: { http: 'PUT /levels/{module}', body: { level: '{level}' } }, modules: ['a', 'b'] }
  test('are read with defaults', () => {
    expect(read({ logs: { ...logs, levels } }).logs).toMatchObject({ correlation: { header: 'traceparent' }, levels: { modules: ['a', 'b'], debug: 'debug', usual: 'info', effectiveWithinMs: 0, set: { via: 'http', path: '/levels/{module}' } } })
  })
  test.each([
    [{ ...logs, correlation: { header: 'x-request-id', value: 'fixed' } }, /expected the placeholder \{id\}/],
    [{ ...logs, levels: { ...levels, set: { http: 'PUT /levels/{module}' } } }, /expected the placeholder \{level\}/],
    [{ ...logs, levels, fields: { time: '/t', level: '/l', message: '/m', correlation: '/c' } }, /says no module/],
  ])('%j is a contradiction', (document, message) => {
    expect(() => read({ logs: document })).toThrow(message)
  })
})

describe('exceptions', () => {
  const kind = { http: 'GET /throws', expect: { status: 500 } }
  const exceptions = { component: 'collector', events: 'GET /events#/events', fields: { type: '/type', stack: '/stack', release: '/release', instance: '/instance' }, kinds: { Error: kind, TypeError: kind } }
  const collected = (document: object) => observabilityOf(observabilitySection.parse({ exceptions: document }), ['collector'])
  test('are read', () => {
    expect(collected({ ...exceptions, crash: { http: 'POST /crash' } }).exceptions).toMatchObject({ component: 'collector', events: { pointer: '/events' }, kinds: [{ type: 'Error', operation: { name: 'observability.exceptions.Error' } }, { type: 'TypeError' }], crash: { method: 'POST' } })
  })
  test.each([
    [{ ...exceptions, component: 'nobody' }, /names the component "nobody", expected one of: collector/],
    [{ ...exceptions, kinds: { Error: kind } }, /expected two kinds/],
  ])('%j is a contradiction', (document, message) => {
    expect(() => collected(document)).toThrow(message)
  })
})

describe('audit', () => {
  const audit = {
    records: 'GET /audit#/records',
    fields: { id: '/id', time: '/at', actor: '/actor', action: '/action', target: '/target', outcome: '/outcome' },
    outcomes: { done: 'done', refused: 'refused' },
    actors: { ada: { headers: { 'x-operator': 'ada' } }, grace: { headers: { 'x-operator': 'grace' } } },
    actions: { toggle: 'switch' },
    change: { http: 'PUT /audit/{record}' },
    remove: { http: 'DELETE /audit/{record}' },
  }
  test('is read', () => {
    expect(read({ audit }).audit).toMatchObject({ actors: [{ name: 'ada', headers: { 'x-operator': 'ada' } }, { name: 'grace' }], actions: { toggle: 'switch' }, remove: { method: 'DELETE' } })
  })
  test.each([
    [{ ...audit, actors: { ada: audit.actors.ada } }, /expected two operators at least, found 1/],
    [{ ...audit, remove: { http: 'DELETE /audit' } }, /expected the placeholder \{record\}/],
    [{ ...audit, backup: { exec: ['backup', '{file}'] } }, /expected the placeholder \{actor\}/],
  ])('%j is a contradiction', (document, message) => {
    expect(() => read({ audit: document })).toThrow(message)
  })
})
