import { resolve } from 'node:path'
import { exitCodes } from '../../core/errors.js'
import { makeReportDirectory } from '../../engine/run-directory.js'
import { readRunReport } from '../../engine/saved-run.js'
import { writeReports } from '../conduct-run.js'
import { historiesOf } from '../histories.js'
import { liveReporter, namesFiles, selectReporters } from '../live-reporter.js'

export interface ReportArguments {
  readonly run: string
  readonly reporter: readonly string[]
  readonly output?: string | undefined
}

/** `seaworthy report`: any format from a saved run.json, without judging anything again. Removes nothing. */
export async function report(args: ReportArguments): Promise<number> {
  const run = resolve(args.run)
  const saved = readRunReport(run)
  const reporters = selectReporters(args.reporter)
  const directory = args.output === undefined ? run : makeReportDirectory(run, args.output)
  const { written, failed } = await writeReports(saved, {
    directory,
    reporters,
    historyOf: historiesOf(run, saved),
    warn: (message) => process.stderr.write(`${message}\n`),
    ...(namesFiles(args.reporter) ? {} : { tell: (path) => process.stdout.write(`${path}\n`) }),
  })
  const live = liveReporter(args.reporter)
  live.nameFiles(written)
  live.onEvent({ type: 'run-ended', report: saved })
  live.close()
  return failed.length > 0 ? exitCodes.internal : exitCodes.ok
}
