import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, type TestContext } from 'vitest'
import { judgeAgain } from '../bin/judge-again.js'
import { failed, inconclusive, passed, type Finding } from '../core/check.js'
import { InterventionFailed } from '../core/errors.js'
import type { History } from '../core/history.js'
import { observationsOf } from '../core/reading.js'
import type { ScenarioContext } from '../core/scenario.js'
import { readRunInput } from '../engine/saved-run.js'
import { runFake, type FakeExperiment, type FakeRun } from './fake-world.test-support.js'

/** A scenario whose check says something else of each measurement of it: which one it is, its history says. */
const answering = (...answers: readonly Finding[]): Pick<FakeExperiment, 'exercise' | 'checks'> => {
  let measurement = 0
  return {
    exercise: async ({ observe }: ScenarioContext) => observe('measurement', 'service', (measurement += 1)),
    checks: [{ id: 'it-holds', evaluate: (history: History) => answers[Number(observationsOf(history, 'measurement')[0]?.value) - 1] ?? failed('measured more often than that') }],
  }
}
const undecided = inconclusive('the harness stalled', [{ note: 'stall', measured: 400 }])
const held = passed('all 30 completed', [{ note: 'completed', measured: 30 }])

/** Most of a run is waiting, so the tests wait side by side; each has its own run, removed with the test. */
async function ran({ onTestFinished }: TestContext, experiment: FakeExperiment): Promise<FakeRun> {
  const run = await runFake(experiment)
  onTestFinished(() => run.remove())
  return run
}
const firstOf = ({ report }: FakeRun) => report.requirements[0]
const announcedBy = ({ events }: FakeRun) => events.flatMap((event) => (event.type === 'verdict' && event.requirement === 'TEST-01' ? [event.outcome] : []))

describe.concurrent('what was left undecided beside other scenarios', () => {
  test('is measured again alone, and the second measurement decides; the first stays in the report', async (context) => {
    const run = await ran(context, { ...answering(undecided, held), beside: 1, besideMs: 300, measureAgain: true })
    expect(run.report).toMatchObject({ exitCode: 0, verdict: expect.stringContaining('some in a second measurement (TEST-01)') as string, score: { coverage: 1, counts: { passed: 2, inconclusive: 0 } } })
    expect(firstOf(run)).toMatchObject({
      outcome: 'passed', summary: 'all 30 completed', scenario: 'testing/it-holds--again', evidence: held.evidence,
      findings: [{ outcome: 'inconclusive', superseded: true, scenario: 'testing/it-holds' }, { outcome: 'passed', scenario: 'testing/it-holds--again' }],
    })
    expect(run.report.scenarios.map(({ id, history }) => [id, history])).toEqual([
      ['testing/it-holds', 'scenarios/testing/it-holds/history.ndjson'],
      ['testing/neighbour-1', 'scenarios/testing/neighbour-1/history.ndjson'],
      ['testing/it-holds--again', 'scenarios/testing/it-holds--again/history.ndjson'],
    ])
    expect(announcedBy(run)).toEqual(['inconclusive', 'passed'])
    expect(run.events.filter(({ type }) => type === 'measuring-again')).toMatchObject([{ requirements: ['TEST-01'], scenarios: [{ id: 'testing/it-holds--again' }] }])
  })
  test('is failed when it fails then: it was not the machine', async (context) => {
    const run = await ran(context, { ...answering(undecided, failed('3 of 30 were lost')), beside: 1, besideMs: 300, measureAgain: true })
    expect(firstOf(run)).toMatchObject({ outcome: 'failed', summary: '3 of 30 were lost' })
    expect(run.report.exitCode).toBe(1)
  })
  test('stays undecided when it is so again, and is measured no third time', async (context) => {
    const run = await ran(context, { ...answering(undecided, undecided, held), beside: 1, besideMs: 300, measureAgain: true })
    expect(firstOf(run)).toMatchObject({ outcome: 'inconclusive', findings: [{ scenario: 'testing/it-holds' }, { scenario: 'testing/it-holds--again' }] })
    expect(firstOf(run)?.findings.some(({ superseded }) => superseded)).toBe(false)
    expect(run.report).toMatchObject({ exitCode: 2, scenarios: { length: 3 } })
  })
  test('does the very same again: it draws what the first measurement drew', async (context) => {
    const drawn: number[] = []
    const experiment = answering(undecided, held)
    const exercise = async (scenario: ScenarioContext): Promise<void> => {
      drawn.push(scenario.random())
      await experiment.exercise?.(scenario)
    }
    await ran(context, { ...experiment, exercise, beside: 1, besideMs: 300, measureAgain: true })
    expect(drawn).toEqual([drawn[0], drawn[0]])
  })
  test('keeps what another check found the first time', async (context) => {
    const experiment = answering(undecided, held)
    let asked = 0
    const other = { id: 'it-holds-too', evaluate: () => ((asked += 1) === 1 ? held : undecided) }
    const run = await ran(context, { ...experiment, checks: [...experiment.checks, other], beside: 1, besideMs: 300, measureAgain: true })
    expect(firstOf(run)).toMatchObject({ outcome: 'passed', findings: [{ superseded: true }, { check: 'it-holds-too', outcome: 'passed' }, { check: 'it-holds', outcome: 'passed' }] })
    expect(asked).toBe(1)
  })
  test('keeps its own reason when the run is interrupted before the second measurement', async (context) => {
    const interruption = new AbortController()
    const experiment = answering(undecided, held)
    let folder = ''
    const exercise = async (scenario: ScenarioContext): Promise<void> => {
      await experiment.exercise?.(scenario)
      // Not before the engine has begun with the second one: its exercise is the first thing that can tell.
      if (readRunInput(folder).scenarios.length === 3) interruption.abort()
    }
    const run = await ran(context, { ...experiment, exercise, beside: 1, besideMs: 300, measureAgain: true, signal: interruption.signal, onFolder: (made) => (folder = made) })
    expect(run.report).toMatchObject({ status: 'interrupted', exitCode: 2 })
    expect(firstOf(run)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('the harness stalled') as string })
    expect(firstOf(run)?.findings.some(({ superseded }) => superseded)).toBe(false)
  })
  test('judged again from what was saved, it has the same answer', async (context) => {
    const run = await ran(context, { ...answering(undecided, held), beside: 1, besideMs: 300, measureAgain: true })
    const input = readRunInput(run.folder)
    expect(input.scenarios.map(({ id }) => id)).toEqual(['testing/it-holds', 'testing/neighbour-1', 'testing/it-holds--again'])
    const again = judgeAgain(run.folder, input, { overrides: new Map(), suites: run.suites })
    expect(again.requirements[0]).toMatchObject({ outcome: 'passed', scenario: 'testing/it-holds--again', findings: [{ superseded: true }, { outcome: 'passed' }] })
    expect(readFileSync(join(run.folder, 'scenarios/testing/it-holds--again/history.ndjson'), 'utf8')).toContain('"scenario":"testing/it-holds--again"')
  })
})

