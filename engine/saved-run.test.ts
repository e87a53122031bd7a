import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { suites } from '../suites/index.js'
import { buildReport } from './build-report.js'
import { readRunInput, readRunReport } from './saved-run.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Loose {
  [key: string]: unknown
  requirements: Record<string, unknown>[]
}

const written = (change: (report: Loose) => void): string => {
  const report = buildReport({
    runId: 'r', status: 'complete', service: { name: 's', waivers: [] }, descriptorPath: 'seaworthy.yaml', driver: 'process', profile: 'quick', randomSeed: 1,
    startedAt: '2026-01-31T12:00:00.000Z', durationMs: 1, version: '0', requiredLevel: null, notRestored: [], suites, plan: { settled: new Map(), scenarios: [] }, thresholds: () => ({}), judgements: [], scenarios: [], reproduceWith: '',
  }) as unknown as Loose
  change(report)
  writeFileSync(join(folder, 'run.json'), JSON.stringify(report))
  return folder
}

test('a report as it was written is read', () => {
  expect(readRunReport(written(() => {})).runId).toBe('r')
})

test.each<[string, (report: Loose) => void, RegExp]>([
  ['an outcome that is none', ({ requirements }) => (requirements[0]!['outcome'] = 'fine'), /requirements\.0\.outcome/],
  ['evidence that says nothing', ({ requirements }) => (requirements[0]!['evidence'] = [{ measured: 1 }]), /requirements\.0\.evidence\.0\.note/],
  ['requests that are no list', ({ requirements }) => (requirements[0]!['evidence'] = [{ note: 'n', requests: 'abc' }]), /requirements\.0\.evidence\.0\.requests/],
  ['a scenario that is a number', ({ requirements }) => (requirements[0]!['scenario'] = 5), /requirements\.0\.scenario/],
  ['a time that is none', (report) => (report['startedAt'] = 'nonsense'), /startedAt: expected a time/],
])('%s is told with its place', (_, change, found) => {
  expect(() => readRunReport(written(change))).toThrow(expect.objectContaining({ code: 'SW_RUN_UNREADABLE', message: expect.stringMatching(found) as string }))
})

test.each(['passed', 'failed', 'inconclusive', 'error'])('a requirement that is %s before anything ran is refused', (outcome) => {
  const input = {
    schema: 'seaworthy-run-input/v1', runId: 'r', version: '0', startedAt: '2026-01-31T12:00:00.000Z', service: { name: 's', waivers: [], overrides: {} }, descriptorPath: '', driver: 'process',
    profile: 'quick', randomSeed: 1, requiredLevel: null, reproduceWith: '', thresholds: {}, scenarios: [],
  }
  const readWith = (settled: string) => {
    writeFileSync(join(folder, 'run-input.json'), JSON.stringify({ ...input, settled: { 'DRAIN-01': { outcome: settled, reason: 'said so' } } }))
    return readRunInput(folder)
  }
  expect(readWith('missing').runId).toBe('r')
  expect(() => readWith(outcome)).toThrow(expect.objectContaining({ code: 'SW_RUN_UNREADABLE', message: expect.stringMatching(/settled\.DRAIN-01\.outcome/) as string }))
})

test('a saved run that names what is outside of its folder is refused', () => {
  const naming = (history: string | null, logs: readonly string[]) => () =>
    readRunReport(written((report) => (report['scenarios'] = [{ id: 'a/b', title: 't', history, logs, durationMs: 1, requests: 0, lost: 0, incomplete: null, timeline: { bucketMs: 1, buckets: [], interventions: [], phases: [] } }])))
  expect(naming('scenarios/a/b/history.ndjson', ['scenarios/a/b/logs/x.log'])().runId).toBe('r')
  for (const path of ['../../secret', '/etc/passwd', 'scenarios/../../x', 'scenarios\\..\\..\\x']) {
    const refused = expect.objectContaining({ code: 'SW_RUN_UNREADABLE', message: expect.stringContaining('expected a path inside the folder of the run') as string }) as Error
    expect(naming(path, []), path).toThrow(refused)
    expect(naming(null, [path]), path).toThrow(refused)
  }
})
