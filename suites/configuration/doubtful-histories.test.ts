import { describe, expect, test } from 'vitest'
import { archivesAreRestored } from './archives-are-restored.check.js'
import { archivesAreText } from './archives-are-text.check.js'
import { archivesCanBeCompared } from './archives-can-be-compared.check.js'
import { archivingIsHarmless } from './archiving-is-harmless.check.js'
import { freshInstancesNeedNobody } from './fresh-instances-need-nobody.check.js'
import { archive, changed, echoLost, judge, said, stall, textOf, wholeHistory, withRequests } from './literal-history.test-support.js'

/** Histories that are right but for one thing which is seldom wrong. */

const inconclusive = (text: string) => ({ outcome: 'inconclusive', summary: expect.stringContaining(text) as string })
const failed = (text: string) => ({ outcome: 'failed', summary: expect.stringContaining(text) as string })

describe('archives are restored', () => {
  test('an archive that never held what was applied shows nothing of a restore', () => {
    const other = textOf('A').replace('north', 'east')
    expect(judge(archivesAreRestored, changed(['A', 'A once more'].map((label) => ({ probe: 'archive', label })), archive('A', 4_400, other), archive('A once more', 4_500, other)))).toMatchObject(inconclusive('title of the archived configuration is not what had been applied'))
  })
  test('a restore in place that takes too long fails, unless the harness was disturbed', () => {
    expect(judge(archivesAreRestored, wholeHistory(), { restore_within_s: 0.1 })).toMatchObject(failed('the restore took'))
    expect(judge(archivesAreRestored, [...wholeHistory(), echoLost(5_550)], { restore_within_s: 0.1 }).outcome).toBe('inconclusive')
  })
})

describe('archives can be compared', () => {
  test('two archives of one configuration, one of which is no yaml, differ in their text', () => {
    expect(judge(archivesCanBeCompared, changed([{ probe: 'archive', label: 'A once more' }], archive('A once more', 4_500, '{{{')))).toMatchObject(failed('the text changed'))
  })
})

describe('archives are text', () => {
  test('without the archive that was written again there is no round trip', () => {
    expect(judge(archivesAreText, changed([{ probe: 'archive', label: 'A' }], archive('A', 4_400, '', { ok: false })))).toMatchObject({ outcome: 'inconclusive' })
  })
})

describe('archiving is harmless', () => {
  test('what a stall of ours may hide, and a latency that may lie on either side of its limit, is told from a pass', () => {
    const frozen = withRequests({ fromMs: 2_500, toMs: 3_500 }, (one) => (one.instance === 'r1' ? { endedAtMs: 3_505 } : {}))
    expect(judge(archivingIsHarmless, [...frozen, stall(3_500, 900)])).toMatchObject(inconclusive('the harness itself stood still for all but'))
    const few = withRequests({ fromMs: 2_000, toMs: 4_000 }, (one) => (one.plannedAtMs % 200 === 0 ? { endedAtMs: one.plannedAtMs + 400 } : {}))
    expect(judge(archivingIsHarmless, few)).toMatchObject(inconclusive('of the latency while archives were taken is between'))
  })
  test('fewer overlapping requests than are asked for are no pass', () => {
    expect(judge(archivingIsHarmless, wholeHistory(), { overlapping_min: 10_000 })).toMatchObject(inconclusive('requests overlapped an archive, needs 10000'))
  })
  test('answers that do not say who gave them are taken as those of the service', () => {
    const some = withRequests({ fromMs: 2_500, toMs: 3_500 }, (one) => (one.plannedAtMs % 70 === 0 ? { instance: undefined as never } : {}))
    expect(judge(archivingIsHarmless, some)).toMatchObject({ outcome: 'passed' })
    const stalled = some.map((event) => (event.kind === 'request' && event.instance === undefined && event.load === 'background' ? { ...event, endedAtMs: 3_900 } : event))
    expect(judge(archivingIsHarmless, stalled)).toMatchObject(failed('the service completed no request for'))
  })
  test('instances that complete next to nothing each cannot be seen to stall', () => {
    const many = withRequests({ fromMs: 0, toMs: 20_000 }, (one) => ({ instance: `r${Math.floor(one.plannedAtMs / 40)}`, boot: 'boot' }))
    expect(judge(archivingIsHarmless, many)).toMatchObject({ outcome: 'inconclusive' })
  })
})

describe('fresh instances need nobody', () => {
  test('one that is ready too late fails, unless the harness was disturbed', () => {
    expect(judge(freshInstancesNeedNobody, wholeHistory(), { ready_within_s: 1 })).toMatchObject(failed('ready only after'))
    expect(judge(freshInstancesNeedNobody, [...wholeHistory(), echoLost(13_000)], { ready_within_s: 1 }).outcome).toBe('inconclusive')
  })
  test('one that was given what cannot be parsed is held to nothing', () => {
    expect(judge(freshInstancesNeedNobody, changed([{ probe: 'fresh-given' }], said('fresh-given', 'apart-fresh', 12_100, { label: 'fresh', text: '{{{' })))).toMatchObject(inconclusive('what apart-fresh was given is no yaml'))
  })
})
