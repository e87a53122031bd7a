import { describe, expect, test } from 'vitest'
import { historyOf } from '../../core/history.js'
import { exampleReport, hostileText } from '../fixtures.js'
import { drainHistory, drainScenario, onlyDrain } from './history.test-support.js'
import { reportAsHtml } from './page.js'
import { collectTraces } from './trace.js'

const traces = collectTraces(exampleReport, onlyDrain(drainHistory({ requests: 500 })))
const trace = traces.scenarios.get(drainScenario)!

describe('what a page takes from a history', () => {
  test('kinds of requests with their group, instance and answer', () => {
    expect(trace.kinds.map(({ group, outcome, instance }) => `${group} ${outcome} ${instance}`)).toContain('lost truncated replica-2')
    expect(trace.kinds.find(({ group }) => group === 'lost')).toMatchObject({ request: 'POST slow through replica-2', answer: '200 ECONNRESET' })
  })
  test('readiness of each instance as spans, versions and the balancer as notes', () => {
    expect(trace.lanes.map(({ target }) => target)).toEqual(['replica-1', 'replica-2', 'replica-3'])
    expect(trace.lanes[1]!.spans).toEqual([
      { fromMs: 500, toMs: 32_000, state: 'ready' },
      { fromMs: 32_000, toMs: 37_000, state: 'not-ready' },
      { fromMs: 37_000, toMs: 73_500, state: 'ready' },
    ])
    expect(trace.lanes[1]!.notes.map(({ atMs, text }) => `${atMs} ${text}`)).toEqual(['500 version 1.4.0', '40000 version 1.5.0', '33500 balancer took it out'])
  })
  test('the requests that evidence names, and no others', () => {
    expect(traces.request(drainScenario, 1_406)).toMatchObject({ outcome: 'truncated' })
    expect(traces.request(drainScenario, 10_000)).toBeUndefined()
  })
  test('loads of the harness and what it gave up are left out', () => {
    const request = { kind: 'request', id: 1, operation: 'read', method: 'GET', via: 'balancer', plannedAtMs: 1, endedAtMs: 2 } as const
    const own = collectTraces(exampleReport, onlyDrain(historyOf([{ ...request, load: 'null-control', outcome: 'ok' }, { ...request, load: 'background', outcome: 'cancelled' }])))
    expect(own.scenarios.get(drainScenario)?.kinds).toEqual([])
  })
  test('a history that cannot be read costs only its drawing, and the page says why', () => {
    const damaged = collectTraces(exampleReport, () => ({
      events() {
        throw new Error('line 7 is damaged')
      },
    }))
    expect(reportAsHtml(exampleReport, damaged)).toContain('Its requests cannot be shown: line 7 is damaged')
  })
  test('a service that answers with ever new texts does not make the page grow', () => {
    const events = Array.from({ length: 3_000 }, (_, index) => ({ kind: 'request', id: index, load: 'background', operation: 'read', method: 'GET', via: 'balancer', plannedAtMs: index, endedAtMs: index + 1, outcome: 'ok', instance: `i-${index}` }) as const)
    expect(collectTraces(exampleReport, onlyDrain(historyOf(events))).scenarios.get(drainScenario)!.kinds.length).toBeLessThan(600)
  })
  test('evidence shows its very requests with a link into the drawing', () => {
    const page = reportAsHtml(exampleReport, traces)
    expect(page).toContain(`<a href="#scenario-queue-draining_one-replica-drains" data-request="1406">#1406</a>`)
    expect(page).toContain('POST slow through replica-2')
  })
  test('hostile instances and answers stay text', () => {
    const hostile = collectTraces(exampleReport, onlyDrain(drainHistory({ requests: 50, instances: ['a', hostileText, 'c'], answer: hostileText })))
    const page = reportAsHtml(exampleReport, hostile)
    expect(page.match(/<script/g)).toHaveLength(3)
    expect(page).not.toContain('<img src=')
  })
})
