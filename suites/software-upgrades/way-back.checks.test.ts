import { describe, expect, test } from 'vitest'
import { fact, readies, request, requests, stall } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { aBadReleaseStopsItself } from './a-bad-release-stops-itself.check.js'
import { anUpgradeCanBeRolledBack } from './an-upgrade-can-be-rolled-back.check.js'
import { facts, goodUpgrade, instances, isOf, isProbe, observation, readBack, rolledOut, without, writesOf } from './literal-upgrade.test-support.js'
import { labels, loads, probes } from './names.js'
import { requirements } from './requirements.js'

const thresholdsOf = (id: string) => thresholdValues(requirements.find((one) => one.id === id)!, 'quick')
const label = (event: HistoryEvent): string => (event.kind === 'observation' && event.probe === 'roll-out' ? event.target : '')
const version = (instance: string, atMs: number, value: string, boot: string): HistoryEvent => observation(probes.version, instance, atMs, { outcome: 'read', status: 200, value, boot })

/** A way back from 20 s to 32 s, after writes on the new release. */
const backEvents = (): HistoryEvent[] => [
  ...rolledOut({ label: labels.back, fromMs: 20_000, toMs: 32_000, release: ['v1', '1.0.0'] }),
  ...instances.flatMap((one) => [version(one, 19_000, '2.0.0', `${one}-new`), version(one, 33_000, '1.0.0', `${one}-back`)]),
]
const writesBefore = () => writesOf(loads.writesBefore(labels.back)).map((one) => ({ ...one, key: `b${one.key}`, plannedAtMs: 17_000, endedAtMs: 18_000 }))
const traffic = () => requests({ fromMs: 19_000, toMs: 33_000, everyMs: 50 }, { load: loads.reads(labels.back), via: 'balancer' })
const reconciled = loads.reconcile(labels.back)
const goodBack = (): HistoryEvent[] => {
  const up = without(goodUpgrade(), isOf(loads.reconcile(labels.upgrade)))
  const before = writesBefore()
  return [...up, ...backEvents(), ...before, ...traffic(), ...readBack([...writesOf(loads.writes(labels.upgrade)), ...before], reconciled)]
}

describe('an upgrade can be rolled back', () => {
  const judge = (events: readonly HistoryEvent[]) => anUpgradeCanBeRolledBack.evaluate(historyOf(events), thresholdsOf('UPGR-04'))
  const replaceEnd = (end: Parameters<typeof rolledOut>[0] & object): HistoryEvent[] => [...without(goodBack(), (event) => label(event) === labels.back), ...rolledOut({ label: labels.back, fromMs: 20_000, toMs: 32_000, release: ['v1', '1.0.0'], ...end })]
  test('passes with its duration', () => {
    expect(judge(goodBack())).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('340 of them written on v2') })
  })
  test('a failed request fails', () => {
    expect(judge([...goodBack(), request(25_000, { load: loads.writes(labels.back), outcome: 'error-status', status: 502 })]).outcome).toBe('failed')
  })
  test.each(['k10', 'bk10'])('a write that is gone afterwards fails: %s', (key) => {
    const events = goodBack().map((event) => (event.kind === 'request' && event.load === reconciled && event.key === key ? { ...event, outcome: 'error-status' as const, status: 404 } : event))
    expect(judge(events)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 of') })
  })
  test('a way back that ends with an error fails', () => {
    expect(judge(replaceEnd({ end: { phase: 'ended', ok: false, cause: 'tool', error: 'halted' } }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('halted') })
  })
  test('one that a platform had upgraded, and could not bring back, fails before any upgrade is made', () => {
    const half = rolledOut({ label: labels.half, fromMs: 100, toMs: 400, by: 'platform', end: { phase: 'ended', ok: true, stoppedAt: ['r2'] } })
    const end = (cause: 'platform' | 'intervention'): HistoryEvent => observation('roll-out', labels.halfBack, 900, { phase: 'ended', ok: false, cause, error: 'paused' })
    expect(judge([...facts(), ...half, end('platform')])).toMatchObject({ outcome: 'failed', summary: 'one replica was upgraded to v2, and could not be brought back: paused' })
    expect(judge([...facts(), ...half, end('intervention')]).outcome).toBe('inconclusive')
    expect(judge([...facts(), end('platform')]).outcome).toBe('inconclusive')
    expect(judge([...half, observation('roll-out', labels.halfBack, 900, { phase: 'ended', ok: true }), ...goodBack()]).outcome).toBe('passed')
  })
  test('a replica that stays on the new version fails', () => {
    expect(judge([...without(goodBack(), (event) => isProbe(probes.version, 'r2')(event) && (event as { atMs: number }).atMs > 32_000), version('r2', 33_000, '2.0.0', 'r2-new')]).outcome).toBe('failed')
  })
  test.each<[string, HistoryEvent[], string]>([
    ['nothing at all', [], 'was not made'],
    ['a failed upgrade', [...facts(), ...rolledOut({ end: { phase: 'ended', ok: false, cause: 'tool', error: 'halted' } }), ...backEvents()], 'did not succeed'],
    ['an upgrade that failed without a reason', [...facts(), ...rolledOut({ end: { phase: 'ended', ok: false, cause: 'tool' } }), ...backEvents()], 'did not succeed (no reason given)'],
    ['no way back', without(goodBack(), (event) => label(event) === labels.back), 'was not taken'],
    ['no writes on the new version', without(goodBack(), isOf(loads.writesBefore(labels.back))), 'acknowledged by v2'],
    ['no traffic', without(goodBack(), isOf(loads.reads(labels.back))), 'only 0 of at least'],
    ['no strong reads', without(goodBack(), isOf(reconciled)), 'could not be read back'],
    ['no versions', without(goodBack(), isProbe(probes.version)), 'could not be read before and after'],
    ['the old version seen again on one replica only', without(goodBack(), (event) => isProbe(probes.version)(event) && (event as { atMs: number; target: string }).atMs > 32_000 && (event as { target: string }).target !== 'r1'), 'the version of r2 and r3 could not be read'],
    ['addresses that all lead to one replica', goodBack().map((event) => (isProbe(probes.version)(event) && (event as { atMs: number }).atMs > 32_000 ? version((event as { target: string }).target, 33_000, '1.0.0', 'r1-back') : event)), 'answered as one'],
    ['doubtful failures', [...goodBack(), stall(25_100, 3_000), request(25_000, { load: loads.reads(labels.back), outcome: 'timeout' })], 'disturbed'],
  ])('%s is inconclusive', (_, events, text) => {
    expect(judge(events)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(text) })
  })
})

