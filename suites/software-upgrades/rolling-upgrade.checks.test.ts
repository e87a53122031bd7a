import { describe, expect, test } from 'vitest'
import type { Check } from '../../core/check.js'
import { fact, readies, request, stall } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { acknowledgedWritesSurvive } from './acknowledged-writes-survive-an-upgrade.check.js'
import { goodPlatformUpgrade, goodUpgrade, inFlight, instances, instead, isOf, isProbe, observation, replaced, rolledOut, turnMs, without } from './literal-upgrade.test-support.js'
import { labels, loads } from './names.js'
import { noRequestFailsDuringAnUpgrade } from './no-request-fails-during-an-upgrade.check.js'
import { replicasAreReplacedAFewAtATime } from './replicas-are-replaced-a-few-at-a-time.check.js'
import { requirements } from './requirements.js'
import type { RollOutEnd } from './roll-out.js'

function judge(check: Check, events: readonly HistoryEvent[]) {
  const requirement = requirements.find((one) => one.id === check.requirement)!
  return check.evaluate(historyOf(events), thresholdValues(requirement, 'quick'))
}
const ofRollOut = isProbe('roll-out')
const brokenOff = (cause: 'tool' | 'intervention'): HistoryEvent[] => [...without(goodUpgrade(), ofRollOut), ...rolledOut({ end: { phase: 'ended', ok: false, cause } })]
const broken = (cause: 'tool' | 'intervention'): HistoryEvent[] => [...without(goodUpgrade(), ofRollOut), ...rolledOut({ end: { phase: 'ended', ok: false, cause, error: 'exit code 1' } })]

