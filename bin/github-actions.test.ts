import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { exampleReport } from '../reports/fixtures.js'
import { announceOnGitHub } from './github-actions.js'

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-github-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function announced(environment: NodeJS.ProcessEnv): { readonly lines: string[]; readonly warnings: string[] } {
  const lines: string[] = []
  const warnings: string[] = []
  announceOnGitHub(exampleReport, { environment, say: (line) => lines.push(line), warn: (message) => warnings.push(message) })
  return { lines, warnings }
}

test('a job of GitHub Actions gets annotations and a summary of the step, after what is there', () => {
  const summary = join(folder, 'summary.md')
  const environment = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary, GITHUB_WORKSPACE: '/checkout' }
  expect(announced(environment).lines.filter((line) => line.startsWith('::error '))).toHaveLength(2)
  announced(environment)
  expect(readFileSync(summary, 'utf8').match(/## ❌ orders/g)).toHaveLength(2)
})

test('elsewhere nothing is said', () => {
  expect(announced({ GITHUB_STEP_SUMMARY: join(folder, 'other.md') }).lines).toEqual([])
})

test('a summary that cannot be written is a warning', () => {
  expect(announced({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: join(folder, 'no', 'where.md') }).warnings).toEqual([expect.stringContaining('step summary')])
})
