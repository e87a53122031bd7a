import { describe, expect, test } from 'vitest'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { check } from './a-drain-can-be-undone.check.js'
import { every, fact, intervention, nullControl, platform, request, sample, stall } from './literal-history.test-support.js'
import { labels, loads } from './names.js'
import { requirements } from './requirements.js'

const thresholds = thresholdValues(requirements.find((one) => one.id === check.requirement)!, 'quick')
const judge = (...events: readonly (HistoryEvent | readonly HistoryEvent[])[]) => check.evaluate(historyOf([fact('instances', ['r0', 'r1', 'r2']), ...events.flat()]), thresholds)

const drain = intervention('drain', { target: 'r0', label: 'drain-1', issuedAtMs: 1_000, acknowledgedAtMs: 1_020, witnessedAtMs: 1_100 })
const undrain = intervention('undrain', { target: 'r0', label: labels.undone, issuedAtMs: 4_000, acknowledgedAtMs: 4_010, witnessedAtMs: 4_100 })
const samples = (fromMs: number, toMs: number, outcome: string, boot = 'boot-1'): HistoryEvent[] => every({ fromMs, toMs, everyMs: 100 }, (atMs) => sample('readiness', 'r0', atMs, outcome, boot))
const before = samples(0, 1_000, 'pass')
const whileDrained = samples(1_050, 4_000, 'fail')
const after = samples(4_050, 7_000, 'pass')
/** One request every 20 ms, answered by these in turn. */
const traffic = (fromMs: number, toMs: number, instances: readonly string[], more: Partial<RequestEvent> = {}): HistoryEvent[] =>
  every({ fromMs, toMs, everyMs: 20 }, (atMs, index) => request(loads.background, atMs, { instance: instances[index % instances.length]!, boot: 'boot-1', ...more }))
const all = ['r0', 'r1', 'r2']
const others = ['r1', 'r2']
const sharedBefore = [...traffic(0, 1_000, all), ...traffic(1_000, 1_500, all), ...traffic(1_500, 4_000, others)]
const shared = traffic(4_300, 7_000, all)
const sound = [drain, undrain, before, whileDrained, after, sharedBefore, shared]

