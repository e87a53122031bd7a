import { describe, expect, test } from 'vitest'
import { fact, intervention, platform, readies, ready, request, requests } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { comesBackAfterDeath } from './recovery.requirements.js'
import { restartedByItselfAfterACrash } from './restarted-by-itself-after-a-crash.check.js'

const thresholds = thresholdValues(comesBackAfterDeath, 'quick', { restart_to_ready_s: 5 })
const judge = (...events: readonly HistoryEvent[]) => restartedByItselfAfterACrash.evaluate(historyOf(events), thresholds)

const up = (fromMs: number, toMs: number, boot: number): HistoryEvent[] => readies({ fromMs, toMs, everyMs: 100 }, 'pass', `boot-${boot}`)
const kill = (number: number, atMs: number, witnessed = true): HistoryEvent[] =>
  intervention({ name: 'kill', label: `kill-${number}`, issuedAtMs: atMs, acknowledgedAtMs: atMs + 10, ...(witnessed ? { witnessedAtMs: atMs + 40 } : {}) })
const back = (number: number, atMs: number): HistoryEvent[] => [
  ...readies({ fromMs: atMs - 1_500, toMs: atMs, everyMs: 100 }, 'refused'),
  ready(atMs, 'pass', `boot-${number + 1}`),
  ...requests({ fromMs: atMs + 50, toMs: atMs + 250, everyMs: 10 }, { load: `after-kill-${number}` }),
]
const first = [...up(0, 2_000, 1), ...kill(1, 2_000), ...back(1, 4_000)]
const second = [...up(4_100, 6_000, 2), ...kill(2, 6_000), ...back(2, 8_000)]
const absent = readies({ fromMs: 2_100, toMs: 8_500, everyMs: 100 }, 'refused')

describe('passed', () => {
  test('when a new boot serves after every kill', () => {
    const finding = judge(...first, ...second)
    expect(finding).toMatchObject({ outcome: 'passed', strength: { n: 2 } })
    expect(finding.summary).toContain('after each of 2 kills, the slowest after 2 s, allowed 5 s')
    expect(finding.evidence[1]?.note).toContain('boot id boot-2 became boot-3')
  })

  test('without boot ids, when the platform reports the new process', () => {
    const withoutBoots = [...first, ...second].map((event) => (event.kind === 'observation' ? { ...event, value: { outcome: (event.value as { outcome: string }).outcome } } : event))
    expect(judge(...withoutBoots, platform(3_000, 'process-started'), platform(7_000, 'process-started')).outcome).toBe('passed')
    expect(judge(...withoutBoots).outcome).toBe('inconclusive')
  })
})

describe('failed', () => {
  test('when it never comes back', () => {
    const finding = judge(...up(0, 2_000, 1), ...kill(1, 2_000), ...absent)
    expect(finding.outcome).toBe('failed')
    expect(finding.summary).toContain('r1 after kill-1: not back after 6.4 s')
    expect(finding.evidence[0]).toMatchObject({ measured: 6_390, allowed: 5_000, unit: 'ms' })
  })

  test('when it comes back the first time only', () => {
    const gone = readies({ fromMs: 6_100, toMs: 12_000, everyMs: 100 }, 'refused')
    expect(judge(...first, ...up(4_100, 6_000, 2), ...kill(2, 6_000), ...gone)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('kill-2') })
  })

  test('when it comes back too late', () => {
    expect(judge(...up(0, 2_000, 1), ...kill(1, 2_000), ...back(1, 7_500))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('only after 5.5 s') })
  })

  test('when some requests fail after it served again', () => {
    const bad = requests({ fromMs: 4_250, toMs: 4_340, everyMs: 10 }, { load: 'after-kill-1', outcome: 'error-status', status: 500 })
    const finding = judge(...first, ...bad, ...second)
    expect(finding).toMatchObject({ outcome: 'failed', summary: 'r1 after kill-1: 9 of 29 requests failed once it served again, allowed none' })
    expect(finding.evidence[0]?.requests).toEqual(bad.map((one) => one.id))
  })

  test('when one hangs, although the others were not tried any more', () => {
    const few = [...first, ...second].filter((event) => event.kind !== 'request' || event.load !== 'after-kill-2' || event.plannedAtMs < 8_080)
    expect(judge(...few, request(8_090, { load: 'after-kill-2', outcome: 'timeout' })).outcome).toBe('failed')
  })

  test('but not by what fails before the first success: that is a matter of readiness', () => {
    expect(judge(...first, ...second, request(4_010, { load: 'after-kill-1', outcome: 'error-status', status: 500 })).outcome).toBe('passed')
  })

  test('and says so when nothing restarts it by declaration', () => {
    expect(judge(fact('restartPolicy', { replicas: 'never' }), ...up(0, 2_000, 1), ...kill(1, 2_000), ...absent).summary).toContain('nothing restarts it')
  })
})