describe('no request fails during an upgrade', () => {
  const of = (events: readonly HistoryEvent[]) => judge(noRequestFailsDuringAnUpgrade, events)
  const summary = (text: string) => ({ outcome: 'inconclusive', summary: expect.stringContaining(text) })
  test('passes with its strength', () => {
    expect(of(goodUpgrade())).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('6 of them under way') })
    expect(of(goodUpgrade()).strength?.n).toBeGreaterThan(900)
  })
  test.each(['timeout', 'error-status', 'polite-refusal', 'truncated', 'closed-in-flight', 'wrong-content'] as const)('one %s fails', (outcome) => {
    const lost = request(5_000, { load: loads.writes(labels.upgrade), outcome, method: 'PUT', via: 'balancer' })
    const finding = of([...goodUpgrade(), lost])
    expect(finding.outcome).toBe('failed')
    expect(finding.evidence[0]?.requests).toEqual([lost.id])
  })
  test('what failed before the roll-out began is not its fault, what it had in flight is', () => {
    const load = loads.inFlight(labels.upgrade)
    expect(of([...goodUpgrade(), request(500, { load, outcome: 'error-status' })]).outcome).toBe('passed')
    expect(of([...goodUpgrade(), request(500, { load, endedAtMs: 1_500, outcome: 'truncated' })]).outcome).toBe('failed')
  })
  test('a half roll-out that went before belongs to it', () => {
    const half = rolledOut({ label: labels.half, fromMs: 200, toMs: 900 })
    expect(of([...goodUpgrade(), ...half, request(500, { load: loads.reads(labels.upgrade), outcome: 'error-status' })]).outcome).toBe('failed')
  })
  test('one that a platform made, and that was taken back, does not', () => {
    const half = rolledOut({ label: labels.half, fromMs: 200, toMs: 900, by: 'platform' })
    expect(of([...goodPlatformUpgrade(), ...half, request(500, { load: loads.reads(labels.upgrade), outcome: 'error-status' })]).outcome).toBe('passed')
  })
  test('one that a platform could not make fails, where nothing more was made', () => {
    const half = (end: RollOutEnd, by: 'platform' | 'harness' = 'platform'): HistoryEvent[] => [...without(goodUpgrade(), isProbe('roll-out')), ...rolledOut({ label: labels.half, fromMs: 200, toMs: 900, by, end })]
    const stuck: RollOutEnd = { phase: 'ended', ok: false, cause: 'platform', error: 'paused' }
    expect(of(half(stuck))).toMatchObject({ outcome: 'failed', summary: 'the roll-out to v2 did not succeed for the first replica: paused' })
    expect(of(half({ ...stuck, cause: 'intervention' }))).toMatchObject(summary('not begun'))
    expect(of(half(stuck, 'harness'))).toMatchObject(summary('not begun'))
    expect(of([...goodPlatformUpgrade(), ...rolledOut({ label: labels.half, fromMs: 200, toMs: 900, by: 'platform', end: stuck })]).outcome).toBe('passed')
  })
  test('a straggler fails although the tool reported success', () => {
    expect(of(instead('r3', replaced('r3', ['1.0.0', '1.0.0'], ['b', 'b'])))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('r3 (1.0.0)') })
  })
  test('a tool that does nothing and reports success fails', () => {
    expect(of(instances.reduce<HistoryEvent[]>((events, one) => instead(one, replaced(one, ['1.0.0', '1.0.0'], ['b', 'b']), events), goodUpgrade())).outcome).toBe('failed')
  })
  test('a roll-out that reports failure fails, one that the harness could not carry on says nothing', () => {
    expect(of(broken('tool'))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('exit code 1') })
    expect(of(broken('intervention')).outcome).toBe('inconclusive')
  })
  test('one that takes too long fails', () => {
    const slow = noRequestFailsDuringAnUpgrade.evaluate(historyOf(goodUpgrade()), { ...thresholdValues(requirements.find(({ id }) => id === noRequestFailsDuringAnUpgrade.requirement)!, 'quick'), complete_within_s: 10 })
    expect(slow).toMatchObject({ outcome: 'failed', summary: 'the roll-out took 12 s' })
  })
  test('without a reason there is none to tell, and the evidence says who rolled out', () => {
    expect(of(brokenOff('tool'))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('did not succeed: no reason given') })
    const byHarness = of([...without(goodUpgrade(), ofRollOut), ...rolledOut({ by: 'harness' })])
    expect(byHarness.evidence[0]?.note).toBe('roll-out by the harness, one replica after the other')
  })
  test('a platform that puts a ready process in the place of each replica passes, by when it did so', () => {
    const finding = of(goodPlatformUpgrade())
    expect(finding).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('6 of them under way') })
    expect(finding.evidence[0]?.note).toBe('roll-out by the platform')
    expect(of(without(goodPlatformUpgrade(), (event) => event.kind === 'platform'))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('under way') })
    const byTool = [...without(goodPlatformUpgrade(), ofRollOut), ...rolledOut()]
    expect(of(byTool)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('under way') })
  })
  test('a platform that gives up fails', () => {
    const stuck = [...without(goodPlatformUpgrade(), ofRollOut), ...rolledOut({ by: 'platform', end: { phase: 'ended', ok: false, cause: 'platform', error: 'ProgressDeadlineExceeded', reached: 1 } })]
    expect(of(stuck)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('ProgressDeadlineExceeded') })
  })
  test('a replica that did not come back while the harness stalled is not charged', () => {
    const late = (events: readonly HistoryEvent[]): HistoryEvent[] => [...without(events, ofRollOut), ...rolledOut({ by: 'harness', end: { phase: 'ended', ok: false, cause: 'not-ready', error: 'r2 was ready and did not return to the rotation' } })]
    expect(of(late(goodUpgrade())).outcome).toBe('failed')
    expect(of([...late(goodUpgrade()), stall(9_000, 4_000)]).outcome).toBe('inconclusive')
  })
  test.each<[string, HistoryEvent[], string]>([
    ['nothing at all', [], 'not begun'],
    ['no end', without(goodUpgrade(), (event) => ofRollOut(event) && (event as { atMs: number }).atMs > 10_000), 'not seen to end'],
    ['no traffic', without(goodUpgrade(), (event) => event.kind === 'request'), 'only 0 of at least'],
    ['nothing in flight', without(goodUpgrade(), isOf(loads.inFlight(labels.upgrade))), 'under way'],
    ['requests under way in one replica only', [...without(goodUpgrade(), (event) => isOf(loads.inFlight(labels.upgrade))(event) && (event as { instance?: string }).instance !== 'r1'), ...inFlight().filter((event) => (event as { instance?: string }).instance === 'r1')], 'under way in r2 and r3'],
    ['addresses that all lead to one replica', instances.reduce<HistoryEvent[]>((events, one) => instead(one, replaced(one, ['1.0.0', '2.0.0'], ['r1-old', 'r1-new']), events), goodUpgrade()), 'r1, r2 and r3 answered as one'],
    ['the version of one replica only', without(goodUpgrade(), (event) => isProbe('version', 'r2')(event) || isProbe('version', 'r3')(event)), 'the version of r2 and r3 could not be read'],
    ['no version', without(goodUpgrade(), isProbe('version')), 'could not be read'],
    ['no replicas', [...goodUpgrade(), fact('instances', [])], 'no replica is known'],
    ['the new version before', instead('r2', replaced('r2', ['2.0.0', '2.0.0'])), 'nothing was upgraded'],
    ['the same process', instead('r2', replaced('r2', ['1.0.0', '2.0.0'], ['same', 'same'])), 'nothing shows'],
    ['no readiness afterwards', without(goodUpgrade(), (event) => isProbe('readiness', 'r1')(event) && (event as { atMs: number }).atMs > 13_000), 'not seen ready'],
    ['failures while the harness stalled', [...goodUpgrade(), stall(5_100, 3_000), request(5_000, { load: loads.reads(labels.upgrade), outcome: 'timeout' })], 'disturbed'],
  ])('%s is inconclusive', (_, events, text) => {
    expect(of(events)).toMatchObject(summary(text))
  })
})

