import { resolve } from 'node:path'
import { exitCodes } from '../../core/errors.js'
import { makeRunDirectory, readRunReport } from '../../engine/run-directory.js'
import { writeReports } from '../conduct-run.js'
import { liveReporter, selectReporters } from '../live-reporter.js'

export interface ReportArguments {
  readonly run: string
  readonly reporter: readonly string[]
  readonly output?: string | undefined
}

/** `seaworthy report`: any format from a saved run.json, without judging anything again. */
export async function report(args: ReportArguments): Promise<number> {
  const saved = readRunReport(resolve(args.run))
  const reporters = selectReporters(args.reporter)
  const directory = args.output === undefined ? resolve(args.run) : makeRunDirectory(saved.runId, args.output)
  let failed = false
  await writeReports(saved, {
    directory,
    reporters,
    warn: (message) => {
      failed = true
      process.stderr.write(`${message}\n`)
    },
    tell: (path) => process.stdout.write(`${path}\n`),
  })
  const live = liveReporter(args.reporter)
  live.onEvent({ type: 'run-ended', report: saved })
  live.close()
  return failed ? exitCodes.usage : exitCodes.ok
}
