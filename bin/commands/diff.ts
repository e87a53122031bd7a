import { resolve } from 'node:path'
import { compareRuns } from '../../core/comparison.js'
import { exitCodes } from '../../core/errors.js'
import { readRunReport } from '../../engine/saved-run.js'
import { comparisonText } from '../../reports/index.js'

export interface DiffArguments {
  readonly before: string
  readonly after: string
  readonly json: boolean
}

/** `seaworthy diff`: what moved between two saved runs. Exit code 1 when something that held no longer does. */
export async function diff(args: DiffArguments): Promise<number> {
  const comparison = compareRuns(readRunReport(resolve(args.before)), readRunReport(resolve(args.after)))
  process.stdout.write(args.json ? `${JSON.stringify(comparison, null, 2)}\n` : comparisonText(comparison))
  return comparison.regressions.length > 0 ? exitCodes.requirementFailed : exitCodes.ok
}