describe.concurrent('nothing is measured again', () => {
  test.for([
    ['what failed, though it would pass the next time', { ...answering(failed('3 of 30 were lost'), held), beside: 1, besideMs: 300, measureAgain: true }, 'failed'],
    ['what was cut short: that is not for what ran beside it', { checks: [{ id: 'it-holds', evaluate: () => held }], exercise: async () => { throw new InterventionFailed('stop', 'replica-0', 'it would not') }, beside: 1, besideMs: 300, measureAgain: true }, 'inconclusive'],
    ['what ran alone: nothing would be different', { ...answering(undecided, held), measureAgain: true }, 'inconclusive'],
    ['unless that is asked for', { ...answering(undecided, held), beside: 1, besideMs: 300 }, 'inconclusive'],
  ] as const)('%s', async ([, experiment, outcome], context) => {
    const run = await ran(context, experiment)
    expect(firstOf(run)).toMatchObject({ outcome, findings: [{ outcome }] })
    expect(run.report.scenarios).toHaveLength(1 + ('beside' in experiment ? 1 : 0))
    expect(run.events.some(({ type }) => type === 'measuring-again')).toBe(false)
  })
  test('after an interruption', async (context) => {
    const interruption = new AbortController()
    const experiment = answering(undecided, held)
    const exercise = async (scenario: ScenarioContext): Promise<void> => {
      await experiment.exercise?.(scenario)
      interruption.abort()
    }
    const run = await ran(context, { ...experiment, exercise, beside: 1, besideMs: 300, measureAgain: true, signal: interruption.signal })
    expect(run.report).toMatchObject({ status: 'interrupted', exitCode: 2 })
    expect(firstOf(run)?.outcome).toBe('inconclusive')
    expect(run.events.some(({ type }) => type === 'measuring-again')).toBe(false)
  })
})
