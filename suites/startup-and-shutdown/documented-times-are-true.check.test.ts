import { describe, expect, test } from 'vitest'
import { fact, intervention, readies, ready, stall } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { documentedTimesAreTrue as check } from './documented-times-are-true.check.js'
import { timesAreDocumented } from './documented-times.requirements.js'

const thresholds = thresholdValues(timesAreDocumented, 'quick')
const documented = fact('documentedTimes', { startMs: 5_000, stopMs: 3_000, where: 'README.md' })
const judge = (...events: readonly (HistoryEvent | readonly HistoryEvent[])[]) => check.evaluate(historyOf([documented, ...events.flat()]), thresholds)

const stop = (durationMs: number, more: object = {}): HistoryEvent[] => [
  ...intervention({ name: 'stop', label: 'stop-idle-1', issuedAtMs: 1_000, acknowledgedAtMs: 1_000 + durationMs, witnessedAtMs: 1_001 + durationMs }),
  { kind: 'observation', probe: 'stop-result', target: 'r1', atMs: 1_000 + durationMs, value: { exitCode: 0, signal: null, killed: false, durationMs, survivors: [], ...more } },
]
const start = (issuedAtMs = 10_000, label = 'start-1'): HistoryEvent[] => intervention({ name: 'start', label, issuedAtMs, acknowledgedAtMs: issuedAtMs + 20, witnessedAtMs: issuedAtMs + 25 })
const unready = (toMs: number, fromMs = 10_050): HistoryEvent[] => readies({ fromMs, toMs, everyMs: 50 }, 'refused')

describe('documented times are true', () => {
  test('passes when starts and stops stay within them', () => {
    expect(judge(stop(2_000), start(), unready(12_000), ready(12_050, 'pass'))).toMatchObject({
      outcome: 'passed',
      summary: 'the slowest of 1 start took 2 s (documented 5 s), the slowest of 1 stop 2 s (documented 3 s)',
    })
  })

  test('fails when one start or stop took longer, or never ended', () => {
    expect(judge(stop(2_000), start(), unready(15_500), ready(15_600, 'pass'))).toMatchObject({ outcome: 'failed', summary: 'start-1 of r1 took 5.6 s, documented are 5 s (documented in README.md)' })
    expect(judge(start(), unready(16_000))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('start-1 of r1 was not ready after 6 s') })
    expect(judge(stop(4_000), start(), ready(12_000, 'pass'))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('stop-idle-1 of r1 took 4 s') })
    expect(judge(stop(10_000, { killed: true }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('had not ended after 10 s') })
  })

  test('a start that was slowed down by us is left out', () => {
    const slowed = intervention({ name: 'fault-dependency', target: 'db', label: 'start-2', issuedAtMs: 19_900, acknowledgedAtMs: 19_950 })
    const second = [...slowed, ...start(20_000, 'start-2'), ready(29_000, 'pass')]
    expect(judge(stop(2_000), start(), ready(12_000, 'pass'), second).outcome).toBe('passed')
    expect(judge(stop(2_000), second).summary).toContain('only 0 of 1 start could be measured')
  })

  test('is inconclusive when nothing is documented, measured, or watched for long enough', () => {
    expect(check.evaluate(historyOf([]), thresholds)).toMatchObject({ outcome: 'inconclusive', summary: 'no documented times are known' })
    expect(judge()).toMatchObject({ outcome: 'inconclusive', summary: 'only 0 of 1 start could be measured and only 0 of 1 stop could be measured' })
    expect(judge(stop(2_000), start(), unready(12_000))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('the end of start-1 of r1 was not seen in') })
    expect(judge(stop(2_000), intervention({ name: 'start', label: 'start-1', issuedAtMs: 10_000 }), ready(12_000, 'pass')).outcome).toBe('inconclusive')
  })

  test('is inconclusive when the harness was disturbed in a start that took too long', () => {
    expect(judge(stop(2_000), start(), unready(15_500), ready(15_600, 'pass'), stall(14_000, 800)).outcome).toBe('inconclusive')
    expect(judge(stop(2_000), start(), unready(12_000), ready(12_050, 'pass'), stall(11_000, 800)).outcome).toBe('passed')
  })
})
