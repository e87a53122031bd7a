import { describe, expect, test } from 'vitest'
import { request } from './checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent, type Selection } from './history.js'
import { disturbedHarness, requestsOf } from './reading.js'

const window = { fromMs: 1_000, toMs: 2_000 }
const stall = (atMs: number, maxMs: number): HistoryEvent => ({ kind: 'observation', probe: 'event-loop-delay', target: 'harness', atMs, value: { maxMs, windowMs: 250 } })
const echo = (plannedAtMs: number, endedAtMs: number, outcome: 'ok' | 'timeout' = 'ok'): HistoryEvent => request(plannedAtMs, { load: 'null-control', endedAtMs, outcome })
const summary = (events: readonly HistoryEvent[], limitMs: number): string | undefined => disturbedHarness(historyOf(events), window, limitMs)?.summary

describe('a window in which the harness was disturbed', () => {
  test.each([
    ['stalled for longer than the limit', [stall(1_500, 400)], 300, 'the harness stalled for 400 ms'],
    ['stalled, but less than the limit', [stall(1_500, 400)], 500, undefined],
    ['stalled long before', [stall(500, 400)], 300, undefined],
    ['lost a request to its own echo server', [echo(1_500, 1_600, 'timeout')], 300, 'null control failed too: 1 of 1'],
  ])('%s', (_, events, limitMs, expected) => {
    if (expected === undefined) expect(summary(events, limitMs)).toBeUndefined()
    else expect(summary(events, limitMs)).toContain(expected)
  })
})

describe('a starved machine', () => {
  test('is seen by an echo that waited longer than the limit, also when it was sent before the window', () => {
    expect(summary([echo(1_500, 2_700)], 1_000)).toContain('our own echo server needed 1200 ms')
    expect(summary([echo(500, 1_700)], 1_000)).toContain('our own echo server needed 1200 ms')
    expect(summary([echo(2_100, 3_700)], 1_000)).toBeUndefined()
  })
  test('is not seen in one echo of less than half a second, however short the limit', () => {
    expect(summary([echo(1_500, 1_900)], 50)).toBeUndefined()
    expect(summary([echo(1_500, 2_001)], 50)).toContain('starved')
  })
})

test('a selection says of a window its ends alone, whatever else the span carries', () => {
  const asked: Selection[] = []
  const select = (selection: Selection): readonly HistoryEvent[] => {
    asked.push(selection)
    return [echo(1_500, 1_501)]
  }
  const span = { fromMs: 1_000, toMs: 2_000, kind: 'refuse', load: 'another' }
  expect(requestsOf({ events: () => [], select }, 'null-control', span)).toHaveLength(1)
  expect(asked).toEqual([{ kind: 'request', load: 'null-control', fromMs: 1_000, toMs: 2_000 }])
})