/** The bad release goes to r1 at 2 s and is halted at 8 s; the way back lasts from 9 s to 12 s. */
const halted = { phase: 'ended', ok: false, cause: 'tool', error: 'halted: r1 was not ready' } as const
const badRollOut = (end: Parameters<typeof rolledOut>[0] & object = {}): HistoryEvent[] => rolledOut({ label: labels.bad('x'), fromMs: 1_000, toMs: 8_000, release: ['x', '9'], end: halted, ...end })
const recovery = (end: Parameters<typeof rolledOut>[0] & object = {}): HistoryEvent[] => rolledOut({ label: labels.recovery('x'), fromMs: 9_000, toMs: 12_000, release: ['v1', '1.0.0'], ...end })
const away = (instance: string): HistoryEvent[] => [
  ...readies({ fromMs: 100, toMs: 2_000, everyMs: 125 }, 'pass', `${instance}-old`, instance),
  ...readies({ fromMs: 2_000, toMs: 11_000, everyMs: 125 }, 'fail', `${instance}-bad`, instance),
  ...readies({ fromMs: 11_000, toMs: 15_000, everyMs: 125 }, 'pass', `${instance}-back`, instance),
  version(instance, 500, '1.0.0', `${instance}-old`),
  version(instance, 5_000, '9', `${instance}-bad`),
  version(instance, 13_000, '1.0.0', `${instance}-back`),
]
const stays = (instance: string): HistoryEvent[] => [...readies({ fromMs: 100, toMs: 15_000, everyMs: 125 }, 'pass', `${instance}-old`, instance), version(instance, 500, '1.0.0', `${instance}-old`), version(instance, 13_000, '1.0.0', `${instance}-old`)]
const gate = (passed = true): HistoryEvent => ({ kind: 'gate', name: labels.recovery('x'), passed, startedAtMs: 12_100, atMs: 13_000, requests: 100, failed: 0 })
const badTraffic = () => requests({ fromMs: 0, toMs: 15_000, everyMs: 20 }, { load: loads.reads('bad'), via: 'balancer' })
const goodHalt = (): HistoryEvent[] => [...facts(), fact('bad-releases', ['x']), ...badRollOut(), ...recovery(), ...away('r1'), ...stays('r2'), ...stays('r3'), gate(), ...badTraffic()]
const withRollOut = (events: HistoryEvent[]): HistoryEvent[] => [...without(goodHalt(), (event) => label(event) !== ''), ...events]
const replica = (instance: string, events: HistoryEvent[]): HistoryEvent[] => [...without(goodHalt(), (event) => isProbe('readiness', instance)(event) || isProbe(probes.version, instance)(event)), ...events]

