import { join } from 'node:path'
import type { RequirementReport } from '../../core/run-report.js'
import type { CleanResult, DefectResult } from '../../core/selftest-report.js'
import { loadDescriptor } from '../../engine/load-descriptor.js'
import { makeFolder } from '../../engine/run-directory.js'
import { watchInterruption } from '../interruption.js'
import { openJudgingThread } from '../judging-thread.js'
import { newRunId } from '../run-id.js'
import { selectDefects, requirementsFor, type SelectedDefect } from '../selftest/defect-selection.js'
import { cleanResult, undecidedOf } from '../selftest/judged-result.js'
import { runDefects } from '../selftest/defect-runs.js'
import { recheckSelftest } from '../selftest/recheck-selftest.js'
import { runOnce, type SelftestContext } from '../selftest/run-once.js'
import { conclude, tellClean, tellDefect, writeResults } from '../selftest/tell-results.js'
import { openRunScope } from '../run-scope.js'
import { chooseDriver } from '../choose-driver.js'
import { lanesOf, type Lanes } from '../lanes-of.js'
import { chooseRandomSeed } from './run.js'
import { referenceDescriptor } from '../package-files.js'

export interface SelftestArguments {
  readonly only?: readonly string[] | undefined
  readonly output?: string | undefined
  readonly parallel?: number | undefined
  readonly randomSeed?: number | undefined
  readonly defectsOnly?: boolean | undefined
  readonly driver?: string | undefined
  readonly recheck?: string | undefined
}

/**
 * `seaworthy selftest`: the reference service must pass without a defect, and each seeded defect must make its own requirement fail and leave
 * its neighbours alone. Writes selftest.json and selftest.html. With `--recheck` the runs of an earlier selftest are judged again instead.
 */
export async function selftest(args: SelftestArguments): Promise<number> {
  const { parallel } = lanesOf(args.parallel)
  if (args.recheck !== undefined) return recheckSelftest({ saved: args.recheck, output: args.output, lanes: parallel })
  const defects = selectDefects(args.only)
  const randomSeed = chooseRandomSeed(args.randomSeed)
  const driver = await chooseDriver(args.driver ?? 'process', loadDescriptor(referenceDescriptor()), { isReference: true })
  const directory = makeFolder(args.output ?? join('seaworthy-runs', `selftest-${newRunId()}`))
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  say(`selftest of ${defects.length} defects of the reference service, seed ${randomSeed}, in ${directory}`)
  using interruption = watchInterruption(say)
  await using thread = openJudgingThread()
  const scope = await openRunScope(newRunId(), say)
  try {
    return await selftestIn({ directory, sharedDirectory: join(scope.workDirectory, 'shared'), randomSeed, driver, interruption, judge: thread.judge, say }, { defects, lanes: lanesOf(args.parallel, driver), withClean: args.defectsOnly !== true })
  } finally {
    for (const problem of await scope.close()) say(`clean-up: ${problem}`)
  }
}

interface Task {
  readonly defects: readonly SelectedDefect[]
  readonly lanes: Lanes
  readonly withClean: boolean
}

async function selftestIn(context: SelftestContext, { defects, lanes, withClean }: Task): Promise<number> {
  const { directory, randomSeed, interruption, say } = context
  const begun = { startedAt: new Date().toISOString(), atMs: performance.now() }
  const clean = withClean ? await cleanRun(defects, context, lanes) : null
  const results: DefectResult[] = []
  const write = (): void => writeResults(directory, { schema: 'seaworthy-selftest/v1', randomSeed, startedAt: begun.startedAt, durationMs: Math.round(performance.now() - begun.atMs), clean, defects: results })
  const onResult = (result: DefectResult): void => {
    results.push(result)
    tellDefect(result, say)
    write()
  }
  await runDefects(defects, { ...context, ...lanes, onResult })
  write()
  return interruption.exitCode() ?? conclude({ wanted: defects.length, results, clean, say })
}

async function cleanRun(defects: readonly SelectedDefect[], context: SelftestContext, lanes: Lanes): Promise<CleanResult> {
  const only = new Set(defects.flatMap((one) => [...requirementsFor(one)]))
  const first = (await runOnce(context, { only, folder: 'clean', ...lanes })).requirements.filter((one) => only.has(one.id))
  const judged = await decidedAlone(first, context)
  const clean = cleanResult(judged, 'clean')
  tellClean(clean, context.say)
  return clean
}

/** What came out undecided may have been disturbed by its neighbours, as with defects: once more alone. What failed stays failed. */
async function decidedAlone(first: readonly RequirementReport[], context: SelftestContext): Promise<readonly RequirementReport[]> {
  const undecided = new Set(undecidedOf(first))
  if (undecided.size === 0 || context.interruption.signal.aborted) return first
  context.say(`     without a defect, undecided at first: ${[...undecided].join(', ')}`)
  const { requirements } = await runOnce(context, { only: undecided, folder: 'clean-2', parallel: 1 })
  return first.map((one) => (undecided.has(one.id) ? (requirements.find(({ id }) => id === one.id) ?? one) : one))
}
