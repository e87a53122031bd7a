import { join, relative } from 'node:path'
import { againstBaseline } from '../core/baseline-decision.js'
import { exitCodes, messageOf } from '../core/errors.js'
import type { HistoryOf, Reporter } from '../core/run-event.js'
import type { Redaction } from '../core/redaction.js'
import type { RunReport } from '../core/run-report.js'
import { runConformance, type ConformanceOptions } from '../engine/run-conformance.js'
import { releaseRunDirectory } from '../engine/run-directory.js'
import { reporters as everyReporter } from '../reports/index.js'
import { historiesOf } from './histories.js'
import type { Interruption } from './interruption.js'
import { openJudgingThread } from './judging-thread.js'
import type { NamingReporter } from './live-reporter.js'
import { packageVersion } from './package-files.js'
import { openRunScope } from './run-scope.js'
import { redactionFor, throwingNoSecrets, withoutSecrets } from './without-secrets.js'

export type ConductOptions = Omit<ConformanceOptions, 'workDirectory' | 'sharedDirectory' | 'journal' | 'version' | 'signal' | 'emit' | 'judge'> & {
  readonly interruption: Interruption
  readonly live: NamingReporter
  readonly reporters: readonly Reporter[]
  /** An earlier run: the exit code and the verdict are about what held there. */
  readonly baseline?: RunReport
  /** Default: a folder of the run, removed with it. */
  readonly sharedDirectory?: string
  /** Default: a thread of the run. */
  readonly judge?: ConformanceOptions['judge']
}

/**
 * One run from the reaper's start to the written reports. The report is written whatever ended the run. Gives the run
 * directory free. A run of which a report could not be written that was asked for has the exit code of an internal fault.
 */
export async function conductRun(given: ConductOptions): Promise<RunReport> {
  const redaction = redactionFor(given.service)
  const options = { ...given, live: withoutSecrets(given.live, redaction) }
  try {
    return await throwingNoSecrets(redaction, async () => {
      const report = await reportOf(options, redaction)
      options.live.onEvent({ type: 'run-ended', report })
      return report
    })
  } finally {
    releaseRunDirectory(options.runDirectory)
  }
}

async function reportOf(options: ConductOptions, redaction: Redaction): Promise<RunReport> {
  const { live, interruption, runDirectory } = options
  const warn = (message: string): void => live.onEvent({ type: 'warning', message })
  await using thread = options.judge === undefined ? openJudgingThread(options.service.suites) : { judge: options.judge, [Symbol.asyncDispose]: async () => {} }
  const scope = await openRunScope(options.runId, warn)
  let report: RunReport
  try {
    report = await runConformance({
      ...options,
      environment: { ...options.environment, SEAWORTHY_RUN: options.runId },
      workDirectory: scope.workDirectory,
      sharedDirectory: options.sharedDirectory ?? join(scope.workDirectory, 'shared'),
      journal: scope.journal,
      version: packageVersion(),
      signal: interruption.signal,
      emit: (event) => live.onEvent(event),
      judge: thread.judge,
    })
  } finally {
    for (const problem of await scope.close()) warn(`clean-up: ${problem}`)
  }
  report = redaction.value(withCrash(report, interruption))
  if (options.baseline !== undefined) report = againstBaseline(report, options.baseline)
  // run.json first and always: every other format can be made from it later.
  const files = everyReporter.filter((one) => one.name === 'json' || options.reporters.includes(one))
  const historyOf = historiesOf(runDirectory, report)
  const { written, failed } = await writeReports(report, { directory: runDirectory, historyOf, reporters: [...files].sort((one) => (one.name === 'json' ? -1 : 1)), warn })
  live.nameFiles(written)
  return withUnwritten(report, failed)
}

/** Who asked for a file and did not get it must not take the run for a success: nobody would look at a warning. */
export function withUnwritten(report: RunReport, failed: readonly string[]): RunReport {
  if (failed.length === 0) return report
  const what = failed.includes('json') ? 'run.json' : `the ${failed.join(' and the ')} report`
  return { ...report, exitCode: exitCodes.internal, verdict: `${what} could not be written; ${report.verdict}` }
}

function withCrash(report: RunReport, interruption: Interruption): RunReport {
  const crash = interruption.crash()
  if (crash === undefined) return report
  const open = report.scenarios.filter((one) => one.incomplete !== null).map((one) => one.id)
  const during = open.length === 0 ? '' : ` while running ${open.join(', ')}`
  return { ...report, status: 'crashed', exitCode: exitCodes.internal, verdict: `internal fault${during}: ${messageOf(crash)}` }
}

export interface WritingOptions {
  readonly directory: string
  readonly reporters: readonly Reporter[]
  readonly historyOf: HistoryOf
  readonly warn: (message: string) => void
  readonly tell?: (path: string) => void
}
export interface WrittenReports {
  /** Paths of the files. */
  readonly written: readonly string[]
  /** Names of the reporters that could not write. */
  readonly failed: readonly string[]
}

/** A reporter that fails is named and does not stop the others. */
export async function writeReports(report: RunReport, { directory, reporters, historyOf, warn, tell }: WritingOptions): Promise<WrittenReports> {
  const written: string[] = []
  const failed: string[] = []
  for (const reporter of reporters) {
    try {
      const paths = await reporter.write(report, directory, historyOf)
      written.push(...paths)
      for (const path of paths) tell?.(relative(process.cwd(), path))
    } catch (thrown) {
      failed.push(reporter.name)
      warn(`the ${reporter.name} report could not be written: ${messageOf(thrown)}`)
    }
  }
  return { written, failed }
}
