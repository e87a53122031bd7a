import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Outcome } from '../../core/outcome.js'
import type { DefectResult, SelftestReport } from '../../core/selftest-report.js'
import { conclude } from './tell-results.js'
import { judgeInLanes } from './judge-in-lanes.js'
import { recheckSelftest } from './recheck-selftest.js'

let folder: string
let said: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sw-recheck-'))
  said = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => (said.push(String(text).trimEnd()), true))
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

type Outcomes = Readonly<Record<string, Outcome>>
const defect = 'drain.kills-inflight'
const startedAt = '2026-01-01T00:00:00Z'
const runs = new Map<string, { readonly reproduceWith: string; readonly outcomes: Outcomes }>()
beforeEach(() => runs.clear())

/** A run as it lies there, and what the checks of today make of it. */
function run(name: string, outcomes: Outcomes, reproduceWith = `--defect ${defect}`, begunAt = '2026-01-01T00:01:00Z'): void {
  const input = { schema: 'seaworthy-run-input/v1', runId: 'r', version: '0', startedAt: begunAt, service: { name: 'reference', waivers: [], overrides: {} }, descriptorPath: '', driver: 'process', profile: 'quick', randomSeed: 1, requiredLevel: null, reproduceWith, thresholds: {}, settled: {}, scenarios: [] }
  mkdirSync(join(folder, 'saved', name), { recursive: true })
  writeFileSync(join(folder, 'saved', name, 'run-input.json'), JSON.stringify(input))
  runs.set(join(folder, 'saved', name), { reproduceWith, outcomes })
}

interface Saved {
  readonly outcomes?: Outcomes
  readonly attempts?: number
  readonly clean?: Outcomes
  readonly unconfirmed?: Readonly<Record<string, string>>
}
function save({ outcomes = { 'DRAIN-03': 'failed', 'DRAIN-01': 'passed' }, attempts = 1, clean, unconfirmed }: Saved): void {
  const ofDefect = { id: defect, requirement: 'DRAIN-03', detected: true, failed: ['DRAIN-03'], unexpected: [], reasons: {}, outcomes, run: attempts > 1 ? `${defect}-2` : defect, attempts, durationMs: 5_000, ...(unconfirmed === undefined ? {} : { unconfirmed }) }
  const report = { schema: 'seaworthy-selftest/v1', randomSeed: 7, startedAt, durationMs: 9, clean: clean === undefined ? null : { outcomes: clean, notPassed: [], reasons: {}, run: 'clean' }, defects: [ofDefect] }
  writeFileSync(join(folder, 'saved', 'selftest.json'), JSON.stringify(report))
}

async function recheck(): Promise<{ readonly exitCode: number; readonly report: SelftestReport }> {
  const judge = async (directory: string) => {
    const { reproduceWith, outcomes } = runs.get(directory)!
    return Promise.resolve({ reproduceWith, requirements: Object.entries(outcomes).map(([id, outcome]) => ({ id: id as 'DRAIN-01', outcome, summary: `${id} is ${outcome}` })) })
  }
  const judgeRuns: typeof judgeInLanes = async (items, _lanes, work) => Promise.all(items.map(async (item) => work(item, judge)))
  const exitCode = await recheckSelftest({ saved: join(folder, 'saved'), output: join(folder, 'again'), lanes: 2, judgeRuns })
  expect(existsSync(join(folder, 'again', 'selftest.html'))).toBe(true)
  return { exitCode, report: JSON.parse(readFileSync(join(folder, 'again', 'selftest.json'), 'utf8')) as SelftestReport }
}

