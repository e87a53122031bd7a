import { describe, expect, test } from 'vitest'
import type { Check, Finding } from '../../core/check.js'
import { fact, request, requests } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { operationsMayBeRepeated } from './operations-may-be-repeated.check.js'
import { operationsTellTheTruth } from './operations-tell-the-truth.check.js'
import type { Repetition, Run } from './repetition.js'
import { requirements } from './requirements.js'
import type { Trial } from './trial.js'

const judge = (check: Check, events: readonly HistoryEvent[]): Finding =>
  check.evaluate(historyOf(events), thresholdValues(requirements.find((one) => one.id === check.requirement)!, 'quick'))
const observed = (probe: string, target: string, value: unknown, atMs = 10_000): HistoryEvent => ({ kind: 'observation', probe, target, atMs, value })
const echoLost = (atMs: number): HistoryEvent => request(atMs, { load: 'null-control', outcome: 'timeout' })

describe('operations tell the truth', () => {
  const check = operationsTellTheTruth
  const trial = (name: string, form: Trial['form'], more: Partial<Trial> = {}): HistoryEvent => {
    const fails = form === 'failing'
    return observed('trial', name, { form, ok: !fails, status: fails ? 422 : 200, startedAtMs: 1_000, tookMs: 20, effectBefore: false, effectAfter: !fails, ...more })
  }
  const names = ['config.apply', 'backup.create', 'toggles.set']
  const whole = (): HistoryEvent[] => [...names.map((name) => trial(name, 'proper')), ...names.map((name) => trial(name, 'failing'))]
  const instead = (name: string, form: Trial['form'], more: Partial<Trial>): HistoryEvent[] => [
    ...whole().filter((event) => !(event.kind === 'observation' && event.target === name && (event.value as Trial).form === form)),
    trial(name, form, more),
  ]

  test('all of them do what they say', () => {
    expect(judge(check, whole())).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('3 operations') })
  })
  test.each([
    ['success without an effect', 'backup.create', 'failing', { ok: true, status: 200 }, 'nothing of it was to be seen'],
    ['success without an effect', 'config.apply', 'proper', { effectAfter: false }, 'nothing of it was to be seen'],
    ['failure with an effect', 'config.apply', 'failing', { effectAfter: true }, 'was done all the same'],
    ['an operation that does not succeed', 'toggles.set', 'proper', { ok: false, status: 500, effectAfter: false }, 'did not succeed'],
    ['no answer', 'toggles.set', 'failing', { status: undefined, error: 'it had not ended' }, 'gave no answer'],
    ['one that takes too long', 'toggles.set', 'proper', { tookMs: 121_000 }, 'took 121 s'],
  ] as const)('%s fails (%s, %s)', (_, name, form, more, summary) => {
    expect(judge(check, instead(name, form, more as Partial<Trial>))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining(summary) })
  })
  test('no answer while the harness was disturbed says nothing', () => {
    expect(judge(check, [...instead('toggles.set', 'proper', { ok: false, effectAfter: false }), echoLost(1_010)]).outcome).toBe('inconclusive')
  })
  test('what was there before, could not be made to fail, or was not tried is no pass', () => {
    for (const events of [
      [],
      instead('config.apply', 'proper', { effectBefore: true }),
      instead('config.apply', 'failing', { ok: true, effectAfter: true }),
      instead('config.apply', 'failing', { effectBefore: true, effectAfter: true }),
      whole().slice(0, 5),
      whole().slice(3),
      [...whole(), fact('operator-tasks', [{ name: 'drain', proper: true, failing: false }])],
    ]) {
      expect(judge(check, events)).toMatchObject({ outcome: 'inconclusive' })
    }
  })
  test('a configuration that could not be read is no pass either', () => {
    expect(judge(check, [...whole(), fact('operator-tasks', []), fact('configuration-unread', true)])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('could not be read') })
  })
  test('what the driver leaves alone is no pass where the descriptor may allow it, and is named where nothing could', () => {
    const beyond = (mayBeDeclared: boolean): HistoryEvent => fact('operations-beyond-trial', [{ name: 'upgrade', reason: 'it could not be put back', mayBeDeclared }])
    expect(judge(check, [...whole(), beyond(true)])).toMatchObject({ outcome: 'inconclusive', lasting: true, summary: 'upgrade was not tried: it could not be put back' })
    expect(judge(check, [...whole(), beyond(false)])).toMatchObject({ outcome: 'passed', summary: '3 operations did what they said, and 3 that could not succeed said so; upgrade was not tried: it could not be put back' })
    expect(judge(check, [...instead('backup.create', 'failing', { ok: true, status: 200 }), beyond(true)]).outcome).toBe('failed')
    expect(judge(check, [...whole().slice(0, 4), beyond(false)])).toMatchObject({ outcome: 'inconclusive', summary: '1 operation could be made to fail, needs 3; upgrade was not tried: it could not be put back' })
  })
  test('that too little is declared lasts, and what was not tried may be tried another time', () => {
    const task = (name: string, failing: boolean): unknown => ({ name, proper: true, failing })
    const both = [trial('stop', 'proper'), trial('start', 'proper')]
    const only = (...tasks: readonly unknown[]): HistoryEvent => fact('operator-tasks', tasks)
    const drain = [trial('drain', 'proper'), only(task('drain', false))]
    expect(judge(check, [...both, only()])).toMatchObject({ outcome: 'inconclusive', lasting: true })
    expect(judge(check, [...both, ...drain])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('made to fail'), lasting: true })
    for (const events of [both, [...both.slice(1), only()], [...both, only(task('drain', false))], [...both, trial('drain', 'proper'), only(task('drain', true))], [...both, only(), fact('configuration-unread', true)]]) {
      const finding = judge(check, events)
      expect([finding.outcome, finding.lasting]).toEqual(['inconclusive', undefined])
    }
  })
})

