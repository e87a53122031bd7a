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
