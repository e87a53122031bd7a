import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exitCodes, messageOf, SeaworthyError } from '../../core/errors.js'
import type { RequirementReport } from '../../core/run-report.js'
import { isSharp, type CleanResult, type DefectResult, type SelftestReport } from '../../core/selftest-report.js'
import { loadDescriptor } from '../../engine/load-descriptor.js'
import { makeFolder } from '../../engine/run-directory.js'
import { selftestPage } from '../../reports/html/selftest-page.js'
import { watchInterruption } from '../interruption.js'
import { newRunId } from '../run-id.js'
import { selectDefects, requirementsFor, type SelectedDefect } from '../selftest/defect-selection.js'
import { runDefects } from '../selftest/defect-runs.js'
import { runOnce, type SelftestContext } from '../selftest/run-once.js'
import { openRunScope } from '../run-scope.js'
import { chooseDriver } from '../choose-driver.js'
import { chooseRandomSeed, requireCount } from './run.js'
import { referenceDescriptor } from '../package-files.js'

export interface SelftestArguments {
  readonly only?: readonly string[] | undefined
  readonly output?: string | undefined
  readonly parallel: number
  readonly randomSeed?: number | undefined
  readonly defectsOnly?: boolean | undefined
  readonly driver?: string | undefined
}

/**
 * `seaworthy selftest`: the reference service must pass without a defect, and each seeded defect must make its own requirement fail and leave
 * its neighbours alone. Writes selftest.json and selftest.html.
 */
export async function selftest(args: SelftestArguments): Promise<number> {
  const defects = selectDefects(args.only)
  const lanes = requireCount('--parallel', args.parallel, 1, 16)
  const randomSeed = chooseRandomSeed(args.randomSeed)
  const driver = await chooseDriver(args.driver ?? 'process', loadDescriptor(referenceDescriptor()), { isReference: true })
  const directory = makeFolder(args.output ?? join('seaworthy-runs', `selftest-${newRunId()}`))
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  say(`selftest of ${defects.length} defects of the reference service, seed ${randomSeed}, in ${directory}`)
  using interruption = watchInterruption(say)
  const scope = await openRunScope(newRunId(), say)
  try {
    return await selftestIn({ directory, sharedDirectory: join(scope.workDirectory, 'shared'), randomSeed, driver, interruption, say }, { defects, lanes, withClean: args.defectsOnly !== true })
  } finally {
    for (const problem of await scope.close()) say(`clean-up: ${problem}`)
  }
}

interface Task {
  readonly defects: readonly SelectedDefect[]
  readonly lanes: number
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
    for (const text of [`${isSharp(result) ? 'ok  ' : 'BAD '} ${line(result)}`, ...told(result.reasons)]) say(text)
    write()
  }
  await runDefects(defects, { ...context, lanes, onResult })
  write()
  return interruption.exitCode() ?? conclude({ defects, results, clean, say })
}

async function cleanRun(defects: readonly SelectedDefect[], context: SelftestContext, parallel: number): Promise<CleanResult> {
  const only = new Set(defects.flatMap((one) => [...requirementsFor(one)]))
  const first = (await runOnce(context, { only, folder: 'clean', parallel })).requirements.filter((one) => only.has(one.id))
  const judged = await decidedAlone(first, context)
  const others = judged.filter((one) => one.outcome !== 'passed')
  const notPassed = others.map((one) => one.id)
  context.say(`${notPassed.length === 0 ? 'ok  ' : 'BAD '} without a defect: ${judged.length - notPassed.length} of ${judged.length} requirements passed${notPassed.length === 0 ? '' : `, not: ${notPassed.join(', ')}`}`)
  const reasons = Object.fromEntries(others.map((one) => [one.id, one.summary]))
  for (const text of told(reasons)) context.say(text)
  return { outcomes: Object.fromEntries(judged.map((one) => [one.id, one.outcome])), notPassed, reasons, run: 'clean' }
}

/** What came out undecided may have been disturbed by its neighbours, as with defects: once more alone. What failed stays failed. */
async function decidedAlone(first: readonly RequirementReport[], context: SelftestContext): Promise<readonly RequirementReport[]> {
  const undecided = new Set(first.filter(({ outcome }) => outcome === 'inconclusive' || outcome === 'error').map(({ id }) => id))
  if (undecided.size === 0 || context.interruption.signal.aborted) return first
  context.say(`     without a defect, undecided at first: ${[...undecided].join(', ')}`)
  const { requirements } = await runOnce(context, { only: undecided, folder: 'clean-2', parallel: 1 })
  return first.map((one) => (undecided.has(one.id) ? (requirements.find(({ id }) => id === one.id) ?? one) : one))
}

function writeResults(directory: string, report: SelftestReport): void {
  try {
    writeFileSync(join(directory, 'selftest.json'), `${JSON.stringify(report, null, 2)}\n`)
    writeFileSync(join(directory, 'selftest.html'), selftestPage(report))
  } catch (thrown) {
    throw new SeaworthyError('SW_OUTPUT_UNWRITABLE', `while writing the results of the selftest to ${directory}: ${messageOf(thrown)}`, { cause: thrown, exitCode: exitCodes.internal })
  }
}

const told = (reasons: Readonly<Record<string, string>>): string[] => Object.entries(reasons).map(([id, reason]) => `     ${id}: ${reason}`)

const line = (one: DefectResult): string =>
  `${one.id.padEnd(32)} ${one.requirement} ${one.detected ? 'detected' : `NOT DETECTED (${one.outcomes[one.requirement] ?? 'not run'})`}` +
  `${one.unexpected.length === 0 ? '' : `, unexpected: ${one.unexpected.join(', ')}`}  ${Math.round(one.durationMs / 1_000)} s${one.attempts > 1 ? ', second attempt, alone' : ''}`

interface Conclusion {
  readonly defects: readonly SelectedDefect[]
  readonly results: readonly DefectResult[]
  readonly clean: CleanResult | null
  readonly say: (text: string) => void
}
function conclude({ defects, results, clean, say }: Conclusion): number {
  const bad = results.filter((one) => !isSharp(one))
  say(`${results.length - bad.length} of ${defects.length} defects were detected by their own check with nothing unexpected`)
  if (bad.length > 0) say(`not: ${bad.map((one) => one.id).join(', ')}`)
  if (clean !== null && clean.notPassed.length > 0) say(`without a defect these were not passed: ${clean.notPassed.join(', ')}`)
  const unwritten = results.filter((one) => one.unwritten)
  if (unwritten.length > 0) say(`run.json could not be written: ${unwritten.map((one) => one.id).join(', ')}`)
  if (unwritten.length > 0) return exitCodes.internal
  return bad.length > 0 || (clean !== null && clean.notPassed.length > 0) ? exitCodes.requirementFailed : exitCodes.ok
}
