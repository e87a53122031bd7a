import { expect, test } from 'vitest'
import type { RequestEvent } from '../core/history.js'
import { hostileText } from './fixtures.js'
import { requestTables } from './request-table.js'

const request: RequestEvent = { kind: 'request', id: 1406, load: 'witness', operation: 'slow', method: 'POST', via: 'balancer', plannedAtMs: 31_204, endedAtMs: 31_904.4, outcome: 'truncated', status: 200, code: 'ECONNRESET', instance: 'replica-2' }
const finding = { id: 'DRAIN-03', outcome: 'failed', summary: '3 of 30 were lost' } as const
const evidence = { check: 'in-flight-requests-complete', scenario: 'queue-draining/x', note: 'lost', measured: 3, allowed: 0, unit: 'requests', requests: [request], notFound: [7] }

test('shows when, where and how each request ended', () => {
  expect(requestTables(finding, [evidence])).toBe(`DRAIN-03 failed: 3 of 30 were lost

lost: 3, the first 1
in-flight-requests-complete, in queue-draining/x
  id    planned   took    request    via       instance   outcome    answer
  1406  31.204 s  700 ms  POST slow  balancer  replica-2  truncated  200 ECONNRESET
  not in the history: 7
`)
})

test('says when evidence names none', () => {
  expect(requestTables(finding, [])).toContain('names no requests')
})

test('what a service said stays in its cell', () => {
  expect(requestTables(finding, [{ ...evidence, requests: [{ ...request, detail: hostileText, instance: hostileText }] }])).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]|^::/m)
})