describe('inconclusive', () => {
  test.each<[string, readonly HistoryEvent[], string]>([
    ['nothing was killed', up(0, 2_000, 1), 'no process was killed'],
    ['the history is empty', [], 'no process was killed'],
    ['a kill was not witnessed', [...up(0, 2_000, 1), ...kill(1, 2_000, false), ...back(1, 4_000), ...second], 'kill-1 was not witnessed'],
    ['an unwitnessed kill is followed by absence', [...up(0, 2_000, 1), ...kill(1, 2_000, false), ...absent], 'not witnessed'],
    ['too few kills took place', first, 'only 1 restart of 2'],
    ['it was watched too shortly', [...first, ...up(4_100, 6_000, 2), ...kill(2, 6_000), ...readies({ fromMs: 6_100, toMs: 7_000, everyMs: 100 }, 'refused')], 'watched for only'],
    ['the harness started it', [...first, ...second, ...intervention({ name: 'start', label: 'helped', issuedAtMs: 7_000 })], 'the harness itself made the start'],
    ['it was killed too young', [platform(1_500, 'process-started'), ...up(0, 2_000, 1), ...kill(1, 2_000), ...absent], 'before it had been up for 1 s'],
    ['nothing shows how long it had been up', [...kill(1, 2_000), ...back(1, 4_000), ...second].filter((event) => event.kind !== 'observation' || event.atMs > 2_600), 'nothing shows how long r1 had been up before kill-1'],
    ['nothing shows that it was up before it stayed away', [...kill(1, 2_000), ...absent], 'nothing shows how long'],
    ['nobody tried a request', [...first, ...second].filter((event) => event.kind !== 'request'), 'no request was sent'],
  ])('when %s', (_, events, reason) => {
    const finding = judge(...events)
    expect(finding.outcome).toBe('inconclusive')
    expect(finding.summary).toContain(reason)
  })

  const afterFirst = (event: HistoryEvent): boolean => event.kind !== 'request' || event.load !== 'after-kill-1'

  test('when fewer requests than asked for could be judged, sent or not cancelled', () => {
    const few = requests({ fromMs: 4_050, toMs: 4_240, everyMs: 10 }, { load: 'after-kill-1' })
    const rest = [...first, ...second].filter(afterFirst)
    expect(judge(...rest, ...few)).toMatchObject({ outcome: 'inconclusive', summary: 'only 19 requests of 20 could be judged for r1 after kill-1' })
    expect(judge(...rest, ...few, request(4_240, { load: 'after-kill-1', outcome: 'cancelled' })).outcome).toBe('inconclusive')
    expect(judge(...rest, ...few, request(4_240, { load: 'after-kill-1' })).outcome).toBe('passed')
  })

  test('when all requests were cancelled by the harness', () => {
    const cancelled = requests({ fromMs: 4_050, toMs: 11_000, everyMs: 50 }, { load: 'after-kill-1', outcome: 'cancelled' })
    expect(judge(...[...first, ...second].filter(afterFirst), ...cancelled)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('cancelled by the harness') })
  })

  test('when a request went unanswered while the echo server of the harness did too', () => {
    const control = request(4_300, { load: 'null-control', via: 'echo', outcome: 'timeout' })
    const unanswered = request(4_300, { load: 'after-kill-1', outcome: 'timeout' })
    expect(judge(...first, ...second, unanswered, control)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('null control') })
    expect(judge(...first, ...second, { ...unanswered, outcome: 'error-status', status: 500 }, control).outcome).toBe('failed')
  })

  test('a late return is not judged when the harness stalled', () => {
    const stalled: HistoryEvent = { kind: 'observation', probe: 'event-loop-delay', target: 'harness', atMs: 5_000, value: { maxMs: 2_000, p99Ms: 2_000, windowMs: 100 } }
    expect(judge(...up(0, 2_000, 1), ...kill(1, 2_000), ...back(1, 7_500), stalled)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('stalled') })
  })
})
