import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { passed, strengthOf } from '../core/check.js'
import { defineRequirement } from '../core/own-suite.js'
import type { RunReport } from '../core/run-report.js'
import type { Scenario, Suite } from '../core/scenario.js'
import { buildReport } from '../engine/build-report.js'
import type { RunInput } from '../engine/run-directory.js'
import { judgeAgain } from './judge-again.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sw-judge-again-'))
  for (const name of ['one', 'two']) saveHistory(name)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const id = 'X-ORDERS-01'
const jobs = { key: 'jobs', unit: 'count', meaning: 'jobs that are done', standard: 5 } as const
const scenario = (name: string): Scenario => ({
  id: `x-orders/${name}`, title: name, needs: [], instanceCountMin: 1, expectedMs: () => 1, exercise: async () => {},
  checks: [{ id: 'orders-are-kept', requirement: id, evaluate: () => passed('all 5 were kept', [], { strength: strengthOf(5) }) }],
})
const suite: Suite = {
  id: 'x-orders', title: 'Orders', areas: [{ id: 'X-ORDERS', title: 'Orders' }], scenarios: [scenario('one'), scenario('two')],
  requirements: [{ ...defineRequirement({ id, area: 'X-ORDERS', title: 'Orders are kept', keyword: 'MUST', level: 1, safety: 'safe', statement: 'They are.', why: '', passCriterion: '', remediation: '' }), thresholds: [jobs] }],
}
const input: RunInput = {
  schema: 'seaworthy-run-input/v1', runId: 'r', version: '0', startedAt: '2026-01-01T00:00:00Z', service: { name: 'orders', waivers: [], overrides: {} }, descriptorPath: '', driver: 'process',
  profile: 'quick', randomSeed: 1, allow: 'safe', requiredLevel: null, reproduceWith: '', thresholds: {}, settled: {},
  scenarios: ['one', 'two'].map((name) => ({ id: `x-orders/${name}`, selected: [id] })),
}
function saveHistory(name: string): void {
  const lines = [
    { kind: 'header', schema: 'seaworthy-history/v1', runId: 'r', scenario: `x-orders/${name}`, startedAt: '2026-01-01T00:00:00Z' },
    { kind: 'gate', name: 'baseline', passed: true, startedAtMs: 0, atMs: 10, requests: 100, failed: 0 },
    { kind: 'end', atMs: 20, events: 1 },
  ]
  mkdirSync(join(folder, 'scenarios/x-orders', name), { recursive: true })
  writeFileSync(join(folder, 'scenarios/x-orders', name, 'history.ndjson'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
}
function saveReport(more: Partial<RunReport> = {}): void {
  const report = buildReport({ ...input, status: 'complete', durationMs: 1, notRestored: [], suites: [suite], plan: { settled: new Map(), scenarios: [] }, thresholds: () => ({}), judgements: [], scenarios: [] })
  writeFileSync(join(folder, 'run.json'), JSON.stringify({ ...report, ...more }))
}
const again = (overrides: Record<string, number> = {}, given = input) => judgeAgain(folder, given, { overrides: new Map(Object.keys(overrides).length === 0 ? [] : [[id, overrides]]), suites: [suite] })

describe('a saved run that was not whole', () => {
  test('that was whole is a success', () => {
    saveReport()
    expect(again()).toMatchObject({ exitCode: 0, status: 'complete', restored: true })
  })
  test.each([['crashed', /the harness crashed; otherwise/], ['interrupted', /did not reach its end; otherwise/]] as const)('%s: no success', (status, verdict) => {
    saveReport({ status })
    expect(again()).toMatchObject({ exitCode: 2, status, verdict: expect.stringMatching(verdict) as string })
  })
  test('without its run.json nobody knows what it left behind', () => {
    expect(again()).toMatchObject({ exitCode: 2, restored: false, notRestored: [expect.stringContaining('no run.json')] })
  })
  test('not restored, without a word of what: no success', () => {
    saveReport({ restored: false, notRestored: [] })
    expect(again()).toMatchObject({ exitCode: 2, restored: false })
  })
  test('a scenario that left no history is an error, whatever another one showed', () => {
    saveReport()
    rmSync(join(folder, 'scenarios/x-orders/two'), { recursive: true })
    const report = again()
    expect(report).toMatchObject({ exitCode: 2, verdict: expect.stringContaining(id) as string })
    expect(report.requirements[0]).toMatchObject({ outcome: 'error', scenario: null, summary: expect.stringContaining('x-orders/two left no history') as string })
    expect(report.requirements[0]?.findings.map(({ outcome }) => outcome)).toEqual(['passed', 'error'])
  })
})

test('thresholds of the descriptor stay beside those of now, and only what asks for less is relaxed', () => {
  saveReport()
  const withOverrides = { ...input, service: { ...input.service, overrides: { [id]: { jobs: 2 } } }, thresholds: { [id]: { jobs: 2 } } } as RunInput
  expect(again({}, withOverrides)).toMatchObject({ verdict: expect.stringContaining('with relaxed thresholds (X-ORDERS-01)') as string, requirements: [{ relaxed: ['jobs'] }] })
  expect(again({ jobs: 9 }, withOverrides).requirements[0]).toMatchObject({ relaxed: [], thresholds: { jobs: 9 } })
})
test('a threshold of the saved run itself that asks for less than the profile does is relaxed, whatever its overrides say', () => {
  saveReport()
  const report = again({}, { ...input, thresholds: { [id]: { jobs: 1 } } } as RunInput)
  expect(report).toMatchObject({ verdict: expect.stringContaining('with relaxed thresholds (X-ORDERS-01)') as string, requirements: [{ relaxed: ['jobs'], thresholds: { jobs: 1 } }] })
})
test('a threshold that no descriptor may have decides nothing', () => {
  saveReport()
  expect(() => again({}, { ...input, thresholds: { [id]: { jobs: 0 } } } as RunInput)).toThrow(
    expect.objectContaining({ code: 'SW_RUN_UNREADABLE', message: expect.stringMatching(/X-ORDERS-01\.jobs is 0, expected a number from 1/) as string }),
  )
})
test('the report of another run says nothing of how this one ended', () => {
  saveReport({ runId: 'another' })
  expect(() => again()).toThrow(expect.objectContaining({ code: 'SW_RUN_UNREADABLE', message: expect.stringMatching(/run\.json is of the run another/) as string }))
})
test('a waiver of what passed is stale, and no mark on it', () => {
  saveReport()
  const waiver = { requirement: id, reason: 'until the rewrite', owner: 'us', until: '2031-01-01' } as const
  const report = again({}, { ...input, service: { ...input.service, waivers: [waiver] } })
  expect(report).toMatchObject({ exitCode: 0, verdict: expect.stringMatching(/^seaworthy/) as string })
  expect(report.requirements[0]).toMatchObject({ outcome: 'passed', waived: null, staleWaiver: { owner: 'us', until: '2031-01-01' } })
})
