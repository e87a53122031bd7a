import { describe, expect, test } from 'vitest'
import { fact, intervention, platform, requests, stall } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { singletonWork } from './number-of-replicas.requirements.js'
import { effectProbe, scheduleLoad } from './schedule-watch.js'
import { scheduledWorkIsDoneOnce as check } from './scheduled-work-is-done-once.check.js'

const thresholds = thresholdValues(singletonWork, 'quick')
const judge = (...events: readonly (HistoryEvent | readonly HistoryEvent[])[]) =>
  check.evaluate(historyOf([fact('instances', ['r1', 'r2', 'r3']), fact('schedule', { periodMs: 500 }), ...events.flat()]), thresholds)

const effect = (by: string, slot: number, atMs = slot * 500 + 40, first = false): HistoryEvent => ({ kind: 'observation', probe: effectProbe, target: by, atMs, value: { slot: String(slot), first } })
/** One effect a period, from one slot to another. */
const effects = (by: string, from: number, to: number): HistoryEvent[] => Array.from({ length: to - from + 1 }, (_, index) => effect(by, from + index))
const reads = requests({ fromMs: 0, toMs: 12_000, everyMs: 100 }, { load: scheduleLoad })
const hold = intervention({ name: 'hold', target: 'r1', label: 'loss of r1', issuedAtMs: 5_100, acknowledgedAtMs: 5_110, witnessedAtMs: 5_150, undoneAtMs: 11_200 })
const release: HistoryEvent = { kind: 'observation', probe: 'release', target: 'r1', atMs: 11_100, value: {} }
const rotation: HistoryEvent = { kind: 'observation', probe: 'rotation', target: 'r1', atMs: 11_900, value: { inRotation: true } }
const before = effects('r1', 1, 10)
const after = effects('r2', 12, 22)
const sound = [effect('r1', 0, 10, true), before, reads, hold, after, release, rotation]
const but = (part: unknown, ...more: (HistoryEvent | readonly HistoryEvent[])[]) => judge(...sound.filter((one) => one !== part), ...more)

describe('scheduled work is done once', () => {
  test('passes when each period has one effect and another replica goes on', () => {
    expect(judge(...sound)).toMatchObject({ outcome: 'passed', strength: { n: 21 }, summary: 'each of 22 periods had one effect; r2 went on after r1, which had done the work, was killed, with none left out' })
  })

  test('fails when a period has two effects, by whomever and whenever, also without a kill', () => {
    expect(judge(...sound, effect('r2', 3))).toMatchObject({ outcome: 'failed', summary: '1 effect beyond the first of a period in 22 periods (allowed 0), by r2' })
    expect(judge(...sound, effect('r1', 0, 10, true)).outcome).toBe('failed')
    expect(judge(before, effects('r2', 1, 10)).outcome).toBe('failed')
  })

  test('fails when every replica names its own periods', () => {
    const many = Array.from({ length: 30 }, (_, index) => effect('r1', 100 + index, 540 + index * 160))
    expect(but(before, many)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('29 effects were seen in 4.5 s, with a period of 500 ms') })
  })

  test('fails when periods are left out, before the kill or too many after it', () => {
    expect(but(before, [...effects('r1', 1, 4), ...effects('r1', 6, 10)])).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 period had no effect while all replicas were there (allowed 0)') })
    expect(but(after, effects('r2', 16, 22))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('4 periods had no effect after r1, which did the work, had been killed (allowed 3)') })
    expect(but(after, effects('r2', 14, 22)).outcome).toBe('passed')
    expect(but(after).outcome).toBe('failed')
  })

  test('fails when the work ends after a while without the replica', () => {
    const early = Array.from({ length: 11 }, (_, index) => effect('r2', 12 + index, 6_000 + index * 10))
    expect(but(after, early)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('nothing was done in the last 5 s without r1') })
  })

  test('what is made up for late was not left out, and a late effect is none', () => {
    const madeUp = [...effects('r1', 1, 3), effect('r1', 4, 2_900), effect('r1', 5, 2_900), ...effects('r1', 6, 10)]
    expect(but(before, madeUp).outcome).toBe('passed')
    expect(but(before, [...effects('r1', 1, 9), effect('r1', 10, 5_090)]).outcome).toBe('passed')
  })

  test('is inconclusive without effects, without a kill, or when it struck another replica', () => {
    expect(judge()).toMatchObject({ outcome: 'inconclusive', summary: 'no scheduled effect was seen' })
    expect(check.evaluate(historyOf([]), thresholds)).toMatchObject({ outcome: 'inconclusive', summary: 'scheduled work was not watched' })
    expect(but(hold)).toMatchObject({ outcome: 'inconclusive', summary: 'no replica was killed' })
    expect(but(before, effects('r3', 1, 10))).toMatchObject({ outcome: 'inconclusive', summary: 'the last effect before the kill was done by r3, and r1 was killed' })
    expect(judge(...sound.slice(0, 1), reads, hold, after, release, rotation)).toMatchObject({ outcome: 'inconclusive', summary: 'no scheduled effect was seen before the kill' })
  })

  test('is inconclusive when the kill was not witnessed, or did not last', () => {
    const unseen = intervention({ name: 'hold', target: 'r1', label: 'loss of r1', issuedAtMs: 5_100, acknowledgedAtMs: 5_110 })
    expect(but(hold, unseen)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('was not witnessed') })
    expect(but(release)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('did not reach its end') })
    expect(judge(...sound, platform(7_000, 'process-started', 'r1'))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('started again before it was released') })
    expect(but(rotation)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('not seen back in rotation') })
  })

  test('is inconclusive when the kill says why it did not come about, or too little was watched after it', () => {
    const refused = hold.flatMap((event): HistoryEvent[] => (event.kind !== 'intervention' || event.phase === 'witnessed' ? [] : [event.phase === 'acknowledged' ? { ...event, phase: 'failed', error: 'no such process' } : event]))
    expect(but(hold, refused)).toMatchObject({ outcome: 'inconclusive', summary: 'the death of r1 was not witnessed: no such process' })
    expect(but(release, { ...release, atMs: 6_500 } as HistoryEvent)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('only 3 of 5 periods were watched after the kill') })
  })

  test('is inconclusive when nobody could look for long, also where it would have failed', () => {
    const blind = [...requests({ fromMs: 0, toMs: 6_000, everyMs: 100 }, { load: scheduleLoad }), ...requests({ fromMs: 10_300, toMs: 12_000, everyMs: 100 }, { load: scheduleLoad })]
    expect(but(reads, blind)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('what was done could not be read for 4') })
    expect(judge(...sound.filter((one) => one !== reads && one !== after), blind, effects('r2', 16, 22))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('what was done could not be read for 4') })
  })

  test('is inconclusive with too few periods, blind spots, strangers, or a disturbed harness', () => {
    expect(but(before, effects('r1', 7, 10))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('only 3 of 5 periods were watched before the kill') })
    expect(but(reads, requests({ fromMs: 0, toMs: 8_000, everyMs: 100 }, { load: scheduleLoad }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('could not be read for the last 3') })
    expect(but(after, effects('cron', 12, 22))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('effects were done by cron, which is no replica of the service') })
    expect(but(after, effects('cron', 12, 17), effects('other', 18, 22))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('which are no replicas of the service') })
    expect(but(after, effects('r2', 16, 22), stall(7_000, 1_200)).outcome).toBe('inconclusive')
  })
})
