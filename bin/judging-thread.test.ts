import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import type { RecordedScenario } from '../engine/judge-scenario.js'
import { ownProgram } from '../operating-system/own-program.js'
import { openJudgingThread } from './judging-thread.js'

const folder = mkdtempSync(join(tmpdir(), 'sw-judging-thread-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A suite of a user's own, whose check says how many answers it was told to expect. */
const module = join(folder, 'suite.mjs')
writeFileSync(
  module,
  `import { defineRequirement } from ${JSON.stringify(pathToFileURL(ownProgram(import.meta.url, '../core/own-suite')).href)}
import { eventsOf } from ${JSON.stringify(pathToFileURL(ownProgram(import.meta.url, '../core/history')).href)}
const id = 'X-ORDERS-01'
const isBroken = (history) => [...eventsOf(history, 'incomplete')].length > 0
const evaluate = (history, thresholds) => ({ outcome: thresholds.jobs === 5 && !isBroken(history) ? 'passed' : 'failed', summary: 'asked for ' + thresholds.jobs, evidence: [{ note: 'counted', measured: 5, more: () => {} }] })
export default {
  id: 'x-orders', title: 'Orders', areas: [{ id: 'X-ORDERS', title: 'Orders' }], counterexamples: { [id]: [{ kind: 'incomplete', atMs: 1, reason: 'r', cause: 'interrupted' }] },
  requirements: [{ ...defineRequirement({ id, area: 'X-ORDERS', title: 'Orders are kept', keyword: 'MUST', level: 1, safety: 'safe', statement: 'They are.', why: 'w', passCriterion: 'p', remediation: 'r' }),
    thresholds: [{ key: 'jobs', unit: 'count', meaning: 'jobs', standard: 5 }] }],
  scenarios: [{ id: 'x-orders/orders', title: 'Orders', needs: [], instanceCountMin: 1, expectedMs: () => 1, exercise: async () => {}, checks: [{ id: 'orders-are-kept', requirement: id, evaluate }] }],
}
`,
)

function recorded(scenario: string, jobs = 5): RecordedScenario {
  const history = `${scenario}.ndjson`
  const lines = [
    { kind: 'header', schema: 'seaworthy-history/v1', runId: 'r', scenario, startedAt: '2026-01-01T00:00:00Z' },
    { kind: 'gate', name: 'baseline', passed: true, startedAtMs: 0, atMs: 10, requests: 100, failed: 0 },
    { kind: 'end', atMs: 20, events: 1 },
  ]
  mkdirSync(join(folder, 'x-orders'), { recursive: true })
  writeFileSync(join(folder, history), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  return { runDirectory: folder, runId: 'r', scenario, checks: ['orders-are-kept'], selected: ['X-ORDERS-01'], run: { history, logs: [], durationMs: 1 }, thresholds: { 'X-ORDERS-01': { jobs } } as RecordedScenario['thresholds'] }
}

test("a thread judges a recorded scenario with the user's own suites and the thresholds of the run, also one that was measured again", async () => {
  await using thread = openJudgingThread([module])
  const found = await thread.judge(recorded('x-orders/orders'))
  expect(found).toMatchObject({ isWhole: true, incomplete: null, judgements: [{ requirement: 'X-ORDERS-01', check: 'orders-are-kept', scenario: 'x-orders/orders', finding: { outcome: 'passed', summary: 'asked for 5' } }] })
  expect((await thread.judge(recorded('x-orders/orders--again', 6))).judgements).toMatchObject([{ scenario: 'x-orders/orders--again', finding: { outcome: 'failed', summary: 'asked for 6' } }])
})

test('a scenario that no suite has, and a history that is not there, are errors with their code', async () => {
  await using thread = openJudgingThread()
  await expect(thread.judge(recorded('x-orders/orders'))).rejects.toMatchObject({ code: 'SW_RUN_UNREADABLE', message: expect.stringContaining('x-orders/orders') as string })
  await expect(thread.judge({ ...recorded('x-orders/orders'), scenario: 'queue-draining/a-drain-ends', run: { history: 'nowhere.ndjson', logs: [], durationMs: 1 } })).rejects.toMatchObject({ message: expect.stringContaining('nowhere.ndjson') as string })
})

test('suites that cannot be loaded are told to whoever asks', async () => {
  await using thread = openJudgingThread([join(folder, 'nowhere.mjs')])
  await expect(thread.judge(recorded('x-orders/orders'))).rejects.toMatchObject({ code: 'SW_SUITE_UNREADABLE' })
})