describe('a bad release stops itself', () => {
  const judge = (events: readonly HistoryEvent[]) => aBadReleaseStopsItself.evaluate(historyOf(events), thresholdsOf('UPGR-05'))
  test('passes when it was halted at the first replica and taken back', () => {
    expect(judge(goodHalt())).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('x got to r1') })
  })
  test('of a platform the count of its replicas tells how far it got', () => {
    const byPlatform = (reached: number, displaced = 0): HistoryEvent[] => [...without(replica('r1', stays('r1')), (event) => label(event) === labels.bad('x')), ...badRollOut({ by: 'platform', end: { phase: 'ended', ok: false, cause: 'platform', error: 'ProgressDeadlineExceeded', reached, displaced } })]
    expect(judge(byPlatform(1))).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('x got to 1 replica, as the platform counts them') })
    expect(judge(byPlatform(0))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('not seen on any replica') })
    expect(judge(byPlatform(2))).toMatchObject({ outcome: 'passed' })
    expect(judge(byPlatform(2, 2))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('took the place of 2 replicas') })
  })
  test.each<[string, HistoryEvent[], string]>([
    ['success reported', withRollOut([...badRollOut({ end: { phase: 'ended', ok: true } }), ...recovery()]), 'reported success'],
    ['it spread', replica('r2', away('r2')), 'spread to 2 replicas'],
    ['a failed request', [...goodHalt(), request(5_000, { load: loads.writes('bad'), outcome: 'error-status', status: 502 })], '1 requests failed'],
    ['two away at once', replica('r2', [...stays('r2').filter(isProbe(probes.version)), ...readies({ fromMs: 100, toMs: 4_000, everyMs: 125 }, 'pass', 'o', 'r2'), ...readies({ fromMs: 4_000, toMs: 6_000, everyMs: 125 }, 'refused', undefined, 'r2')]), 'away at the same time'],
    ['not halted in time', withRollOut([...badRollOut({ fromMs: -95_000 }), ...recovery()]), 'had not halted'],
    ['no way back', withRollOut([...badRollOut(), ...recovery({ end: { phase: 'ended', ok: false, cause: 'tool', error: 'stuck' } })]), 'could not be taken back'],
    ['one stayed on it', replica('r1', [...away('r1').filter((event) => (event as { atMs: number }).atMs < 11_000), version('r1', 13_000, '9', 'r1-bad')]), 'did not return'],
  ])('%s fails', (_, events, text) => {
    expect(judge(events)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining(text) })
  })
  test.each<[string, HistoryEvent[], string]>([
    ['nothing at all', [], 'no bad release'],
    ['not rolled out', withRollOut([]), 'not seen to end'],
    ['it became ready', replica('r1', [...away('r1'), ...readies({ fromMs: 6_000, toMs: 6_200, everyMs: 125 }, 'pass', 'r1-bad', 'r1')]), 'it is not bad'],
    ['it was seen nowhere', replica('r1', stays('r1')), 'not seen on any replica'],
    ['the harness failed', withRollOut([...badRollOut({ end: { phase: 'ended', ok: false, cause: 'intervention', error: 'no such process' } }), ...recovery()]), 'could not carry on'],
    ['no recovery seen', withRollOut(badRollOut()), 'can be taken back was not seen'],
    ['the harness failed on the way back', withRollOut([...badRollOut(), ...recovery({ end: { phase: 'ended', ok: false, cause: 'intervention' } })]), 'x could not be taken back: no reason given'],
    ['a version that nobody read afterwards', replica('r1', away('r1').filter((event) => !(isProbe(probes.version)(event) && (event as { atMs: number }).atMs > 12_000))), 'the version of r1 after x could not be read'],
    ['no steady state', [...without(goodHalt(), (event) => event.kind === 'gate'), gate(false)], 'steady state'],
    ['no traffic', without(goodHalt(), (event) => event.kind === 'request'), 'only 0 of at least'],
    ['doubtful failures', [...goodHalt(), stall(5_100, 3_000), request(5_000, { load: loads.reads('bad'), outcome: 'timeout' })], 'disturbed'],
  ])('%s is inconclusive', (_, events, text) => {
    expect(judge(events)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(text) })
  })
})