describe('a drain can be undone', () => {
  test('passes when the same process is ready and has its share again, and nothing failed', () => {
    const finding = judge(...sound)
    expect(finding).toMatchObject({ outcome: 'passed' })
    expect(finding.summary).toBe('r0 was ready again 43 ms after its drain was undone, got 20 of 60 requests (fair share 1/3), as the same process, and none of 135 requests failed')
  })

  test('fails when readiness goes on failing, or passes too late', () => {
    expect(judge(drain, undrain, before, whileDrained, samples(4_050, 9_800, 'fail'), sharedBefore, traffic(4_300, 9_900, others))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('it was not ready for 5.7 s (allowed 5 s)') })
    const late = judge(drain, undrain, before, whileDrained, samples(4_050, 9_400, 'fail'), samples(9_450, 12_000, 'pass'), sharedBefore, traffic(4_300, 9_500, others), traffic(9_500, 12_000, all))
    expect(late).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('ready only after 5.4 s') })
  })

  test('fails when the undrain is refused and the replica stays out', () => {
    const refused = intervention('undrain', { target: 'r0', label: labels.undone, issuedAtMs: 4_000, error: 'found 500' })
    expect(judge(drain, refused, before, whileDrained, samples(4_050, 9_800, 'fail'), sharedBefore, traffic(4_300, 9_900, others))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('the undrain was not accepted (found 500)') })
    expect(judge(drain, refused, before, whileDrained, samples(4_050, 6_000, 'fail'), sharedBefore, traffic(4_300, 6_000, others)).outcome).toBe('inconclusive')
  })

  test('fails when another process came back, when readiness turned back, and when a request failed', () => {
    expect(judge(drain, undrain, before, whileDrained, samples(4_050, 7_000, 'pass', 'boot-2'), sharedBefore, shared)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('another process') })
    expect(judge(...sound, platform('process-exited', 'r0', 4_200))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('another process') })
    expect(judge(...sound, samples(5_010, 5_200, 'fail'))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('readiness failed again 2 times') })
    const lost = request(loads.background, 5_000, { outcome: 'error-status', status: 502 })
    expect(judge(...sound, lost)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 of 136 requests through the balancer failed (error-status 1; allowed 0)') })
  })

  test('fails when it never gets its share, and cannot tell when it was not watched for long enough', () => {
    const ready = samples(4_050, 36_000, 'pass')
    expect(judge(drain, undrain, before, whileDrained, ready, sharedBefore, traffic(4_300, 36_000, others)).summary).toContain('it got only 0 of the last 60 requests in 32 s')
    expect(judge(drain, undrain, before, whileDrained, after, sharedBefore, traffic(4_300, 7_000, others)).summary).toContain('too few to tell its share')
  })

  test('is inconclusive when nothing was undone, or the drain ends in an exit', () => {
    expect(judge(drain, before, sharedBefore)).toMatchObject({ outcome: 'inconclusive', summary: 'no drain was undone' })
    expect(judge(...sound, fact('drain', { endsInExit: true })).outcome).toBe('inconclusive')
    expect(judge(...sound, platform('process-exited', 'r0', 3_000))).toMatchObject({ outcome: 'inconclusive', summary: 'r0 had exited before its drain was undone' })
  })

  test('is inconclusive when nothing but the acknowledgement showed the drain', () => {
    const unseen = intervention('drain', { target: 'r0', label: 'drain-1', issuedAtMs: 1_000, acknowledgedAtMs: 1_020 })
    expect(judge(unseen, undrain, before, samples(1_050, 4_000, 'pass'), after, sharedBefore, shared)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('nothing on r0 showed that it was draining') })
  })

  test('is inconclusive without traffic, without names in the answers, and when the share never fell to zero', () => {
    expect(judge(drain, undrain, before, whileDrained, after).outcome).toBe('inconclusive')
    const nameless = { instance: undefined } as unknown as Partial<RequestEvent>
    expect(judge(drain, undrain, before, whileDrained, after, traffic(0, 4_000, all, nameless), traffic(4_300, 7_000, all, nameless)).outcome).toBe('inconclusive')
    expect(judge(drain, undrain, before, whileDrained, after, traffic(0, 4_000, all), shared)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('did not fall to zero') })
  })

  test('fails when it gets its share too late', () => {
    const late = [...traffic(4_300, 35_000, others), ...traffic(35_000, 38_000, all)]
    expect(judge(drain, undrain, before, whileDrained, samples(4_050, 38_000, 'pass'), sharedBefore, late)).toMatchObject({ outcome: 'failed', summary: expect.stringMatching(/it got its share only after 3\d s \(allowed 30 s\)/) })
  })

  test('is inconclusive without a drain before, and when nothing tells one process from another', () => {
    expect(judge(undrain, before, after, sharedBefore, shared)).toMatchObject({ outcome: 'inconclusive', summary: 'r0 was not drained before' })
    const bootless = sound.flat().map((event): HistoryEvent => {
      if (event.kind === 'observation') return { ...event, value: { ...(event.value as object), boot: undefined } }
      if (event.kind !== 'request') return event
      const { boot: _boot, ...rest } = event
      return rest
    })
    expect(judge(bootless)).toMatchObject({ outcome: 'inconclusive', summary: 'nothing tells whether r0 was the same process' })
  })

  test('is inconclusive when the harness was disturbed, also where it would have failed', () => {
    expect(judge(...sound, stall(5_000, 1_500)).outcome).toBe('inconclusive')
    expect(judge(...sound, nullControl({ fromMs: 5_000, toMs: 5_100, everyMs: 50 }, 'timeout'))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('null control') })
    expect(judge(...sound, request(loads.background, 5_000, { outcome: 'timeout' }), stall(5_000, 1_500)).outcome).toBe('inconclusive')
  })
})
