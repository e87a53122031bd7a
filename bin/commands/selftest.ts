import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exitCodes, messageOf, SeaworthyError } from '../../core/errors.js'
import { nearMisses } from '../../core/near-miss.js'
import type { Outcome } from '../../core/outcome.js'
import type { DefectCard, Requirement, RequirementId } from '../../core/requirement.js'
import { matchesGlob } from '../../core/selection.js'
import { drivers } from '../../drivers/index.js'
import { loadDescriptor } from '../../engine/load-descriptor.js'
import { makeFolder, makeRunDirectory } from '../../engine/run-directory.js'
import { suites } from '../../suites/index.js'
import { conductRun } from '../conduct-run.js'
import { watchInterruption, type Interruption } from '../interruption.js'
import type { NamingReporter } from '../live-reporter.js'
import { referenceDescriptor } from '../package-files.js'
import { newRunId } from '../run-id.js'
import { chooseRandomSeed, requireCount } from './run.js'

export interface SelftestArguments {
  readonly only?: readonly string[] | undefined
  readonly output?: string | undefined
  readonly parallel: number
  readonly randomSeed?: number | undefined
}

/** What one seeded defect made of the checks. */
interface DefectResult {
  readonly id: string
  readonly requirement: RequirementId
  /** Its own requirement was `failed`; inconclusive never counts. */
  readonly detected: boolean
  readonly failed: readonly RequirementId[]
  /** Failed, but neither its own nor one that may fail because of it. */
  readonly unexpected: readonly RequirementId[]
  readonly outcomes: Readonly<Record<string, Outcome>>
  readonly run: string
  /** Its report could not be written. */
  readonly unwritten: boolean
}

/** `seaworthy selftest`: each seeded defect must make its own requirement fail and leave its neighbours alone. */
export async function selftest(args: SelftestArguments): Promise<number> {
  const defects = selectDefects(args.only)
  const parallel = requireCount('--parallel', args.parallel, 1, 16)
  const randomSeed = chooseRandomSeed(args.randomSeed)
  const directory = makeFolder(args.output ?? join('seaworthy-runs', `selftest-${newRunId()}`))
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  say(`selftest of ${defects.length} defects of the reference service, seed ${randomSeed}, in ${directory}`)
  using interruption = watchInterruption(say)
  const results: DefectResult[] = []
  for (const one of defects) {
    if (interruption.signal.aborted) break
    const startedAt = performance.now()
    const result = await runDefect(one, { directory, parallel, randomSeed, interruption, say })
    results.push(result)
    say(`${result.detected && result.unexpected.length === 0 ? 'ok  ' : 'BAD '} ${line(result)}  ${Math.round((performance.now() - startedAt) / 1_000)} s`)
    writeResults(join(directory, 'selftest.json'), randomSeed, results)
  }
  const bad = results.filter((one) => !one.detected || one.unexpected.length > 0)
  say(`${results.length - bad.length} of ${defects.length} defects were detected by their own check with nothing unexpected`)
  if (bad.length > 0) say(`not: ${bad.map((one) => one.id).join(', ')}`)
  const unwritten = results.filter((one) => one.unwritten)
  if (unwritten.length > 0) say(`run.json could not be written: ${unwritten.map((one) => one.id).join(', ')}`)
  return interruption.exitCode() ?? (unwritten.length > 0 ? exitCodes.internal : bad.length > 0 ? exitCodes.requirementFailed : exitCodes.ok)
}

function writeResults(path: string, randomSeed: number, results: readonly DefectResult[]): void {
  const defects = results.map(({ unwritten, ...result }) => (unwritten ? { ...result, unwritten } : result))
  try {
    writeFileSync(path, `${JSON.stringify({ schema: 'seaworthy-selftest/v1', randomSeed, defects }, null, 2)}\n`)
  } catch (thrown) {
    throw new SeaworthyError('SW_OUTPUT_UNWRITABLE', `while writing the results of the selftest to ${path}: ${messageOf(thrown)}`, { cause: thrown, exitCode: exitCodes.internal })
  }
}

