import { writeFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { requireOneService } from '../../core/baseline-decision.js'
import { exitCodes, messageOf, SeaworthyError } from '../../core/errors.js'
import type { RunReport } from '../../core/run-report.js'
import { readRunReport } from '../../engine/saved-run.js'
import { trendPage } from '../../reports/index.js'

export interface TrendArguments {
  readonly runs: readonly string[]
  readonly output: string
  readonly json: boolean
}

/** `seaworthy trend`: several runs of one service over time, as one page or as JSON. */
export async function trend(args: TrendArguments): Promise<number> {
  const reports = args.runs.map((run) => readRunReport(resolve(run))).toSorted((a, b) => a.startedAt.localeCompare(b.startedAt))
  requireOneService(reports.map(({ service }) => service.name), 'Make a trend of each service.')
  if (args.json) {
    process.stdout.write(`${JSON.stringify(reports.map(pointOf), null, 2)}\n`)
    return exitCodes.ok
  }
  const path = resolve(args.output)
  try {
    writeFileSync(path, trendPage(reports))
  } catch (thrown) {
    throw new SeaworthyError('SW_OUTPUT_UNWRITABLE', `while writing the trend to ${path}: ${messageOf(thrown)}`, { cause: thrown, hint: 'Name a file that can be written with --output.' })
  }
  process.stdout.write(`${relative(process.cwd(), path)}\n`)
  return exitCodes.ok
}

const pointOf = ({ runId, startedAt, profile, catalogue, score, verdict, exitCode, requirements }: RunReport): object => ({
  runId,
  startedAt,
  profile,
  catalogue: catalogue.version,
  score,
  verdict,
  exitCode,
  outcomes: Object.fromEntries(requirements.map(({ id, outcome }) => [id, outcome])),
})
