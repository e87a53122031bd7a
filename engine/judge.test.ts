import { describe, expect, test } from 'vitest'
import { failed, inconclusive, passed, strengthOf, type Check, type Finding } from '../core/check.js'
import { historyOf, type HistoryEvent } from '../core/history.js'
import { processorWaitProbe } from '../core/processor-waits.js'
import { observationsOf } from '../core/reading.js'
import { judge } from './judge.js'

const gate = (isPassed: boolean): HistoryEvent => ({ kind: 'gate', name: 'baseline', passed: isPassed, startedAtMs: 0, atMs: 10, requests: 100, failed: isPassed ? 0 : 9, ...(isPassed ? {} : { reason: '9 of 100 requests failed' }) })
const incomplete = (cause: 'intervention' | 'deadline' | 'harness' | 'interrupted'): HistoryEvent => ({ kind: 'incomplete', atMs: 20, reason: 'the kill could not be sent', cause })
const answering = (finding: Finding): Check => ({ id: 'answer', requirement: 'TEST-01', evaluate: () => finding })
const outcome = (events: readonly HistoryEvent[], check: Check) => judge(historyOf(events), [check], () => ({}))[0]?.finding

describe('assumptions come first', () => {
  test('a healthy baseline lets the check speak', () => {
    expect(outcome([gate(true)], answering(passed('fine')))?.outcome).toBe('passed')
    expect(outcome([gate(true)], answering(failed('bad')))?.outcome).toBe('failed')
  })
  test('a baseline that was not healthy makes everything inconclusive and names the probe', () => {
    for (const finding of [passed('fine'), failed('bad')]) {
      const found = outcome([gate(false)], answering(finding))
      expect(found?.outcome).toBe('inconclusive')
      expect(found?.summary).toContain('9 of 100 requests failed')
    }
  })
  test('a baseline that was never checked cannot pass', () => {
    expect(outcome([], answering(passed('fine')))?.outcome).toBe('inconclusive')
  })
})

describe('an exercise that did not reach its end', () => {
  test.each(['intervention', 'deadline', 'interrupted'] as const)('cannot pass (%s)', (cause) => {
    const found = outcome([gate(true), incomplete(cause)], answering(passed('fine')))
    expect(found?.outcome).toBe('inconclusive')
    expect(found?.summary).toContain('the kill could not be sent')
  })
  test('keeps a failure that was witnessed', () => {
    expect(outcome([gate(true), incomplete('intervention')], answering(failed('bad')))?.outcome).toBe('failed')
  })
  test('a failure after an interrupt may only mean that nobody waited', () => {
    expect(outcome([gate(true), incomplete('interrupted')], answering(failed('bad')))?.outcome).toBe('inconclusive')
  })
  test('a fault of the harness is never charged to the service', () => {
    expect(outcome([gate(true), incomplete('harness')], answering(failed('bad')))?.outcome).toBe('error')
    expect(outcome([incomplete('harness')], answering(passed('fine')))?.outcome).toBe('error')
  })
})

test('a check that breaks gives error, and does not hide the others', () => {
  const broken: Check = { id: 'broken', requirement: 'TEST-01', evaluate: () => { throw new Error('no such window') } }
  const found = judge(historyOf([gate(true)]), [broken, answering(passed('fine'))], () => ({}))
  expect(found.map((one) => one.finding.outcome)).toEqual(['error', 'passed'])
  expect(found[0]?.finding.summary).toContain('no such window')
})

test.each([['an unknown outcome', { outcome: 'fail', summary: 'lost', evidence: [] }], ['no finding', undefined]])('%s is an error of that check alone', (_, answer) => {
  const odd: Check = { id: 'odd', requirement: 'TEST-01', evaluate: () => answer as Finding }
  const found = judge(historyOf([gate(true)]), [odd, answering(failed('bad'))], () => ({}))
  expect(found.map((one) => one.finding.outcome)).toEqual(['error', 'failed'])
  expect(found[0]?.finding.summary).toContain('odd')
})

test('a pass of nothing is none', () => {
  expect(outcome([gate(true)], answering(passed('all 0 jobs were done', [], { strength: strengthOf(0) })))).toMatchObject({ outcome: 'inconclusive', summary: 'nothing was observed: all 0 jobs were done' })
  expect(outcome([gate(true)], answering(passed('all 5 jobs were done', [], { strength: strengthOf(5) })))?.outcome).toBe('passed')
})

test('a harness that broke after a fault could not be made: not even a failure is believed', () => {
  expect(outcome([gate(true), incomplete('intervention')], answering(failed('bad')))?.outcome).toBe('failed')
  expect(outcome([gate(true), incomplete('intervention'), incomplete('harness')], answering(failed('bad')))?.outcome).toBe('error')
  expect(outcome([gate(true), incomplete('deadline'), incomplete('interrupted')], answering(failed('bad')))?.outcome).toBe('inconclusive')
})

describe('a replica that waited for a processor', () => {
  const wait: HistoryEvent = { kind: 'observation', probe: processorWaitProbe, target: 'replica-0', atMs: 15, value: { waitedMs: 900, ranMs: 100, windowMs: 1_000, serviceRanMs: 100, capacityMs: 2_000 } }
  const seen = (without: Finding, withWaits: Finding): Check => ({ id: 'seen', requirement: 'TEST-01', evaluate: (history) => (observationsOf(history, processorWaitProbe).length === 0 ? without : withWaits) })
  const found = (without: Finding, withWaits: Finding) => outcome([gate(true), wait], seen(without, withWaits))?.outcome

  test('is no reason to doubt a service that passes all the same', () => expect(found(passed('fine'), inconclusive('starved'))).toBe('passed'))
  test('makes a failure doubtful, and never a pass of it', () => {
    expect(found(failed('late'), inconclusive('starved'))).toBe('inconclusive')
    expect(found(failed('late'), passed('fine without those'))).toBe('failed')
    expect(found(failed('late'), failed('late'))).toBe('failed')
  })
  test('changes nothing else', () => expect(found(inconclusive('too few'), passed('fine'))).toBe('inconclusive'))
})
