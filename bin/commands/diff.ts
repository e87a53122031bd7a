import { resolve } from 'node:path'
import { decideDifference, requireOneService } from '../../core/baseline-decision.js'
import { compareRuns } from '../../core/comparison.js'
import { readRunReport } from '../../engine/saved-run.js'
import { comparisonText } from '../../reports/index.js'

export interface DiffArguments {
  readonly before: string
  readonly after: string
  readonly json: boolean
}

/** `seaworthy diff`: what moved between two saved runs. Exit code 1 when something that held no longer does, 2 when too little was judged to say. */
export async function diff(args: DiffArguments): Promise<number> {
  const [before, after] = [readRunReport(resolve(args.before)), readRunReport(resolve(args.after))]
  requireOneService([before.service.name, after.service.name], 'Compare runs of one service.')
  const comparison = compareRuns(before, after)
  const decision = decideDifference(comparison)
  process.stdout.write(args.json ? `${JSON.stringify({ ...decision, ...comparison }, null, 2)}\n` : comparisonText(comparison))
  return decision.exitCode
}
