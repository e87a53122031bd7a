import { describe, expect, test } from 'vitest'
import { request } from '../../core/checks/literal-events.test-support.js'
import type { HistoryEvent } from '../../core/history.js'
import { anImportThatChangesTooMuchStops } from './an-import-that-changes-too-much-stops.check.js'
import { badRecordsLeaveNoHalfImport } from './bad-records-leave-no-half-import.check.js'
import { blocked, disturbance, everything, first, half, judge, last, little, load, much, preamble, rules, withRules } from './import-history.test-support.js'
import { importLoad } from './names.js'
import { rulesAreObeyed } from './rules-are-obeyed.check.js'

const unavailable = { ok: false, told: false, error: 'found 503, expected a 2xx answer' }

describe('rules', () => {
  const check = rulesAreObeyed
  const outcome = (events: readonly HistoryEvent[]): string => judge(check, events).outcome
  const run = (...otherwise: Parameters<typeof everything>): HistoryEvent[] => [...preamble(), ...rules(), ...everything(...otherwise)]

  test('that are kept, and are gone when they are taken back, pass', () => {
    expect(judge(check, run())).toMatchObject({ outcome: 'passed', strength: { n: 200 } })
  })
  test('that are ignored fail, and name the records', () => {
    const finding = judge(check, run({ ruled: { after: first } }))
    expect(finding.outcome).toBe('failed')
    expect(finding.summary).toContain('too many: 2 (item-010, item-020), different: 1 (item-030)')
  })
  test('that outlive their removal, block what nobody blocked, or bring a record twice fail', () => {
    expect(outcome(run({ unruled: { after: first.filter(([key]) => !blocked.includes(key)) } }))).toBe('failed')
    expect(outcome(run({ ruled: { after: withRules.slice(1) } }))).toBe('failed')
    expect(outcome(run({ unruled: { after: [...first, first[0]!] } }))).toBe('failed')
  })
  test('that cannot be set fail, unless the harness stalled', () => {
    const refused = [...preamble(), ...rules((label) => label !== 'block item-020'), ...everything()]
    expect(judge(check, refused)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('block item-020') })
    expect(outcome([...refused, disturbance(120)])).toBe('inconclusive')
  })
  test('nothing is known when the feed cannot be imported, the records not read or not found, or no rule was set', () => {
    expect(outcome(run({ unruled: { ok: false } }))).toBe('inconclusive')
    expect(outcome(run({ ruled: unavailable }))).toBe('inconclusive')
    expect(outcome(run({ ruled: { after: undefined } }))).toBe('inconclusive')
    expect(judge(check, run({ ruled: { told: false } })).summary).toContain('an import was only begun')
    expect(outcome(run({ unruled: { after: [] }, ruled: { after: [] } }))).toBe('inconclusive')
    expect(outcome(run({ ruled: null }))).toBe('inconclusive')
    expect(outcome([...preamble(), ...everything()])).toBe('inconclusive')
    expect(outcome([])).toBe('inconclusive')
  })
})

describe('the limit of changes', () => {
  const check = anImportThatChangesTooMuchStops
  const outcome = (events: readonly HistoryEvent[]): string => judge(check, events).outcome
  const run = (...otherwise: Parameters<typeof everything>): HistoryEvent[] => [...preamble(), ...everything(...otherwise)]

  test('that stops what is beyond it passes, with the shares', () => {
    expect(judge(check, run())).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('an import of 15 % was carried out, one of 40 % and an empty one were stopped') })
  })
  test('that nobody checks fails', () => {
    expect(judge(check, run({ above: { ok: true, after: much } }))).toMatchObject({ outcome: 'failed', summary: 'an import that changes 40 % was accepted without permission, the limit is 20 %' })
    expect(outcome(run({ empty: { ok: true, after: [] } }))).toBe('failed')
  })
  test('that is looked at too late fails: something had been changed', () => {
    expect(outcome(run({ above: { after: [...much.slice(0, 50), ...little.slice(50)] } }))).toBe('failed')
    expect(outcome(run({ empty: { after: much.slice(0, 100) } }))).toBe('failed')
  })
  test('that also stops what is below it, or what is permitted, fails', () => {
    expect(outcome(run({ below: { ok: false, error: 'found 409', after: first } }))).toBe('failed')
    expect(outcome(run({ permitted: { ok: false, error: 'found 409', after: little } }))).toBe('failed')
  })
  test('success without an import fails', () => {
    expect(outcome(run({ below: { after: first } }))).toBe('failed')
    expect(outcome(run({ permitted: { after: little } }))).toBe('failed')
  })
  test('a declared alert must be there when something was stopped, and not before', () => {
    expect(judge(check, run({ above: { alert: undefined } }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('no alert') })
    expect(outcome(run({ empty: { alert: '' } }))).toBe('failed')
    expect(outcome(run({ below: { alert: 'stopped' } }))).toBe('inconclusive')
    expect(outcome([...preamble({ hasAlert: false }), ...everything({ above: { alert: undefined } })])).toBe('passed')
  })
  test('nothing is known of a service that could not serve, could not be read, or had nothing imported', () => {
    expect(outcome(run({ above: unavailable }))).toBe('inconclusive')
    expect(outcome(run({ above: { ok: true, told: false, after: much } }))).toBe('inconclusive')
    expect(outcome(run({ empty: { after: undefined } }))).toBe('inconclusive')
    expect(outcome(run({ unruled: { after: first.slice(1) } }))).toBe('inconclusive')
    expect(outcome(run({ permitted: null }))).toBe('inconclusive')
    expect(outcome([])).toBe('inconclusive')
  })
})