describe('operations may be repeated', () => {
  const check = operationsMayBeRepeated
  const run = (mode: Run['mode'], startedAtMs: number, more: Partial<Run> = {}): Run => ({ mode, ok: true, status: 200, startedAtMs, tookMs: 100, ...more })
  const state = { 'a is ready': 'true', 'title on a': '"x"' }
  const effects = { before: false, single: true, again: true, beforeConcurrent: false, concurrent: true }
  const runs = [run('single', 1_000), run('again', 1_500), run('concurrent-first', 2_000), run('concurrent-second', 2_050)]
  const repetition = (name: string, more: Partial<Repetition> = {}): HistoryEvent => observed('repetition', name, { runs, nothingToDo: false, effects, before: { ...state, 'title on a': '""' }, single: state, again: state, concurrent: state, ...more })
  const traffic = (): HistoryEvent[] => [
    fact('ledger-kept', true),
    ...requests({ fromMs: 1_000, toMs: 4_000, everyMs: 15 }, { load: 'background', via: 'balancer' }),
    ...requests({ fromMs: 1_000, toMs: 4_000, everyMs: 200 }, { load: 'writes', operation: 'write', method: 'PUT', key: 'k', value: 'v', via: 'balancer' }),
    request(6_000, { load: 'reconcile', key: 'k', via: 'balancer' }),
    observed('repetitions-ended', 'scenario', {}, 5_000),
  ]
  const whole = (first: Partial<Repetition> = {}): HistoryEvent[] => [...traffic(), repetition('drain', first), repetition('config.apply'), repetition('backup.create')]

  test('everything is the same each time', () => {
    expect(judge(check, whole())).toMatchObject({ outcome: 'passed', strength: { n: 215 } })
  })
  test('an explicit refusal of the second run is as good', () => {
    expect(judge(check, whole({ runs: [runs[0]!, { ...runs[1]!, ok: false, status: 409 }, runs[2]!, { ...runs[3]!, ok: false, status: 409 }] })).outcome).toBe('passed')
  })
  test('another state after the second or the simultaneous run fails', () => {
    expect(judge(check, whole({ again: { ...state, 'a is ready': 'false' } }))).toMatchObject({ outcome: 'failed', summary: 'after drain was done again a is ready differs from what one leaves' })
    expect(judge(check, whole({ concurrent: { ...state, 'title on a': '"y"' } }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('twice at once title on a') })
  })
  test('a state that could not be read, or that differs while the harness was disturbed, is no failure', () => {
    expect(judge(check, whole({ single: { ...state, 'title on a': '"timeout"' } }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('could not be read') })
    expect(judge(check, [...whole({ again: { ...state, 'a is ready': 'false' } }), echoLost(2_000)]).outcome).toBe('inconclusive')
  })
  test('an effect that is gone after the second or the simultaneous run fails', () => {
    expect(judge(check, whole({ effects: { ...effects, again: false } }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('gone') })
    expect(judge(check, whole({ effects: { ...effects, concurrent: false } }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('twice at once its effect') })
  })
  test('no answer, and two refusals of what one could do, fail', () => {
    const silent = { runs: [runs[0]!, { mode: 'again', ok: false, startedAtMs: 1_500, tookMs: 15_000, error: 'no answer' } as Run, ...runs.slice(2)] }
    expect(judge(check, whole(silent))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('gave no answer') })
    expect(judge(check, [...whole(silent), echoLost(3_000)]).outcome).toBe('inconclusive')
    expect(judge(check, whole({ runs: [...runs.slice(0, 2), ...runs.slice(2).map((one) => ({ ...one, ok: false, status: 409 }))] }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('refused both times') })
  })
  test('no answer to one of two at once fails as well', () => {
    const silent = { runs: [...runs.slice(0, 3), { mode: 'concurrent-second', ok: false, startedAtMs: 2_050, tookMs: 15_000, error: 'no answer' } as Run] }
    expect(judge(check, whole(silent))).toMatchObject({ outcome: 'failed', summary: 'drain gave no answer when it was done twice at once: no answer' })
  })
  test('what was not repeated though the descriptor may allow it is no pass, and is named where nothing could', () => {
    const beyond = (name: string, mayBeDeclared: boolean): HistoryEvent => fact('operations-beyond-trial', [{ name, reason: 'why', mayBeDeclared }])
    expect(judge(check, [...whole(), beyond('config.apply', true)])).toMatchObject({ outcome: 'inconclusive', lasting: true, summary: 'config.apply was not tried: why' })
    expect(judge(check, [...whole(), beyond('config.apply', false)])).toMatchObject({ outcome: 'passed', summary: expect.stringMatching(/; config.apply was not tried: why$/) })
    expect(judge(check, [...traffic(), beyond('config.apply', true)]).summary).toBe('config.apply was not tried: why')
    expect(judge(check, [...traffic(), beyond('config.apply', false)]).summary).toBe('no operation was repeated; config.apply was not tried: why')
    expect(judge(check, [...whole(), beyond('config.restore', true)])).toMatchObject({ outcome: 'passed', summary: expect.not.stringContaining('not tried') })
  })
  test('where no strong read is declared no write is looked for', () => {
    expect(judge(check, [...whole().filter((event) => !(event.kind === 'request' && event.load === 'reconcile')), fact('ledger-kept', false)])).toMatchObject({ outcome: 'passed' })
  })
  test('one failed request and one lost write fail', () => {
    const refused = request(2_500, { load: 'background', via: 'balancer', outcome: 'refused' })
    expect(judge(check, [...whole(), refused])).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 of 216 requests') })
    expect(judge(check, [...whole(), refused, echoLost(2_500)]).outcome).toBe('inconclusive')
    expect(judge(check, [...whole(), request(7_000, { load: 'reconcile', key: 'k', via: 'balancer', outcome: 'error-status', status: 404 })])).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('lost') })
  })
  test('an operation whose effect was there from the beginning may have done nothing: no pass', () => {
    const did = (text: string) => ({ outcome: 'inconclusive', summary: expect.stringContaining(text) })
    expect(judge(check, whole({ effects: { ...effects, before: true } }))).toMatchObject(did('was there before it was done the first time'))
    expect(judge(check, whole({ effects: { ...effects, beforeConcurrent: true } }))).toMatchObject(did('still there when it was done twice at once'))
    expect(judge(check, whole({ effects: { single: true, again: true, concurrent: true } as unknown as Repetition['effects'] }))).toMatchObject(did('is not known'))
    expect(judge(check, whole({ effects: { ...effects, before: true }, again: { ...state, 'a is ready': 'false' } })).outcome).toBe('failed')
  })
  test('one that has nothing to do by design must do no harm, and counts for nothing', () => {
    const idle = { nothingToDo: true, effects: { before: true, single: true, again: true, concurrent: true } }
    expect(judge(check, [...whole(), repetition('upgrade', idle)]).outcome).toBe('passed')
    expect(judge(check, [...whole(), repetition('upgrade', { ...idle, again: { ...state, 'a is ready': 'false' } })]).outcome).toBe('failed')
    expect(judge(check, whole(idle))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('2 operations that changed something') })
  })
  test('that too few operations can be repeated lasts, unless one of them was not', () => {
    const repeatable = (...names: readonly string[]): HistoryEvent => fact('operator-tasks', names.map((name) => ({ name, proper: true, failing: true, repeatable: true })))
    const two = [...traffic(), repetition('drain'), repetition('config.apply')]
    expect(judge(check, [repeatable()]).lasting).toBe(true)
    expect(judge(check, [...two, repeatable('drain', 'config.apply')])).toMatchObject({ outcome: 'inconclusive', lasting: true })
    expect(judge(check, [...two, repeatable('drain', 'config.apply', 'backup.create')])).not.toHaveProperty('lasting')
    expect(judge(check, [...two, repeatable('drain', 'config.apply'), fact('configuration-unread', true)])).not.toHaveProperty('lasting')
  })
  test('one that may be repeated and was not, or a configuration that could not be read, is no pass', () => {
    const all = fact('operator-tasks', ['drain', 'config.apply', 'backup.create'].map((name) => ({ name, proper: true, failing: true, repeatable: true })))
    expect(judge(check, [...whole(), all]).outcome).toBe('passed')
    expect(judge(check, [...whole(), fact('operator-tasks', [{ name: 'undrain', proper: true, failing: false, repeatable: true }])])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('undrain may be repeated and was not') })
    expect(judge(check, [...whole(), all, fact('configuration-unread', true)])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('could not be read') })
  })
  test('without a first effect, an overlap, a state, traffic, writes or an end there is no pass', () => {
    const without = (load: string) => whole().filter((event) => !(event.kind === 'request' && event.load === load))
    for (const events of [
      [],
      whole({ effects: { ...effects, single: false } }),
      whole({ runs: [{ ...runs[0]!, ok: false, status: 500 }, ...runs.slice(1)] }),
      whole({ runs: [...runs.slice(0, 3), run('concurrent-second', 2_100)] }),
      whole({ single: {}, again: {}, concurrent: {} }),
      without('background'),
      without('writes'),
      without('reconcile'),
      whole().filter((event) => !(event.kind === 'observation' && event.probe === 'repetitions-ended')),
      [...traffic(), repetition('drain'), repetition('config.apply')],
    ]) {
      expect(judge(check, events).outcome).toBe('inconclusive')
    }
  })
})
