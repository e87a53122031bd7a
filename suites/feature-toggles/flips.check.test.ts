import { describe, expect, test } from 'vitest'
import { fact, platform, request } from '../../core/checks/literal-events.test-support.js'
import type { HistoryEvent } from '../../core/history.js'
import { everyFeatureHasAWorkingToggle } from './every-feature-has-a-working-toggle.check.js'
import { flipsReachEveryReplica } from './flips-reach-every-replica.check.js'
import { featureReading, flipLoad, listReading } from './names.js'
import { disturbance, features, judge, load, observation, preamble, reading, walk, without } from './toggle-history.test-support.js'
import { togglesAreIndividual } from './toggles-are-individual.check.js'

const outcome = (...[check, events]: Parameters<typeof judge>): string => judge(check, events).outcome
const whole = () => [...preamble(), ...walk(), ...load()]

test('features that follow their toggles everywhere, alone and in time pass all three', () => {
  expect(judge(everyFeatureHasAWorkingToggle, whole()).summary).toContain('2 features followed 12 flips')
  for (const check of [everyFeatureHasAWorkingToggle, flipsReachEveryReplica, togglesAreIndividual]) expect(judge(check, whole())).toMatchObject({ outcome: 'passed' })
})

test('nothing passes on an empty history, or without flips', () => {
  for (const check of [everyFeatureHasAWorkingToggle, flipsReachEveryReplica, togglesAreIndividual]) {
    expect(outcome(check, [])).toBe('inconclusive')
    expect(outcome(check, [...preamble(), ...load()])).toBe('inconclusive')
  }
})

test('a feature that was not read before it was switched was not seen to change, and it is said', () => {
  const onR2 = (name: string, isDropped: (atMs: number) => boolean) => (event: HistoryEvent): boolean => event.kind === 'observation' && event.target === 'r2' && event.probe === featureReading(name) && isDropped(event.atMs)
  const unread = without(without(whole(), onR2('a', (atMs) => atMs < 1_000 || atMs > 1_200)), onR2('b', (atMs) => atMs > 2_400))
  expect(judge(flipsReachEveryReplica, unread)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(': r2 was not read before a switched on') })
})

describe('a working toggle', () => {
  const check = everyFeatureHasAWorkingToggle
  test('that has no effect fails, once it was waited for', () => {
    const dead = walk((one) => (one.feature === 'a' ? { ...one, then: { ...one.then, a: 'off' } } : one))
    expect(outcome(check, [...preamble(), ...dead, ...load()])).toBe('inconclusive') // nobody waited
    const waited = walk((one, index) => (index === 11 ? { ...one, feature: 'a', to: 'on', atMs: 10_000, endAfterMs: 61_000, then: { a: 'off', b: 'on' } } : one))
    expect(judge(check, [...preamble(), ...waited, ...load()])).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('a switched on was not in force') })
  })
  test('that is slower than the limit, or than the promise, fails', () => {
    const slow = walk((one, index) => (index === 11 ? { ...one, tookMs: 5_000 } : one))
    expect(outcome(check, [...preamble(), ...slow])).toBe('passed')
    expect(outcome(check, [...preamble(), fact('toggle-effective-within-ms', 3_000), ...slow])).toBe('failed')
  })
  test('whose effect is gone again fails', () => {
    const events = walk((one, index) => (index === 4 ? { ...one, instead: {} } : one))
    const gone = [...events, reading('a', 'r1', 3_201, 'off')].sort((x, y) => ('atMs' in x && 'atMs' in y ? x.atMs - y.atMs : 0))
    expect(judge(check, [...preamble(), ...gone])).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('gone again') })
  })
  test('that is refused and has no effect fails with the refusal', () => {
    const refused = walk((one, index) => (index === 11 ? { ...one, refused: true, endAfterMs: 61_000, then: { a: 'off', b: 'on' } } : one))
    expect(judge(check, [...preamble(), ...refused]).summary).toContain('refused')
  })
  test('of a feature that is not in the list fails, and a list that was not read says nothing', () => {
    const noList = without(whole(), (event) => event.kind === 'observation' && event.probe === listReading)
    expect(outcome(check, noList)).toBe('inconclusive')
    expect(judge(check, [...noList, observation(listReading, 'r1', 11, { outcome: 'read', value: [{ name: 'a' }] })])).toMatchObject({ outcome: 'failed', summary: 'the release has features without a toggle: b' })
  })
  test('that is listed and was never tried, for want of a probe, is no pass', () => {
    const listed = [...whole(), fact('toggle-release', ['a', 'b', 'c']), observation(listReading, 'r1', 11, { outcome: 'read', value: ['a', 'b', 'c'] })]
    expect(judge(check, listed)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('c of the release has no probe') })
  })
  test('whose probe shows no declared state, or does not answer, is not judged', () => {
    for (const shown of ['neither', 'broken', 'silent'] as const) {
      expect(outcome(check, [...preamble(), ...walk((one) => ({ ...one, then: { ...one.then, a: shown } }))])).toBe('inconclusive')
    }
  })
  test('is not charged with a stall of the harness', () => {
    const waited = walk((one, index) => (index === 11 ? { ...one, endAfterMs: 61_000, then: { a: 'off', b: 'on' } } : one))
    expect(outcome(check, [...preamble(), ...waited])).toBe('failed')
    expect(outcome(check, [...preamble(), ...waited, { ...disturbance(10_000), value: { maxMs: 40_000, windowMs: 100 } } as never])).toBe('inconclusive')
  })
})