const line = (one: DefectResult): string =>
  `${one.id.padEnd(30)} ${one.requirement} ${one.detected ? 'detected' : `NOT DETECTED (${one.outcomes[one.requirement] ?? 'not run'})`}` +
  (one.unexpected.length === 0 ? '' : `, unexpected: ${one.unexpected.join(', ')}`)

interface SelectedDefect {
  readonly defect: DefectCard
  readonly requirement: Requirement
}

function selectDefects(selectors: readonly string[] | undefined): readonly SelectedDefect[] {
  const all = suites.flatMap((suite) => suite.requirements).flatMap((requirement) => requirement.defects.map((defect) => ({ defect, requirement })))
  if (selectors === undefined || selectors.length === 0) return all
  const matches = (selector: string, { defect, requirement }: SelectedDefect): boolean =>
    [defect.id, requirement.id, requirement.area].some((name) => matchesGlob(selector, name))
  for (const selector of selectors) {
    if (all.some((one) => matches(selector, one))) continue
    const near = nearMisses(selector, all.flatMap(({ defect, requirement }) => [defect.id, requirement.id, requirement.area]))
    throw new SeaworthyError('SW_SELECTION_EMPTY', `while selecting defects: ${JSON.stringify(selector)} matches none${near.length === 0 ? '' : `, did you mean ${near.join(' or ')}?`}`, { hint: 'seaworthy list shows all defects.' })
  }
  return all.filter((one) => selectors.some((selector) => matches(selector, one)))
}

interface SelftestContext {
  readonly directory: string
  readonly parallel: number
  readonly randomSeed: number
  readonly interruption: Interruption
  readonly say: (text: string) => void
}

/** Its own requirement and those that must stay quiet: more would only cost time. */
async function runDefect({ defect, requirement }: SelectedDefect, context: SelftestContext): Promise<DefectResult> {
  const built = new Set(suites.flatMap((suite) => suite.requirements).map((one) => one.id))
  const only = new Set([requirement.id, ...(defect.mustNotFire ?? requirement.mustNotFire)].filter((id) => built.has(id)))
  const driver = drivers.find((one) => one.name === 'process')
  if (driver === undefined) throw new Error('there is no process driver')
  const descriptorPath = referenceDescriptor()
  const warnings: NamingReporter = { onEvent: (event) => event.type === 'warning' && context.say(`     ${event.message}`), close: () => {}, nameFiles: () => {} }
  const runId = newRunId()
  const report = await conductRun({
    service: loadDescriptor(descriptorPath),
    descriptorPath,
    driver,
    suites,
    profile: 'quick',
    allow: 'destructive',
    only,
    requiredLevel: null,
    parallel: context.parallel,
    randomSeed: context.randomSeed,
    runId,
    runDirectory: makeRunDirectory(runId, join(context.directory, defect.id)),
    environment: { SEAWORTHY_DEFECT: defect.id },
    reproduceWith: `--defect ${defect.id}`,
    interruption: context.interruption,
    live: warnings,
    reporters: [],
  })
  const judged = report.requirements.filter((one) => only.has(one.id))
  const failed = judged.filter((one) => one.outcome === 'failed' || one.outcome === 'missing').map((one) => one.id)
  const allowed = new Set<string>([requirement.id, ...(defect.mayFire ?? requirement.mayFire)])
  return {
    id: defect.id,
    requirement: requirement.id,
    detected: judged.some((one) => one.id === requirement.id && one.outcome === 'failed'),
    failed,
    unexpected: failed.filter((id) => !allowed.has(id)),
    outcomes: Object.fromEntries(judged.map((one) => [one.id, one.outcome])),
    run: defect.id,
    unwritten: report.exitCode === exitCodes.internal && report.status !== 'crashed',
  }
}
