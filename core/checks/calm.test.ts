import { describe, expect, test } from 'vitest'
import { failed, passed } from '../check.js'
import { historyOf, type HistoryEvent, type RequestEvent } from '../history.js'
import { believed, delayMs, disturbances, isCalm } from './calm.js'

const request = (plannedAtMs: number, endedAtMs: number, more: Partial<RequestEvent> = {}): RequestEvent =>
  ({ kind: 'request', id: 1, load: 'background', operation: 'read', method: 'GET', via: 'balancer', plannedAtMs, endedAtMs, outcome: 'ok', ...more })
const stall = (atMs: number, maxMs: number): HistoryEvent => ({ kind: 'observation', probe: 'event-loop-delay', target: 'harness', atMs, value: { maxMs, windowMs: 250 } })
const span = { fromMs: 1_000, toMs: 2_000 }

test('a long stall, a late schedule and a lost or late echo disturb until an ejection window later, short ones do not', () => {
  const history = historyOf([
    { kind: 'fact', name: 'ejectWindowMs', value: 500, atMs: 0 },
    stall(5_000, 1_500),
    stall(6_000, 900),
    { kind: 'observation', probe: 'schedule-slip', target: 'harness', atMs: 6_500, value: { load: 'background', slipMsMax: 1_100, planned: 10 } },
    { kind: 'observation', probe: 'schedule-slip', target: 'harness', atMs: 7_500, value: { load: 'background', slipMsMax: 200, planned: 10 } },
    request(8_000, 9_000, { load: 'null-control', outcome: 'timeout' }),
    request(10_500, 11_600, { load: 'null-control' }),
    request(12_000, 12_250, { load: 'null-control' }),
  ])
  expect(disturbances(history, { fromMs: 0, toMs: 13_000 })).toEqual([
    { fromMs: 3_500, toMs: 7_000 },
    { fromMs: 8_000, toMs: 9_500 },
    { fromMs: 10_500, toMs: 12_100 },
  ])
  expect(disturbances(history, { fromMs: 12_200, toMs: 13_000 })).toEqual([])
})

test.each([
  [500, 900, true],
  [500, 1_100, false],
  [1_100, 1_200, false],
  [1_900, 2_500, false],
  [500, 2_500, false],
  [2_100, 2_500, true],
])('a request from %i to %i ms is calm beside a disturbance of the second second: %s', (plannedAtMs, endedAtMs, calm) => {
  expect(isCalm([span])(request(plannedAtMs, endedAtMs))).toBe(calm)
})

test('a delay is what of the disturbances lies in the window', () => {
  expect(delayMs([span, { fromMs: 2_400, toMs: 9_000 }], { fromMs: 1_500, toMs: 2_500 })).toBe(600)
  expect(delayMs([span], { fromMs: 3_000, toMs: 4_000 })).toBe(0)
})

describe('a failure', () => {
  const window = { fromMs: 0, toMs: 10_000 }
  const disturbed = historyOf([stall(5_000, 1_500)])
  test('stands when nothing disturbed it, or when it is one without what was disturbed', () => {
    expect(believed(failed('all'), historyOf([]), { window, calmly: () => passed('none') })).toEqual(failed('all'))
    expect(believed(failed('all'), disturbed, { window, calmly: () => failed('some') })).toEqual(failed('some'))
  })
  test('is unknown when only the aftermath of a disturbance reaches into the window', () => {
    expect(believed(failed('all'), disturbed, { window: { fromMs: 5_500, toMs: 10_000 }, calmly: () => passed('none') })).toMatchObject({ outcome: 'inconclusive', summary: 'the harness was too busy near these failures to charge them to the service: all' })
  })
  test('is unknown when a request of the window was still under way in a disturbance after it, and stands when none was', () => {
    const later = historyOf([stall(13_000, 1_500)])
    const judge = (requests: readonly RequestEvent[]) => (requests.length > 0 ? failed('all') : passed('none'))
    const asked = (...requests: RequestEvent[]) => believed(judge(requests), later, { window, calmly: (spans) => judge(requests.filter(isCalm(spans))) })
    expect(asked(request(9_900, 12_500)).outcome).toBe('inconclusive')
    expect(asked(request(9_900, 12_500), request(9_900, 10_500))).toEqual(failed('all'))
  })
  test('is unknown otherwise, and a pass is left alone', () => {
    expect(believed(failed('all'), disturbed, { window, calmly: () => passed('none') })).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('1500 ms') })
    expect(believed(passed('fine'), disturbed, { window, calmly: () => failed('never asked') })).toEqual(passed('fine'))
  })
})
