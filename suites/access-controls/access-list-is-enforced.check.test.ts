import { describe, expect, test } from 'vitest'
import { intervention, platform } from '../../core/checks/literal-events.test-support.js'
import type { HistoryEvent, RequestEvent } from '../../core/history.js'
import { accessListIsEnforced as check } from './access-list-is-enforced.check.js'
import { absent, accepted, asWritten, changes, disturbance, effects, judge, matrix, preamble, refused, type Change } from './access-history.test-support.js'
import { enableName } from './names.js'

const whole = (): HistoryEvent[] => [...preamble(), ...matrix(), ...effects(), ...changes()]
const withMatrix = (change: Change): HistoryEvent[] => [...preamble(), ...matrix(change), ...effects(), ...changes()]
const outcome = (events: readonly HistoryEvent[]): string => judge(check, events).outcome

describe('the matrix', () => {
  test('as declared passes, with all cells in the evidence', () => {
    const finding = judge(check, whole())
    expect(finding).toMatchObject({ outcome: 'passed', strength: { n: 140 } })
    expect(finding.evidence[0]?.note).toContain('anonymous operate refused 10/10')
  })
  test.each([
    ['anonymous', 'operate'],
    ['unknown', 'read'],
    ['denied', 'write'],
    ['permitted', 'operate'],
  ] as const)('%s that may %s fails, also when it is one answer of many', (caller, kind) => {
    const finding = judge(check, withMatrix((cell, answer) => (cell.caller === caller && cell.kind === kind && cell.index === 3 ? accepted : answer)))
    expect(finding).toMatchObject({ outcome: 'failed', summary: expect.stringContaining(`${caller} ${kind} was not refused in 1 of 10 requests (status 200)`) })
    expect(finding.evidence.flatMap((one) => one.requests ?? [])).toHaveLength(1)
  })
  test('a body that is not what was promised was handed out all the same', () => {
    expect(outcome(withMatrix((cell, answer) => (cell.caller === 'unknown' && cell.kind === 'read' ? { outcome: 'wrong-content', status: 200 } : answer)))).toBe('failed')
  })
  test('a service that refuses everybody fails', () => {
    expect(judge(check, withMatrix(() => refused))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('permitted read was not let through') })
  })
  test('an answer that is no refusal fails: 404 hides more than it guards', () => {
    expect(outcome(withMatrix((cell, answer) => (cell.caller === 'unknown' ? absent : answer)))).toBe('failed')
  })
  test('a list that is declared open lets unlisted callers read and write, and never operate', () => {
    const open = [...preamble('open'), ...matrix(undefined, 'open'), ...effects((key) => (key.startsWith('denied') ? absent : accepted)), ...changes()]
    expect(outcome(open)).toBe('passed')
    expect(outcome([...preamble('open'), ...matrix(), ...effects(), ...changes()])).toBe('failed')
    const operates = matrix((cell, answer) => (cell.caller === 'unknown' && cell.kind === 'operate' ? accepted : answer), 'open')
    expect(outcome([...preamble('open'), ...operates, ...effects(), ...changes()])).toBe('failed')
  })
  test.each([
    ['a time-out', { outcome: 'timeout' as const }],
    ['5xx', { outcome: 'error-status' as const, status: 500 }],
    ['429', { outcome: 'polite-refusal' as const, status: 429 }],
  ])('%s says nothing about access', (_name, answer) => {
    const finding = judge(check, withMatrix((cell, usual) => (cell.caller === 'denied' && cell.kind === 'read' && cell.index === 0 ? answer : usual)))
    expect(finding).toMatchObject({ outcome: 'inconclusive', summary: 'denied read has 7 verdicts, needs 8' })
  })
  test('one replica that does not keep the list fails, also when the balancer spared it; one that was not asked is not known to', () => {
    const onReplica = (answer: Partial<RequestEvent>) => ({ kind, via }: { readonly kind: string; readonly via: string }) => (kind === 'operate' && via === 'r2' ? answer : refused)
    const run = (answer: Partial<RequestEvent>): HistoryEvent[] => [...preamble(), ...matrix(undefined, 'closed', onReplica(answer)), ...effects(), ...changes()]
    expect(judge(check, run(accepted))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('anonymous operate was not refused in 1 of 10 requests') })
    expect(judge(check, run({ outcome: 'timeout' }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('r2 (anonymous operate)') })
  })
  test('a replica that answered nothing, no matrix at all, or a list that was not put in force', () => {
    expect(outcome([...whole().filter((one) => one.kind !== 'request' || one.via !== 'r2')])).toBe('inconclusive')
    expect(outcome([...preamble(), ...effects(), ...changes()])).toBe('inconclusive')
    expect(outcome([])).toBe('inconclusive')
    const open = withMatrix(() => accepted)
    expect(judge(check, [...open, ...intervention({ name: enableName, label: '', issuedAtMs: 100 })])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('could not be put in force') })
    expect(outcome([...open, ...intervention({ name: enableName, label: '', issuedAtMs: 100, acknowledgedAtMs: 110 })])).toBe('failed')
  })
})

