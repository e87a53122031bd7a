import { appendFileSync } from 'node:fs'
import { messageOf } from '../core/errors.js'
import type { RunReport } from '../core/run-report.js'
import { annotationsOf, reportAsMarkdown } from '../reports/index.js'

export interface GitHubOptions {
  readonly environment: NodeJS.ProcessEnv
  /** Takes the workflow commands, a line each. */
  readonly say: (line: string) => void
  readonly warn: (message: string) => void
}

/** In a job of GitHub Actions: annotations, and the summary of the step. Elsewhere nothing. */
export function announceOnGitHub(report: RunReport, { environment, say, warn }: GitHubOptions): void {
  if (environment['GITHUB_ACTIONS'] !== 'true') return
  for (const line of annotationsOf(report, environment['GITHUB_WORKSPACE'] ?? process.cwd())) say(line)
  const summary = environment['GITHUB_STEP_SUMMARY']
  if (summary === undefined || summary === '') return
  try {
    appendFileSync(summary, `${reportAsMarkdown(report)}\n`)
  } catch (thrown) {
    warn(`the step summary could not be written: ${messageOf(thrown)}`)
  }
}
