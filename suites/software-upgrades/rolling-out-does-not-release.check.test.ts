import { describe, expect, test } from 'vitest'
import { fact, intervention } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { rollOutIsNoRelease } from '../feature-toggles/requirements/roll-outs.js'
import { corpusAnswer, newFeature, type CorpusPass, type FeatureSighting } from './corpus.js'
import { facts, instances, isProbe, observation, replaced, rolledOut, without } from './literal-upgrade.test-support.js'
import { probes } from './names.js'
import { rollingOutDoesNotRelease } from './rolling-out-does-not-release.check.js'

const thresholds = thresholdValues(rollOutIsNoRelease, 'quick')
const judge = (events: readonly HistoryEvent[]) => rollingOutDoesNotRelease.evaluate(historyOf(events), thresholds)

const answer = (instance: string, pass: CorpusPass, index: number, more: object = {}): HistoryEvent =>
  observation(corpusAnswer, instance, pass === 'after' ? 14_000 : 900, { pass, operation: 'desk', index, status: 200, body: `{"n":${index}}`, digest: `d${index}`, ...more })
const corpus = (pass: CorpusPass): HistoryEvent[] => instances.flatMap((one) => Array.from({ length: 10 }, (_, index) => answer(one, pass, index)))
const sighting = (instance: string, when: FeatureSighting['when'], state: string, boot = `${instance}-new`): HistoryEvent => observation(newFeature, instance, when === 'upgraded' ? 14_500 : 15_500, { feature: 'count', when, state, boot })
const switched = (acknowledged = true): HistoryEvent[] => intervention({ name: 'toggles.switchOn', label: 'new-feature', issuedAtMs: 15_000, ...(acknowledged ? { acknowledgedAtMs: 15_010 } : {}) })
const good = (): HistoryEvent[] => [
  ...facts(),
  fact('new-features', ['count']),
  ...rolledOut(),
  ...instances.flatMap((one) => replaced(one)),
  ...(['before', 'before-again', 'after'] as const).flatMap(corpus),
  ...instances.flatMap((one) => [sighting(one, 'upgraded', 'off'), sighting(one, 'switched-on', 'off'), sighting(one, 'switched-on', 'on')]),
  ...switched(),
]
const isSighting = (when: string, instance: string) => (event: HistoryEvent): boolean => isProbe(newFeature, instance)(event) && JSON.stringify(event).includes(`"${when}"`)

describe('rolling out does not release', () => {
  test('passes when nothing changed and the feature appeared', () => {
    expect(judge(good())).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('30 answers of 3 replicas') })
  })
  test.each<[string, HistoryEvent[], string]>([
    ['another body', [...good(), answer('r2', 'after', 3, { digest: 'x', body: '{"n":3,"count":2}' })], '"count":2'],
    ['another status', [...good(), answer('r2', 'after', 3, { status: 404 })], 'status 200 became 404'],
    ['a feature that is on', [...without(good(), isSighting('upgraded', 'r3')), sighting('r3', 'upgraded', 'on')], 'switched count on'],
    ['one that does not appear', [...without(good(), isSighting('switched-on', 'r3')), sighting('r3', 'switched-on', 'off')], 'did not appear on r3'],
    ['one that needs a restart', [...without(good(), isSighting('switched-on', 'r3')), sighting('r3', 'switched-on', 'on', 'r3-restarted')], 'restart of r3'],
    ['a refused switch', [...without(good(), (event) => event.kind === 'intervention'), ...switched(false)], 'could not be switched on'],
  ])('%s fails', (_, events, text) => {
    expect(judge(events)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining(text) })
  })
  test('no answers at all are none that are the same', () => {
    expect(rollingOutDoesNotRelease.evaluate(historyOf(without(good(), isProbe(corpusAnswer))), { ...thresholds, corpus_min: 0 })).toMatchObject({ outcome: 'inconclusive', summary: 'no answers were compared' })
  })
  test('answers that tell no boot do not tell a restart', () => {
    const bootless = without(good(), isSighting('switched-on', 'r3'))
    expect(judge([...bootless, observation(newFeature, 'r3', 15_500, { feature: 'count', when: 'switched-on', state: 'on' })])).toMatchObject({ outcome: 'inconclusive', summary: 'whether r3 was restarted for count cannot be seen' })
  })
  test('one answer of thirty that differs by itself is left out', () => {
    const events = [...good(), answer('r1', 'before-again', 3, { digest: 'y' }), answer('r1', 'after', 3, { digest: 'z' })]
    expect(judge(events)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('fewer than 10 answers of r1') })
    expect(judge([...events, ...(['before', 'before-again', 'after'] as const).map((pass) => answer('r1', pass, 10))])).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('1 that differ') })
  })
  test.each<[string, HistoryEvent[], string]>([
    ['nothing at all', [], 'not begun'],
    ['a failed upgrade', [...without(good(), isProbe('roll-out')), ...rolledOut({ end: { phase: 'ended', ok: false, cause: 'tool', error: 'halted' } })], 'did not succeed'],
    ['no version', without(good(), isProbe(probes.version)), 'did not succeed'],
    ['no answers', without(good(), isProbe(corpusAnswer)), 'could be compared'],
    ['no answers afterwards', without(good(), (event) => isProbe(corpusAnswer)(event) && JSON.stringify(event).includes('"after"')), 'could be compared'],
    ['unstable answers', [...good(), ...[1, 2, 3].map((index) => answer('r1', 'before-again', index, { digest: 'y' }))], 'differ from one time'],
    ['no features', [...good(), fact('new-features', [])], 'no new feature'],
    ['a feature nobody saw off', without(good(), isSighting('upgraded', 'r2')), 'count on r2'],
    ['no switch', without(good(), (event) => event.kind === 'intervention'), 'was not switched on'],
    ['nobody looked afterwards', without(good(), isSighting('switched-on', 'r1')), 'r1 (not seen)'],
  ])('%s is inconclusive', (_, events, text) => {
    expect(judge(events)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(text) })
  })
})