describe('replicas are replaced a few at a time', () => {
  const of = (events: readonly HistoryEvent[]) => judge(replicasAreReplacedAFewAtATime, events)
  const together = (lateMs: number): HistoryEvent[] => {
    const { fromMs } = turnMs('r1')
    const from = fromMs + lateMs
    return instead('r2', [
      ...readies({ fromMs: 100, toMs: from, everyMs: 125 }, 'pass', 'r2-old', 'r2'),
      ...readies({ fromMs: from, toMs: from + 3_000, everyMs: 125 }, 'refused', undefined, 'r2'),
      ...readies({ fromMs: from + 3_000, toMs: 15_000, everyMs: 125 }, 'pass', 'r2-new', 'r2'),
      ...replaced('r2').filter(isProbe('version')),
    ])
  }
  test('none is away where a platform puts a ready process in the place of each', () => {
    const judged = (events: readonly HistoryEvent[]) => judge(replicasAreReplacedAFewAtATime, events)
    expect(judged(goodPlatformUpgrade())).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('none of 3 replicas was seen away') })
    expect(judged(without(goodPlatformUpgrade(), (event) => event.kind === 'platform' && event.target === 'r2'))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('r2 was not seen to leave') })
    expect(judged([...without(goodPlatformUpgrade(), ofRollOut), ...rolledOut()])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('not seen to leave') })
    const bothAway = ['r1', 'r2'].flatMap((instance) => readies({ fromMs: 6_010, toMs: 9_000, everyMs: 125 }, 'fail', undefined, instance))
    const gone = without(goodPlatformUpgrade(), (event) => (isProbe('readiness', 'r1')(event) || isProbe('readiness', 'r2')(event)) && (event as { atMs: number }).atMs > 6_000 && (event as { atMs: number }).atMs < 9_000)
    expect(judged([...gone, ...bothAway]).outcome).toBe('failed')
    const unserved = (instance: string, fromMs: number, toMs: number): HistoryEvent[] => [{ kind: 'platform', name: 'backend-down', target: instance, atMs: fromMs }, { kind: 'platform', name: 'backend-up', target: instance, atMs: toMs }]
    expect(judged([...goodPlatformUpgrade(), ...unserved('r1', 2_000, 4_000)]).outcome).toBe('passed')
    expect(judged([...goodPlatformUpgrade(), ...unserved('r1', 2_000, 4_000), ...unserved('r2', 3_000, 5_000)])).toMatchObject({ outcome: 'failed' })
  })
  test('passes when one leaves after the other is back', () => {
    expect(of(goodUpgrade())).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('at most 1 of 3') })
  })
  test('two at once fail, also when they overlap only in part', () => {
    expect(of(together(0))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('r1 and r2') })
    expect(of(together(2_000)).outcome).toBe('failed')
  })
  test('one that leaves as the other returns is no shortage', () => {
    expect(of(together(2_900)).outcome).toBe('passed')
  })
  test('a shortage while the harness stalled is not charged', () => {
    expect(of([...together(0), stall(3_000, 1_200)]).outcome).toBe('inconclusive')
  })
  test.each<[string, HistoryEvent[], string]>([
    ['nothing at all', [], 'not begun'],
    ['no samples', without(goodUpgrade(), isProbe('readiness')), 'gap of the whole roll-out'],
    ['a gap', without(goodUpgrade(), (event) => isProbe('readiness', 'r3')(event) && (event as { atMs: number }).atMs > 2_000 && (event as { atMs: number }).atMs < 3_200 /* while r1 is away */), 'gap'],
    ['a replica that never left', instead('r3', [...readies({ fromMs: 100, toMs: 15_000, everyMs: 125 }, 'pass', 'b', 'r3')]), 'r3 was not seen to leave'],
    ['a roll-out that was broken off', broken('tool'), 'broken off: exit code 1'],
    ['one that was broken off without a reason', brokenOff('tool'), 'broken off: no reason given'],
    ['all of them allowed to be away', [...goodUpgrade(), fact('upgrade', { from: { name: 'v1', reads: '1.0.0' }, to: { name: 'v2', reads: '2.0.0' }, maxUnavailable: 3 })], 'with 3 replicas and 3 allowed to be away nothing can be told apart'],
    ['a replica that only left for a while', instead('r2', replaced('r2', ['1.0.0', '2.0.0'], ['same', 'same'])), 'nothing shows that the process was replaced'],
    ['a roll-out that only restarted', instances.reduce<HistoryEvent[]>((events, one) => instead(one, replaced(one, ['1.0.0', '1.0.0']), events), goodUpgrade()), 'off the release'],
  ])('%s is inconclusive', (_, events, text) => {
    expect(of(events)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(text) })
  })
})

