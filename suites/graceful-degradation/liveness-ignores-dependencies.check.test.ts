import { describe, expect, test } from 'vitest'
import { platform, stall } from '../../core/checks/literal-events.test-support.js'
import type { Finding } from '../../core/check.js'
import type { HistoryEvent } from '../../core/history.js'
import { historyOf, outageEvents, unwitnessed, without } from './literal-degradation.test-support.js'
import { livenessIgnoresDependencies } from './liveness-ignores-dependencies.check.js'
import { release } from './names.js'

const thresholds = { outage_s: 3, samples_min: 5, liveness_failures_max: 0, restarts_max: 0 }
const judge = (events: readonly HistoryEvent[], more: Readonly<Record<string, number>> = {}): Finding => livenessIgnoresDependencies.evaluate(historyOf(events), { ...thresholds, ...more })

test('passes when liveness does', () => {
  expect(judge(outageEvents())).toMatchObject({ outcome: 'passed', strength: { n: 24 } })
})
test('a failure before or after the outage is no matter of it', () => {
  expect(judge(outageEvents((atMs) => (atMs < 900 || atMs > 4_100 ? 'fail' : 'pass'))).outcome).toBe('passed')
})
describe('failed', () => {
  test('one liveness answer that fails, whatever else', () => {
    const events = outageEvents((atMs, instance) => (atMs === 2_000 && instance === 'r1' ? 'fail' : 'pass'))
    expect(judge(events)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('r1') as string })
    expect(judge([...events, stall(2_500, 2_000)]).outcome).toBe('failed')
  })
  test('one that gives no answer, unless the harness stalled', () => {
    const events = outageEvents((atMs) => (atMs === 2_000 ? 'timeout' : 'pass'))
    expect(judge(events).outcome).toBe('failed')
    expect(judge([...events, stall(2_500, 2_000)]).outcome).toBe('inconclusive')
  })
  test('a replica that ends', () => {
    expect(judge([...outageEvents(), platform(2_000, 'process-exited', 'r0')])).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('restarted') as string })
  })
})
describe('inconclusive', () => {
  const cases: Readonly<Record<string, HistoryEvent[]>> = {
    'an empty history': [],
    'no outage': without(outageEvents(), (event) => event.kind === 'intervention'),
    'an outage nobody witnessed': unwitnessed(outageEvents()),
    'an outage without an end': without(outageEvents(), (event) => event.kind === 'observation' && event.probe === release),
    'liveness that was not asked': without(outageEvents(), (event) => event.kind === 'observation' && event.probe === 'liveness'),
    'liveness of one replica that was not asked': without(outageEvents(), (event) => event.kind === 'observation' && event.probe === 'liveness' && event.target === 'r1'),
    'no traffic': without(outageEvents(), (event) => event.kind === 'request'),
    'traffic that did not notice': outageEvents().map((event) => (event.kind === 'request' ? { ...event, outcome: 'ok' as const } : event)),
  }
  test.each(Object.entries(cases))('%s', (_name, events) => expect(judge(events).outcome).toBe('inconclusive'))
  test('too short', () => expect(judge(outageEvents(), { outage_s: 45 })).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('needs 45000 ms') as string }))
})

test('recovery may be seen by the gate that follows, and only by one that passed after the release', () => {
  const cut = outageEvents().filter((event) => event.kind !== 'request' || event.plannedAtMs < 4_000)
  const gate = (isPassed: boolean, startedAtMs: number): HistoryEvent => ({ kind: 'gate', name: 'settled', passed: isPassed, startedAtMs, atMs: startedAtMs + 1_000, requests: 96, failed: 0 })
  expect(judge(cut)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('answered again') })
  expect(judge([...cut, gate(true, 4_200)]).outcome).toBe('passed')
  expect(judge([...cut, gate(false, 4_200)]).outcome).toBe('inconclusive')
  expect(judge([...cut, gate(true, 500)]).outcome).toBe('inconclusive')
})