describe('effects of writes', () => {
  const withEffects = (there: Parameters<typeof effects>[0]): HistoryEvent[] => [...preamble(), ...matrix(), ...effects(there), ...changes()]
  test('a degraded answer shows neither that a refused write took effect nor that a permitted one did', () => {
    const degraded = { outcome: 'degraded' as const, status: 200 }
    expect(judge(check, withEffects((key) => (key === 'denied-2' ? degraded : asWritten(key))))).toMatchObject({ outcome: 'inconclusive', summary: '1 refused write could not be looked up' })
    expect(judge(check, withEffects((key) => (key === 'permitted-2' ? degraded : asWritten(key))))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('could not all be read back') })
  })
  test('a refused write that took effect fails', () => {
    expect(judge(check, withEffects((key) => (key === 'denied-2' ? accepted : asWritten(key))))).toMatchObject({ outcome: 'failed', summary: '1 write of 30 that had been refused took effect' })
  })
  test('when what was permitted is not found either, absence says nothing', () => {
    expect(outcome(withEffects(() => absent))).toBe('inconclusive')
  })
  test('what could not be looked up is not known to be absent', () => {
    expect(outcome(withEffects((key) => (key === 'unknown-1' ? { outcome: 'timeout' } : asWritten(key))))).toBe('inconclusive')
    expect(outcome([...preamble(), ...matrix(), ...changes()])).toBe('inconclusive')
  })
})

describe('changes of the list', () => {
  const withChanges = (...change: Parameters<typeof changes>): HistoryEvent[] => [...preamble(), ...matrix(), ...effects(), ...changes(...change)]
  test('that reach one replica late or never fail, unless the harness stalled', () => {
    const never = withChanges({ tookMs: (change, instance) => (change === 'deny' && instance === 'r2' ? undefined : 200) })
    expect(judge(check, never)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('deny was not in force on r2') })
    expect(outcome([...never, disturbance(5_000)])).toBe('inconclusive')
    expect(outcome(withChanges({ tookMs: (change, instance) => (change === 'permit' && instance === 'r1' ? 3_200 : 200) }))).toBe('failed')
  })
  test('that are gone again, or were refused, fail', () => {
    expect(outcome(withChanges({ last: (change) => (change === 'deny' ? accepted : accepted) }))).toBe('failed')
    expect(outcome(withChanges({ acknowledged: (change) => change !== 'permit' }))).toBe('failed')
  })
  test('with a restart fail', () => {
    expect(judge(check, withChanges({ boot: (change, instance) => (change === 'permit' && instance === 'r2' ? 'another' : `${instance}-boot`) }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 replica restarted') })
    expect(outcome([...whole(), platform(4_000, 'process-started', 'r1')])).toBe('failed')
    expect(outcome([...whole(), platform(4_000, 'process-started', 'db-primary')])).toBe('passed')
  })
  test('that were not made, not watched, or on a caller that was refused before say nothing', () => {
    expect(outcome([...preamble(), ...matrix(), ...effects()])).toBe('inconclusive')
    expect(outcome(withChanges({ tookMs: () => undefined, watchedMs: 1_000 }))).toBe('inconclusive')
    expect(outcome(withChanges().filter((one) => one.kind !== 'request' || one.load !== 'before the change' || one.via !== 'r2'))).toBe('inconclusive')
  })
})
