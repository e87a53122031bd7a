import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { RunReport } from '../core/run-report.js'
import { greenReport } from '../reports/fixtures.js'
import { reportAsJson } from '../reports/json.js'
import { readBaseline } from './baseline.js'
import { diff } from './commands/diff.js'

let folder: string
let runs = 0
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-baseline-'))
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function saved(change: Partial<RunReport>): string {
  const path = join(folder, String(runs++))
  mkdirSync(path)
  writeFileSync(join(path, 'run.json'), reportAsJson({ ...greenReport, ...change }))
  return path
}
const service = greenReport.service.name
const other = { service: { ...greenReport.service, name: 'another' } }

describe('--baseline', () => {
  test('a complete run of the same service is taken, and none is none', () => {
    expect(readBaseline(saved({}), service)?.runId).toBe(greenReport.runId)
    expect(readBaseline(undefined, service)).toBeUndefined()
  })
  test.each<readonly [string, Partial<RunReport>, string]>([
    ['was interrupted', { status: 'interrupted' }, 'SW_BASELINE_INCOMPLETE'],
    ['crashed', { status: 'crashed' }, 'SW_BASELINE_INCOMPLETE'],
    ['is of another service', other, 'SW_RUNS_OF_SEVERAL_SERVICES'],
  ])('one that %s is refused with a hint', (_, change, code) => {
    expect(() => readBaseline(saved(change), service)).toThrow(expect.objectContaining({ code, exitCode: 64, hint: expect.any(String) as string }) as Error)
  })
})

describe('diff', () => {
  const codeOf = async (before: Partial<RunReport>, after: Partial<RunReport>): Promise<number> => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    return diff({ before: saved(before), after: saved(after), json: true })
  }
  const all = (outcome: 'passed' | 'failed' | 'error'): Partial<RunReport> => ({ requirements: greenReport.requirements.map((one) => ({ ...one, outcome })) })

  test('ends with 0, 1 and 2 as the gate does', async () => {
    expect(await codeOf(all('passed'), all('passed'))).toBe(0)
    expect(await codeOf(all('passed'), all('failed'))).toBe(1)
    expect(await codeOf(all('passed'), all('error'))).toBe(2)
  })
  test('runs of two services are refused', async () => {
    await expect(codeOf({}, other)).rejects.toMatchObject({ code: 'SW_RUNS_OF_SEVERAL_SERVICES', exitCode: 64 })
  })
})
