import { describe, expect, test } from 'vitest'
import { historyOf, type HistoryEvent } from '../history.js'
import { bootAt, bootSightings } from './boot-sightings.js'
import { comebackOf, type Comeback } from './comeback.js'
import { counted, listed, spanned } from './counted.js'
import { platform, readies, ready, request, requests } from './literal-events.test-support.js'

const question = { instance: 'r1', issuedAtMs: 1_000, fromMs: 1_050, untilMs: Infinity, limitMs: 5_000, load: 'after' }
const comeback = (...events: HistoryEvent[]): Comeback => comebackOf(historyOf(events), question)

const before = readies({ fromMs: 100, toMs: 1_000, everyMs: 100 }, 'pass', 'boot-1')
const down = readies({ fromMs: 1_100, toMs: 3_000, everyMs: 100 }, 'refused')
const served = requests({ fromMs: 3_100, toMs: 3_200, everyMs: 10 }, { load: 'after' })

describe('an instance is back', () => {
  test('when a new boot is ready and serves', () => {
    expect(comeback(...before, ...down, ready(3_050, 'pass', 'boot-2'), ...served)).toEqual({ state: 'back', tookMs: 2_000, proof: 'boot id boot-1 became boot-2', served: 10, failing: [] })
  })

  test('without boot ids, when the platform started a process', () => {
    const seen = comeback(...readies({ fromMs: 100, toMs: 1_000, everyMs: 100 }, 'pass'), platform(1_500, 'process-started'), ready(3_050, 'pass'), ...served)
    expect(seen).toMatchObject({ state: 'back', proof: 'the platform started a new process' })
  })

  test('when the first requests fail and later ones succeed, by the time of the first success', () => {
    const early = requests({ fromMs: 3_060, toMs: 3_100, everyMs: 10 }, { load: 'after', outcome: 'error-status', status: 500 })
    expect(comeback(...before, ready(3_050, 'pass', 'boot-2'), ...early, ...served)).toMatchObject({ state: 'back', tookMs: 3_105 - 1_050 })
  })
})

describe('what the harness cancelled says nothing', () => {
  const cancelled = (fromMs: number, toMs: number): HistoryEvent[] => requests({ fromMs, toMs, everyMs: 10 }, { load: 'after', outcome: 'cancelled' })
  const readyAgain = ready(3_050, 'pass', 'boot-2')

  test('between requests that succeed, nor does it count as served', () => {
    expect(comeback(...before, ...down, readyAgain, ...served, ...cancelled(3_300, 3_800))).toMatchObject({ state: 'back', served: 10, failing: [] })
  })
  test('when there is nothing else', () => {
    expect(comeback(...before, readyAgain, ...cancelled(3_100, 9_000))).toMatchObject({ state: 'unknown', reason: expect.stringContaining('cancelled by the harness') })
  })
  test('before a first success that came in time, and hides no late one', () => {
    expect(comeback(...before, readyAgain, ...cancelled(3_060, 3_090), ...served)).toMatchObject({ state: 'back', tookMs: 2_000 })
    expect(comeback(...before, readyAgain, ...cancelled(3_060, 3_090), request(8_000, { load: 'after' }))).toMatchObject({ state: 'unknown' })
    const failedAt = (atMs: number) => request(atMs, { load: 'after', outcome: 'error-status', status: 500 })
    expect(comeback(...before, readyAgain, failedAt(3_055), ...cancelled(3_060, 3_090), request(8_000, { load: 'after' }))).toMatchObject({ state: 'unknown' })
    expect(comeback(...before, readyAgain, ...cancelled(3_060, 3_090), failedAt(7_000), request(8_000, { load: 'after' }))).toMatchObject({ state: 'late' })
  })
  test('but what fails beside it counts', () => {
    const bad = request(3_250, { load: 'after', outcome: 'error-status', status: 500 })
    expect(comeback(...before, readyAgain, ...served, bad, ...cancelled(3_300, 3_800))).toMatchObject({ state: 'back', served: 10, failing: [{ id: bad.id }] })
  })
})

describe('an instance is not back', () => {
  test('when it was watched for the whole limit and never ready', () => {
    expect(comeback(...before, ...readies({ fromMs: 1_100, toMs: 6_200, everyMs: 100 }, 'refused'))).toMatchObject({
      state: 'not-back',
      watchedMs: 5_050,
      saw: 'never ready, readiness answers: refused 51',
    })
  })

  test('when it reports ready and serves nothing', () => {
    const failing = requests({ fromMs: 3_100, toMs: 6_200, everyMs: 100 }, { load: 'after', outcome: 'error-status', status: 423 })
    expect(comeback(...before, ready(3_050, 'pass', 'boot-2'), ...failing)).toMatchObject({ state: 'not-back', saw: expect.stringContaining('status 423') })
  })

  test('when it serves once and then fails most requests', () => {
    const failing = requests({ fromMs: 3_210, toMs: 3_400, everyMs: 10 }, { load: 'after', outcome: 'reset-in-flight' })
    expect(comeback(...before, ready(3_050, 'pass', 'boot-2'), served[0]!, ...failing)).toMatchObject({ state: 'not-back', saw: 'serves only 1 of 20 requests' })
  })

  test('in time, when it is ready after the limit', () => {
    const longDown = readies({ fromMs: 1_100, toMs: 7_000, everyMs: 100 }, 'refused')
    expect(comeback(...before, ...longDown, ready(7_050, 'pass', 'boot-2'), request(7_060, { load: 'after' }))).toMatchObject({ state: 'late', tookMs: 6_000 })
  })
})

