import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { historyOf, type RequestEvent } from '../core/history.js'
import { allureFolder, allureReporter, reportAsAllure } from './allure.js'
import { exampleReport, hostileReport } from './fixtures.js'

interface Result {
  readonly name: string
  readonly status: string
  readonly historyId: string
  readonly statusDetails: { readonly message: string; readonly known?: boolean; readonly muted?: boolean }
  readonly attachments: readonly { readonly name: string; readonly source: string }[]
}
const resultsIn = (files: ReadonlyMap<string, string>): readonly Result[] =>
  [...files].filter(([name]) => name.endsWith('-result.json')).map(([, text]) => JSON.parse(text) as Result)
const named = (results: readonly Result[], id: string): Result => results.find(({ name }) => name.startsWith(`${id} `))!

const request = (id: number): RequestEvent => ({ kind: 'request', id, load: 'witness', operation: 'slow', method: 'POST', via: 'balancer', plannedAtMs: 31_000, endedAtMs: 31_900, outcome: 'truncated', status: 200, instance: 'replica-2' })

describe('Allure results', () => {
  test.each([
    ['DRAIN-01', 'passed'],
    ['DRAIN-03', 'failed'],
    ['RDND-07', 'failed'],
    ['START-05', 'broken'],
    ['MONI-02', 'broken'],
    ['RDND-04', 'skipped'],
  ])('%s is %s', (id, status) => {
    expect(named(resultsIn(reportAsAllure(exampleReport)), id).status).toBe(status)
  })

  test('a waived failure stays one, and is muted', () => {
    expect(named(resultsIn(reportAsAllure(exampleReport)), 'DRAIN-06')).toMatchObject({ status: 'failed', statusDetails: { known: true, muted: true } })
  })

  test('the very requests of the evidence are attached', () => {
    const files = reportAsAllure(exampleReport, (scenario) => (scenario === 'queue-draining/one-replica-drains' ? historyOf([request(1405), request(1406), request(3252)]) : undefined))
    const { attachments } = named(resultsIn(files), 'DRAIN-03')
    expect(attachments.map(({ name }) => name)).toEqual(['Evidence', 'Requests'])
    const requests = JSON.parse(files.get(attachments[1]!.source)!) as { readonly id: number; readonly outcome: string }[]
    expect(requests.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual(['1406 truncated', '3252 truncated'])
  })

  test('every attachment that is named is there, and only those', () => {
    const files = reportAsAllure(hostileReport)
    const sources = resultsIn(files).flatMap(({ attachments }) => attachments.map(({ source }) => source))
    expect([...files.keys()].filter((name) => name.includes('-attachment')).toSorted()).toEqual(sources.toSorted())
    for (const name of files.keys()) expect(name).toMatch(/^([0-9a-f-]{36}-(result|attachment)\.json|environment\.properties|categories\.json)$/)
  })

  test('the name of a history is the same in another run', () => {
    const of = (runId: string): string => named(resultsIn(reportAsAllure({ ...exampleReport, runId })), 'DRAIN-03').historyId
    expect(of('one')).toBe(of('other'))
  })
})

const hasJava = spawnSync('java', ['-version']).status === 0
const generator = fileURLToPath(new URL('../node_modules/allure-commandline/bin/allure', import.meta.url))

describe.runIf(hasJava && existsSync(generator))("Allure's own generator", () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-allure-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  // Every outcome is in it, and the text is the worst there is; the generator takes seconds.
  test('renders a report full of hostile text with the right counts', async () => {
    const report = hostileReport
    const target = join(folder, 'hostile')
    await allureReporter.write(report, target)
    const made = spawnSync(process.execPath, [generator, 'generate', join(target, allureFolder), '-o', join(target, 'html')], { encoding: 'utf8', timeout: 90_000 })
    expect(`${made.status} ${made.stderr}`).toMatch(/^0 /)
    const { statistic } = JSON.parse(readFileSync(join(target, 'html', 'widgets', 'summary.json'), 'utf8')) as { statistic: unknown }
    const { counts } = exampleReport.score
    expect(statistic).toEqual({
      passed: counts.passed,
      failed: counts.failed + counts.missing,
      broken: counts.inconclusive + counts.error,
      skipped: counts.skipped + counts['not-applicable'],
      unknown: 0,
      total: report.requirements.length,
    })
  }, 120_000)
})