describe('malformed records', () => {
  const check = badRecordsLeaveNoHalfImport
  const outcome = (events: readonly HistoryEvent[]): string => judge(check, events).outcome
  const run = (...otherwise: Parameters<typeof everything>): HistoryEvent[] => [...preamble(), ...everything(...otherwise), ...load()]
  const refused = { ok: false, error: 'found 422, expected a 2xx answer', after: much }
  const allOrNothing = (otherwise: Parameters<typeof everything>[0] = {}): HistoryEvent[] => [...preamble({ policy: 'all-or-nothing' }), ...everything({ broken: refused, 'broken-again': refused, ...otherwise }), ...load()]

  test('that are left out and reported pass', () => {
    expect(judge(check, run())).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('5 malformed records were left out and reported') })
  })
  test('that undo the whole import pass where that is declared, and fail where it is not', () => {
    expect(outcome(allOrNothing())).toBe('passed')
    expect(outcome(run({ broken: refused, 'broken-again': refused }))).toBe('failed')
    expect(outcome(allOrNothing({ broken: {} }))).toBe('failed')
  })
  test('that end the import in its middle fail under both policies', () => {
    expect(judge(check, run({ broken: { after: half, rejected: 0 } }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('by half: 10 of 20 changes') })
    expect(outcome(allOrNothing({ broken: { ...refused, after: half } }))).toBe('failed')
  })
  test('that nobody is told of fail', () => {
    expect(judge(check, run({ broken: { rejected: 0 } })).summary).toContain('reports 0 rejected records, malformed were 5')
    expect(outcome(run({ 'broken-again': { rejected: undefined as never } }))).toBe('failed')
    expect(judge(check, allOrNothing({ broken: { ok: true, after: much } })).summary).toContain('reported success')
  })
  test('the same import again that changes something fails', () => {
    expect(judge(check, run({ 'broken-again': { after: [...last, last[0]!] } })).summary).toContain('once more changed what was there: twice: 1')
    expect(outcome(run({ 'broken-again': { after: last.slice(1) } }))).toBe('failed')
  })
  test.each(['error-status', 'polite-refusal', 'timeout'] as const)('a request beside it that ends in %s fails', (lost) => {
    const failure = request(7_050, { load: importLoad, via: 'balancer', outcome: lost })
    expect(judge(check, [...run(), failure])).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 request of 61') })
    expect(outcome([...run(), failure, disturbance(7_100)])).toBe('inconclusive')
  })
  test('nothing is known without a good import as control, without traffic, or of a service that could not serve', () => {
    expect(outcome(run({ mended: { ok: false } }))).toBe('inconclusive')
    expect(outcome(run({ mended: { after: much } }))).toBe('inconclusive')
    expect(outcome(run({ broken: unavailable }))).toBe('inconclusive')
    expect(outcome(run({ broken: { after: undefined } }))).toBe('inconclusive')
    expect(outcome(run({ empty: { after: last } }))).toBe('inconclusive')
    expect(outcome([...preamble(), ...everything()])).toBe('inconclusive')
    expect(outcome([...preamble(), ...everything(), ...load(500)])).toBe('inconclusive')
    expect(outcome([...preamble({ policy: undefined as never }), ...everything(), ...load()])).toBe('inconclusive')
    expect(outcome([])).toBe('inconclusive')
  })
})