describe('nothing can be said', () => {
  test('when the limit lies between the last answer of an absent instance and the first of a present one', () => {
    const limitAtMs = question.fromMs + question.limitMs
    const downUntil = (toMs: number): HistoryEvent[] => readies({ fromMs: 1_100, toMs, everyMs: 100 }, 'refused')
    const back = (atMs: number): HistoryEvent[] => [ready(atMs, 'pass', 'boot-2'), request(atMs + 5, { load: 'after' })]
    expect(comeback(...before, ...downUntil(limitAtMs - 20), ...back(limitAtMs + 50))).toMatchObject({ state: 'unknown', reason: expect.stringContaining('it is not known whether it took more than 5 s') })
    expect(comeback(...before, ...downUntil(limitAtMs + 200), ...back(limitAtMs + 250))).toMatchObject({ state: 'late' })
    expect(comeback(...before, ...back(limitAtMs + 2_000))).toMatchObject({ state: 'unknown' })
  })
  const reason = (...events: HistoryEvent[]): string => {
    const found = comeback(...events)
    return found.state === 'unknown' ? found.reason : `not unknown but ${found.state}`
  }
  test('when nobody looked', () => {
    expect(reason()).toContain('never asked')
  })
  test('when it was not watched for as long as the limit', () => {
    expect(reason(...before, ...down)).toContain('watched for only 1.9 s of 5 s')
  })
  test('when the old boot goes on answering', () => {
    expect(reason(...before, ...readies({ fromMs: 1_100, toMs: 7_000, everyMs: 100 }, 'pass', 'boot-1'))).toContain('still answers with boot id boot-1')
  })
  test('when no boot id and no platform tells of a new process', () => {
    expect(reason(ready(3_050, 'pass'), ...served)).toContain('neither a boot id nor the platform')
  })
  test('when no request was tried after it was ready', () => {
    expect(reason(...before, ready(3_050, 'pass', 'boot-2'))).toContain('no request was sent')
  })
  test('when it was ready but was tried only shortly', () => {
    expect(reason(...before, ready(3_050, 'pass', 'boot-2'), request(3_100, { load: 'after', outcome: 'timeout' }))).toContain('served none of 1 requests')
  })
})

test('a request that succeeded just before the sampler saw readiness counts', () => {
  expect(comeback(...before, ...down, request(3_010, { load: 'after' }), ready(3_050, 'pass', 'boot-2'))).toMatchObject({ state: 'back', tookMs: 2_000 })
})

test('requests to other instances and to the old process do not count', () => {
  const elsewhere = requests({ fromMs: 3_100, toMs: 3_200, everyMs: 10 }, { load: 'after', via: 'r2' })
  const early = request(1_010, { load: 'after' })
  expect(comeback(...before, ready(3_050, 'pass', 'boot-2'), early, ...elsewhere)).toMatchObject({ state: 'unknown' })
})

test('boots are seen in readiness answers, requests and direct readings, in the order of time', () => {
  const sightings = bootSightings(
    historyOf([
      request(500, { load: 'x', instance: 'r1', boot: 'boot-2' }),
      request(600, { load: 'x', instance: 'r2', boot: 'other' }),
      ready(100, 'pass', 'boot-1'),
      { kind: 'observation', probe: 'boot-id', target: 'r1', atMs: 900, value: 'boot-3' },
    ]),
    'r1',
  )
  expect(sightings.map((one) => one.boot)).toEqual(['boot-1', 'boot-2', 'boot-3'])
  expect(bootAt(sightings, 600)).toBe('boot-2')
  expect(bootAt(sightings, 50)).toBeUndefined()
})

test('counts, lists and spans are written as people write them', () => {
  expect([counted(1, 'stop'), counted(0, 'stop'), counted(2, 'crash', 'crashes')]).toEqual(['1 stop', '0 stops', '2 crashes'])
  expect([listed([]), listed(['a']), listed(['a', 'b', 'c'])]).toEqual(['', 'a', 'a, b and c'])
  expect([spanned(850.4), spanned(2_350), spanned(9_000), spanned(120_000)]).toEqual(['850 ms', '2.4 s', '9 s', '120 s'])
})
