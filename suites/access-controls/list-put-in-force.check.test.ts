import { describe, expect, test } from 'vitest'
import type { AccessCaller, AccessKind } from '../../core/declarations/access.js'
import type { HistoryEvent, RequestEvent } from '../../core/history.js'
import { accessListIsEnforced as check } from './access-list-is-enforced.check.js'
import { absent, accepted, asWritten, changes, effects, enabled, judge, matrix, preamble, refused, type Change } from './access-history.test-support.js'

type Before = (cell: { readonly caller: AccessCaller; readonly kind: AccessKind }) => Partial<RequestEvent>
const run = (before: Before, change?: Change, there = asWritten): HistoryEvent[] => [...preamble(), ...enabled(before), ...matrix(change), ...effects(there), ...changes()]
const outcome = (events: readonly HistoryEvent[]): string => judge(check, events).outcome
const everybody: Before = () => accepted
const nobody: Before = () => refused
const known: Before = ({ caller }) => (caller === 'permitted' || caller === 'operator' ? accepted : refused)
/** The matrix with callers that may and are refused all the same. */
const refusing = (...callers: readonly AccessCaller[]): Change => ({ caller }, answer) => (callers.includes(caller) ? refused : answer)

describe('callers that may and are refused', () => {
  test('were let through before: it is the list', () => {
    expect(outcome(run(everybody, refusing('permitted')))).toBe('failed')
    expect(outcome(run(everybody, refusing('operator')))).toBe('failed')
  })
  test.each(['permitted', 'operator'] as const)('%s was refused already: it need not be the list', (caller) => {
    const finding = judge(check, run(nobody, refusing(caller)))
    expect(finding).toMatchObject({ outcome: 'inconclusive', summary: expect.stringMatching(new RegExp(`^${caller} read.* had not been served before the access list was put in force either \\(status 403\\)`)) })
    expect(finding.evidence.at(-1)).toMatchObject({ note: 'not served before the access list was put in force' })
    expect(finding.evidence.at(-1)!.requests).toHaveLength(caller === 'permitted' ? 2 : 3)
  })
  test('nobody is known, with nothing to read back and a list that cannot be changed', () => {
    expect(outcome([...preamble(), ...enabled(nobody), ...matrix(() => refused), ...effects(() => absent), ...changes({ acknowledged: () => false, tookMs: () => undefined })])).toBe('inconclusive')
    expect(outcome([...preamble(), ...enabled(() => ({ outcome: 'timeout' })), ...matrix(() => refused), ...effects(() => absent)])).toBe('inconclusive')
  })
  test('one that was refused already, and another that was not', () => {
    const before: Before = ({ caller }) => (caller === 'operator' ? refused : accepted)
    expect(judge(check, run(before, refusing('permitted', 'operator')))).toMatchObject({ outcome: 'failed', summary: expect.not.stringContaining('operator') })
  })
  test('by some replicas alone: it is known to the others', () => {
    expect(outcome(run(nobody, ({ caller, index }, answer) => (caller === 'permitted' && index % 2 === 0 ? refused : answer)))).toBe('failed')
  })
  test('what does not rest on them fails all the same', () => {
    const open: Change = (cell, answer) => (cell.caller === 'anonymous' && cell.kind === 'operate' ? accepted : refusing('operator')(cell, answer))
    expect(judge(check, run(nobody, open))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('anonymous operate was not refused') })
    expect(judge(check, run(nobody, refusing('operator'), (key) => (key === 'denied-2' ? accepted : asWritten(key))))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('took effect') })
  })
  test('a caller without credentials is missing none of them', () => {
    const events = (caller: AccessCaller): HistoryEvent[] => [...preamble('open'), ...enabled(nobody), ...matrix(refusing(caller), 'open'), ...effects((key) => (key.startsWith('denied') ? absent : accepted)), ...changes()]
    expect(outcome(events('anonymous'))).toBe('failed')
    expect(outcome(events('unknown'))).toBe('inconclusive')
  })
})

describe('that the list was put in force', () => {
  test.each([
    ['strangers were let through before', everybody],
    ['one of them was', ({ caller }) => (caller === 'denied' ? accepted : known({ caller, kind: 'read' }))],
    ['callers came with it', nobody],
  ] as readonly (readonly [string, Before])[])('is seen where %s', (_name, before) => {
    expect(outcome(run(before))).toBe('passed')
  })
  test.each([
    ['strangers were refused already, and nobody else', ({ caller, kind }) => (caller === 'permitted' && kind === 'operate' ? refused : known({ caller, kind }))],
    ['nothing was answered before', () => ({ outcome: 'timeout' })],
    ['strangers were refused otherwise before', ({ caller, kind }) => (caller === 'permitted' && kind === 'operate' ? absent : caller === 'permitted' || caller === 'operator' ? accepted : absent)],
  ] as readonly (readonly [string, Before])[])('is not seen where %s', (_name, before) => {
    expect(judge(check, run(before))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('was not seen') })
  })
  test('is not asked of histories without these requests', () => {
    const old = enabled().filter((one) => one.kind !== 'request')
    expect(outcome([...preamble(), ...old, ...matrix(), ...effects(), ...changes()])).toBe('passed')
    expect(outcome([...preamble(), ...old, ...matrix(refusing('permitted')), ...effects(), ...changes()])).toBe('failed')
  })
})