describe('every replica', () => {
  const check = flipsReachEveryReplica
  const stale = () => walk((one, index) => (index === 11 ? { ...one, endAfterMs: 10_600, instead: { 'r2 b': 'on' } } : one))
  const longLoad = () => [...load(), request(18_000, { load: flipLoad, via: 'balancer', endedAtMs: 18_005 })]
  test('that does not follow fails and is named', () => {
    expect(judge(check, [...preamble(), ...stale(), ...longLoad()])).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('did not reach r2 in time') })
    expect(outcome(check, [...preamble(), ...stale(), ...longLoad(), disturbance(17_000)])).toBe('inconclusive')
  })
  test('that is new at each flip, or was started, fails', () => {
    expect(judge(check, [...whole(), platform(3_000, 'process-started', 'r2')])).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 replica restarted') })
    expect(outcome(check, [...whole(), reading('a', 'r2', 6_690, 'off', 'r2-boot-2')])).toBe('failed')
    expect(outcome(check, [...whole(), platform(3_000, 'process-started', 'store')])).toBe('passed')
  })
  test.each(['error-status', 'polite-refusal', 'timeout', 'reset-in-flight'] as const)('one request that ends in %s fails', (lost) => {
    const failure = request(3_000, { load: flipLoad, via: 'balancer', outcome: lost })
    const finding = judge(check, [...whole(), failure])
    expect(finding.outcome).toBe('failed')
    expect(finding.evidence.flatMap((one) => one.requests ?? [])).toContain(failure.kind === 'request' ? failure.id : 0)
    expect(outcome(check, [...whole(), failure, request(3_000, { load: 'null-control', outcome: 'timeout' })])).toBe('inconclusive')
  })
  test('needs traffic, verdicts, enough flips and two replicas', () => {
    expect(outcome(check, [...preamble(), ...walk()])).toBe('inconclusive')
    expect(outcome(check, [...preamble(), ...walk(), ...load().filter((_one, index) => index % 10 === 0)])).toBe('inconclusive')
    expect(outcome(check, [...whole(), ...load().slice(50, 100).map((one) => ({ ...one, outcome: 'cancelled' }) as never)])).toBe('inconclusive')
    expect(outcome(check, [...preamble(), ...walk((one, index) => (index < 3 ? one : { ...one, atMs: one.atMs + 100_000 })), ...load()])).toBe('inconclusive')
    expect(outcome(check, [...whole(), fact('instances', ['r1'])])).toBe('inconclusive')
  })
})

describe('individual toggles', () => {
  const check = togglesAreIndividual
  test('a flip that changes another feature fails, with the pair', () => {
    const crossed = walk((one, index) => (index === 6 ? { ...one, then: { a: 'off', b: 'off' } } : one))
    expect(judge(check, [...preamble(), ...crossed])).toMatchObject({ outcome: 'failed', summary: 'toggles are not independent: a changes b' })
    expect(outcome(check, [...preamble(), ...crossed, disturbance(4_200)])).toBe('inconclusive')
  })
  test('unless that is declared', () => {
    const dependent = features.map((one) => (one.name === 'b' ? { ...one, dependsOn: ['a'] } : one))
    const crossed = walk((one, index) => (index === 6 ? { ...one, then: { a: 'off', b: 'off' } } : one))
    expect(outcome(check, [...preamble(dependent), ...crossed])).toBe('passed')
  })
  test('a combination that was not seen, one toggle alone, or flips without effect say nothing', () => {
    expect(judge(check, [...preamble(), ...walk((one, index) => (index === 8 ? { ...one, then: { a: 'silent', b: 'off' } } : one))]).summary).toContain('b switched off while a is on')
    expect(outcome(check, [...preamble([features[0]!]), ...walk()])).toBe('inconclusive')
    expect(outcome(check, [...preamble(), ...walk((one) => ({ ...one, then: { a: 'off', b: 'off' } }))])).toBe('inconclusive')
  })
})
