import { describe, expect, test } from 'vitest'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { drained, fact, intervention, request, returned, stall, unacknowledged } from './literal-history.test-support.js'
import { jobsRunningProbe, labels, loads } from './names.js'
import { completeLimitMs } from './queued-jobs.js'
import { check } from './queued-work-survives-a-drain.check.js'
import { requirements } from './requirements.js'

const thresholds = thresholdValues(requirements.find((one) => one.id === check.requirement)!, 'quick')
const queue = fact('queue', { durationMs: 400, redeliveryMs: 3_000, delivery: 'exactly-once' })
const judge = (...events: readonly (HistoryEvent | readonly HistoryEvent[])[]) => check.evaluate(historyOf([queue, ...events.flat()]), thresholds)

const keys = Array.from({ length: 40 }, (_, index) => `job-${index}`)
const queued = keys.map((key) => request(loads.jobs, 1_800, { key, status: 202 }))
const reads = (count: (key: string) => number | undefined, atMs = 9_000): RequestEvent[] =>
  keys.map((key) => {
    const found = count(key)
    return request(loads.jobEffects, atMs, { key, method: 'GET', ...(found === undefined ? { outcome: 'timeout' as const } : { captured: { count: found } }) })
  })
const done = reads(() => 1)
const running = (value: unknown, atMs = 1_950): HistoryEvent => ({ kind: 'observation', probe: jobsRunningProbe, target: 'instance-0', atMs, value: { outcome: 'read', value } })
const stop = intervention('stop', { target: 'instance-0', label: labels.behindBalancer, issuedAtMs: 4_000, acknowledgedAtMs: 5_000, witnessedAtMs: 5_000 })
const back = returned('instance-0', 7_000)
const sound = [queued, running(8), drained, stop, back, done]
const but = (part: unknown, ...more: (HistoryEvent | readonly HistoryEvent[])[]) => judge(...sound.filter((one) => one !== part), ...more)

describe('queued work survives a drain', () => {
  test('passes when every job was done once, with jobs running at the drain', () => {
    expect(judge(...sound)).toMatchObject({ outcome: 'passed', strength: { n: 8 }, summary: 'all 40 accepted jobs were done exactly once, 8 of which were running on instance-0 when it was told to drain' })
  })

  test('fails when a job was not done although it had its time, whatever else is missing', () => {
    const lost = reads((key) => (key === 'job-3' ? 0 : 1), 40_000)
    expect(but(done, lost)).toMatchObject({ outcome: 'failed', summary: '1 of 40 accepted jobs were never done (allowed 0) after instance-0 had been drained and stopped with jobs in progress' })
    expect(judge(queued, drained, lost).outcome).toBe('failed')
    const absent = [...reads(() => 1, 40_000).slice(1), request(loads.jobEffects, 40_000, { key: 'job-0', outcome: 'error-status', status: 404 })]
    expect(but(done, absent).outcome).toBe('failed')
  })

  test('is inconclusive when the reading of the jobs was cut', () => {
    expect(judge(...sound, { kind: 'incomplete', atMs: 9_100, reason: 'the deadline', cause: 'deadline' })).toMatchObject({ outcome: 'inconclusive', summary: 'the reading of the jobs did not reach its end' })
  })

  test('is inconclusive when a job was merely not done yet', () => {
    expect(but(done, reads((key) => (key === 'job-3' ? 0 : 1)))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('1 job was not done yet when last read') })
  })

  test('fails when a job was done twice, and allows what was running where at least once is declared', () => {
    const twice = reads((key) => (key === 'job-3' ? 2 : 1))
    expect(but(done, twice)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 job was done more than once (allowed 0, exactly once is declared)') })
    const atLeastOnce = fact('queue', { durationMs: 400, redeliveryMs: 3_000, delivery: 'at-least-once' })
    expect(but(done, twice, atLeastOnce)).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('at least once (1 of them again)') })
    expect(but(done, reads(() => 2), atLeastOnce)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('40 jobs were done more than once (allowed 8') })
  })

  test('the last reading holds', () => {
    expect(judge(queued, running(8), drained, stop, back, reads(() => 0, 3_000), done).outcome).toBe('passed')
  })

  test('is inconclusive without enough jobs running at the drain, or when that is not known', () => {
    expect(but(sound[1], running(4))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('only 4 jobs of 5 ran on instance-0') })
    expect(but(sound[1], running(8, 1_500))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('it is not known how many jobs ran') })
    expect(but(sound[1], running(undefined))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('it is not known how many jobs ran') })
    expect(but(sound[1]).outcome).toBe('inconclusive')
    // Read right after the drain, when it takes no more.
    expect(but(sound[1], running(8, 2_050)).outcome).toBe('passed')
    expect(but(sound[1], running(8, 2_900)).outcome).toBe('inconclusive')
  })

  test('is inconclusive without jobs, without a drain, and without a stop', () => {
    expect(check.evaluate(historyOf([]), thresholds)).toMatchObject({ outcome: 'inconclusive', summary: 'no job was queued' })
    expect(but(queued, queued.map((one) => ({ ...one, outcome: 'error-status' as const, status: 500 })))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('only 0 jobs of 40 were accepted') })
    expect(but(drained, unacknowledged)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('was not acknowledged') })
    expect(but(stop)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('was not seen to stop') })
    expect(but(back)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('it was not recorded whether instance-0 came back') })
  })

  test('is inconclusive when effects were not read, or too early to see a job done again', () => {
    expect(but(done, reads((key) => (key === 'job-3' ? undefined : 1)))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('could not be read whether 1 job was done') })
    expect(but(done, reads(() => 1, 7_900))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('40 jobs may still be done again') })
  })

  test('lateness is not held against the service when the harness was disturbed', () => {
    expect(but(done, reads((key) => (key === 'job-3' ? 0 : 1), 40_000), stall(10_000, 3_000)).outcome).toBe('inconclusive')
  })
})

test('the limit is that of the requirement, or what the declared times allow for', () => {
  expect(completeLimitMs(60, { durationMs: 400, redeliveryMs: 3_000 }, 40)).toBe(4 * 3_400 + 16_000)
  expect(completeLimitMs(60, { durationMs: 10_000, redeliveryMs: 30_000 }, 40)).toBe(60_000)
})