describe('acknowledged writes survive an upgrade', () => {
  const of = (events: readonly HistoryEvent[]) => judge(acknowledgedWritesSurvive, events)
  const reconciled = loads.reconcile(labels.upgrade)
  const changed = (key: string, more: object): HistoryEvent[] => goodUpgrade().map((event) => (event.kind === 'request' && event.load === reconciled && event.key === key ? { ...event, ...more } : event))
  test('passes with the writes near each switch', () => {
    const finding = of(goodUpgrade())
    expect(finding).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('all 300 acknowledged writes') })
    expect(finding.evidence).toHaveLength(3)
  })
  test('a new process that answers by the name of the place before the old one has gone is no switch without writes', () => {
    expect(of([...goodUpgrade(), request(1_500, { load: 'beside', via: 'balancer', instance: 'r3', boot: 'r3-new' })])).toMatchObject({ outcome: 'passed' })
  })
  test('a roll-out without a reason, and one of no replicas, is no pass', () => {
    expect(of(brokenOff('tool'))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('the roll-out was broken off: no reason given') })
    expect(of([...goodUpgrade(), fact('instances', [])])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('no replica is known') })
  })
  test('one that is gone, or reads as something else, fails', () => {
    expect(of(changed('k100', { outcome: 'error-status', status: 404 }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 of 306') })
    expect(of(changed('k100', { outcome: 'wrong-content' })).outcome).toBe('failed')
  })
  test('one that was never acknowledged may be gone', () => {
    const refused = request(5_000, { load: loads.writes(labels.upgrade), key: 'never', method: 'PUT', outcome: 'timeout' })
    expect(of([...goodUpgrade(), refused, request(16_000, { load: reconciled, key: 'never', outcome: 'error-status', status: 404 })]).outcome).toBe('passed')
  })
  test('an effect that happened twice, or not at all, fails', () => {
    const key = `${loads.inFlight(labels.upgrade)} r1 0`
    const counted = (count: number): HistoryEvent[] => [...without(goodUpgrade(), isProbe('effect', key)), observation('effect', key, 16_000, count)]
    expect(of(counted(2))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('more than once') })
    expect(of(counted(0)).outcome).toBe('failed')
  })
  test('a loss is judged although the roll-out was broken off', () => {
    expect(of([...changed('k100', { outcome: 'error-status', status: 404 }).filter((event) => !ofRollOut(event)), ...rolledOut({ end: { phase: 'ended', ok: false, cause: 'tool', error: 'x' } })]).outcome).toBe('failed')
  })
  test.each<[string, HistoryEvent[], string]>([
    ['nothing at all', [], 'not begun'],
    ['no writes', without(goodUpgrade(), (event) => event.kind === 'request'), 'only 0 of at least'],
    ['no strong reads', without(goodUpgrade(), isOf(reconciled)), '300 acknowledged writes could not be read back'],
    ['one unreadable', changed('k100', { outcome: 'timeout' }), '1 acknowledged writes could not be read back'],
    ['no switch', without(goodUpgrade(), isProbe('readiness', 'r2')).filter((event) => !isProbe('version', 'r2')(event)), 'r2 was not seen to be replaced'],
    ['few writes near a switch', without(goodUpgrade(), (event) => isOf(loads.writes(labels.upgrade))(event) && (event as { plannedAtMs: number }).plannedAtMs > 7_000 && (event as { plannedAtMs: number }).plannedAtMs < 15_000), 'within 2 s of the switch of r3'],
    ['broken off', broken('tool'), 'broken off'],
    ['a roll-out that only restarted', instances.reduce<HistoryEvent[]>((events, one) => instead(one, replaced(one, ['1.0.0', '1.0.0']), events), goodUpgrade()), 'off the release'],
  ])('%s is inconclusive', (_, events, text) => {
    expect(of(events)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(text) })
  })
})