describe('a selftest judged again', () => {
  test('gives the same matrix when the checks say the same, beside the saved runs', async () => {
    run(defect, { 'DRAIN-03': 'failed', 'DRAIN-01': 'passed', 'START-01': 'skipped' })
    run('clean', { 'DRAIN-03': 'passed', 'DRAIN-01': 'passed', 'START-01': 'skipped' }, '')
    save({ clean: { 'DRAIN-03': 'passed', 'DRAIN-01': 'passed' } })
    const { exitCode, report } = await recheck()
    expect(exitCode).toBe(0)
    expect(said).toContain('no outcome moved')
    expect(report).toMatchObject({
      randomSeed: 7, startedAt, clean: { outcomes: { 'DRAIN-03': 'passed', 'DRAIN-01': 'passed' }, notPassed: [], run: '../saved/clean' }, recheck: { of: '../saved', moved: [] },
      defects: [{ id: defect, detected: true, outcomes: { 'DRAIN-03': 'failed', 'DRAIN-01': 'passed' }, run: `../saved/${defect}`, durationMs: 5_000 }],
    })
  })

  test('says which outcomes moved, and fails when a defect is not found any more', async () => {
    run(defect, { 'DRAIN-03': 'passed', 'DRAIN-01': 'passed' })
    save({})
    const { exitCode, report } = await recheck()
    expect(exitCode).toBe(1)
    expect(report.recheck?.moved).toEqual([{ defect, requirement: 'DRAIN-03', before: 'failed', after: 'passed', summary: 'DRAIN-03 is passed' }])
    expect(said).toContain(`     ${defect}: DRAIN-03 was failed, is passed: DRAIN-03 is passed`)
    expect(said).toContain('0 of 1 defects were detected by their own check with nothing unexpected')
  })

  test('what is not judged any more has moved, and was not detected', async () => {
    run(defect, { 'DRAIN-01': 'passed' })
    save({})
    const { exitCode, report } = await recheck()
    expect([exitCode, report.recheck?.moved]).toEqual([1, [{ defect, requirement: 'DRAIN-03', before: 'failed', after: null, summary: '' }]])
  })

  test.each([
    ['passed', 'passed', 1],
    ['failed', 'failed', 0],
    ['inconclusive', 'failed', 0],
  ] as const)('a first attempt that is %s today: what counts is %s', async (first, counts, exitCode) => {
    run(defect, { 'DRAIN-03': first })
    run(`${defect}-2`, { 'DRAIN-03': 'failed' })
    save({ attempts: 2, outcomes: { 'DRAIN-03': 'failed' } })
    const again = await recheck()
    expect([again.exitCode, again.report.defects[0]?.outcomes]).toEqual([exitCode, { 'DRAIN-03': counts }])
  })

  test('what failed unexpectedly beside others counts where it does not pass alone, and is told where it does', async () => {
    run(defect, { 'DRAIN-03': 'failed', 'DRAIN-01': 'failed' })
    run(`${defect}-2`, { 'DRAIN-03': 'failed', 'DRAIN-01': 'passed' })
    save({ attempts: 2 })
    const unborne = await recheck()
    expect([unborne.exitCode, unborne.report.defects[0]?.unexpected, unborne.report.defects[0]?.unconfirmed]).toEqual([0, [], { 'DRAIN-01': 'DRAIN-01 is failed' }])
    expect(said).toContain('     DRAIN-01: failed beside other runs, passed alone: DRAIN-01 is failed')
    expect(said).toContain('failures beside other runs that passed alone: 1')
    run(`${defect}-2`, { 'DRAIN-03': 'failed', 'DRAIN-01': 'failed' })
    rmSync(join(folder, 'again'), { recursive: true })
    const confirmed = await recheck()
    expect([confirmed.exitCode, confirmed.report.defects[0]?.unexpected, confirmed.report.defects[0]?.unconfirmed]).toEqual([1, ['DRAIN-01'], undefined])
    for (const undecided of [{ 'DRAIN-03': 'failed', 'DRAIN-01': 'inconclusive' }, {}] as const) {
      run(`${defect}-2`, undecided)
      rmSync(join(folder, 'again'), { recursive: true })
      const open = await recheck()
      expect([open.exitCode, open.report.defects[0]?.unexpected, open.report.defects[0]?.unconfirmed]).toEqual([1, ['DRAIN-01'], undefined])
    }
  })

  test('what a first attempt showed that is not there any more stays as it was told', async () => {
    run(`${defect}-2`, { 'DRAIN-03': 'failed', 'DRAIN-01': 'passed' })
    save({ attempts: 2, unconfirmed: { 'DRAIN-01': 'late', 'DRAIN-02': 'late', 'START-01': 'late' } })
    const { exitCode, report } = await recheck()
    expect([exitCode, Object.keys(report.defects[0]?.unconfirmed ?? {}).length]).toEqual([1, 3])
  })

  test.each([[2, 0], [3, 1]])('%i that pass alone end a selftest with %i', (count, exitCode) => {
    const unconfirmed = Object.fromEntries(['DRAIN-01', 'DRAIN-02', 'START-01'].slice(0, count).map((id) => [id, 'late']))
    const result: DefectResult = { id: defect, requirement: 'DRAIN-03', detected: true, failed: ['DRAIN-03'], unexpected: [], outcomes: {}, reasons: {}, run: `${defect}-2`, attempts: 2, durationMs: 1, unconfirmed }
    expect(conclude({ wanted: 1, results: [result], clean: null, say: (text) => void said.push(text) })).toBe(exitCode)
    expect(said.at(-1)).toContain(`passed alone: ${count}`)
  })

  test.each([
    ['2026-01-01T00:02:00Z', 'passed', 0],
    ['2025-12-31T00:00:00Z', 'inconclusive', 1], // of an earlier selftest in that folder
  ] as const)('what the run without a defect leaves open is taken from the second one, begun %s: %s', async (begunAt, outcome, exitCode) => {
    run(defect, { 'DRAIN-03': 'failed' })
    run('clean', { 'DRAIN-03': 'inconclusive' }, '')
    run('clean-2', { 'DRAIN-03': 'passed' }, '', begunAt)
    save({ outcomes: { 'DRAIN-03': 'failed' }, clean: { 'DRAIN-03': 'passed' } })
    const again = await recheck()
    expect([again.exitCode, again.report.clean?.outcomes]).toEqual([exitCode, { 'DRAIN-03': outcome }])
  })

  test('one that failed without a defect stays failed', async () => {
    run(defect, { 'DRAIN-03': 'failed' })
    run('clean', { 'DRAIN-03': 'failed' }, '')
    run('clean-2', { 'DRAIN-03': 'passed' }, '')
    save({ outcomes: { 'DRAIN-03': 'failed' }, clean: { 'DRAIN-03': 'passed' } })
    expect((await recheck()).exitCode).toBe(1)
  })

  test('a run that began and was not concluded counts against it, one of an earlier selftest does not', async () => {
    run(defect, { 'DRAIN-03': 'failed' })
    run('moni.fail-with-200', {}, '--defect moni.fail-with-200', '2025-12-31T00:00:00Z')
    save({ outcomes: { 'DRAIN-03': 'failed' } })
    expect((await recheck()).exitCode).toBe(0)
    run('moni.fail-with-200', {}, '--defect moni.fail-with-200')
    expect((await recheck()).exitCode).toBe(1)
    expect(said).toContain('begun, and not concluded by that selftest: moni.fail-with-200')
  })

  test('a run with another defect than it should have is refused', async () => {
    run(defect, { 'DRAIN-03': 'failed' }, '--defect drain.other')
    save({})
    await expect(recheck()).rejects.toMatchObject({ code: 'SW_RUN_UNREADABLE', exitCode: 64 })
  })
})

test('runs are judged side by side, no more than there are lanes, and what cannot be read has its code', async () => {
  let [underWay, most] = [0, 0]
  const work = async (item: number): Promise<number> => {
    most = Math.max(most, (underWay += 1))
    await new Promise((resolve) => setTimeout(resolve, 20))
    underWay -= 1
    return item * 2
  }
  expect(await judgeInLanes([1, 2, 3, 4, 5], 2, work)).toEqual([2, 4, 6, 8, 10])
  expect(most).toBe(2)
  await expect(judgeInLanes(['nowhere'], 2, async (item, judge) => judge(join(folder, item)))).rejects.toMatchObject({ code: 'SW_RUN_UNREADABLE', exitCode: 64, message: expect.stringContaining('nowhere') as string })
})
