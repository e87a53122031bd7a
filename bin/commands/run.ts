import { existsSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { SeaworthyError } from '../../core/errors.js'
import { nearMisses } from '../../core/near-miss.js'
import type { Level, ProfileName, SafetyClass } from '../../core/requirement.js'
import { selectRequirements } from '../../core/selection.js'
import { requireKnownOverrides, requireWaiversInForce } from '../../core/waivers.js'
import { loadDescriptor } from '../../engine/load-descriptor.js'
import { makeRunDirectory } from '../../engine/run-directory.js'
import { suites as ours } from '../../suites/index.js'
import { readBaseline } from '../baseline.js'
import { chooseDriver } from '../choose-driver.js'
import { conductRun } from '../conduct-run.js'
import { announceOnGitHub } from '../github-actions.js'
import { watchInterruption } from '../interruption.js'
import { lanesOf } from '../lanes-of.js'
import { liveReporter, selectReporters } from '../live-reporter.js'
import { suitesFor } from '../own-suites.js'
import { referenceDescriptor } from '../package-files.js'
import { requireCount } from '../require-count.js'
import { newRunId } from '../run-id.js'

export interface RunArguments {
  readonly descriptor?: string | undefined
  readonly driver?: string | undefined
  readonly only?: readonly string[] | undefined
  readonly profile: string
  readonly output?: string | undefined
  readonly reporter: readonly string[]
  readonly requiredLevel?: number | undefined
  readonly parallel?: number | undefined
  readonly noMeasureAgain?: boolean | undefined
  readonly randomSeed?: number | undefined
  readonly allow?: string | undefined
  readonly defect?: string | undefined
  readonly baseline?: string | undefined
  readonly quiet?: boolean | undefined
  readonly json?: boolean | undefined
}

/** `seaworthy run`: everything that can be wrong with the arguments is found before anything is started. */
export async function run(args: RunArguments): Promise<number> {
  const descriptorPath = chooseDescriptor(args.descriptor)
  const isReference = descriptorPath === referenceDescriptor()
  requireKnownDefect(args.defect, isReference)
  const described = loadDescriptor(descriptorPath)
  const suites = await suitesFor(described)
  requireWaiversInForce(described, suites, new Date())
  requireKnownOverrides(described, suites)
  const only = selectRequirements(args.only, suites)
  const driver = await chooseDriver(args.driver, described, { isReference, tell: (line) => void process.stderr.write(`seaworthy: ${line}\n`) })
  const service = (await driver.observe?.(described)) ?? described
  const lanes = lanesOf(args.parallel, driver)
  const randomSeed = chooseRandomSeed(args.randomSeed)
  const reporters = selectReporters(args.reporter)
  const baseline = readBaseline(args.baseline, service.name)
  const runId = newRunId()
  const runDirectory = makeRunDirectory(runId, args.output)
  const live = liveReporter(args.reporter, args)
  using interruption = watchInterruption((message) => live.onEvent({ type: 'warning', message }))
  const report = await conductRun({
    service,
    descriptorPath,
    driver,
    suites,
    profile: args.profile as ProfileName,
    allow: isReference ? 'destructive' : ((args.allow as SafetyClass | undefined) ?? 'safe'),
    allowWasSaid: isReference || args.allow !== undefined,
    only,
    requiredLevel: (args.requiredLevel as Level | undefined) ?? null,
    ...lanes,
    measureAgain: args.noMeasureAgain !== true,
    randomSeed,
    runId,
    runDirectory,
    environment: args.defect === undefined ? {} : { SEAWORTHY_DEFECT: args.defect },
    reproduceWith: reproduceWith(args, isReference),
    interruption,
    live,
    reporters,
    ...(baseline === undefined ? {} : { baseline }),
  }).finally(() => live.close())
  const commands = args.json === true ? process.stderr : process.stdout
  announceOnGitHub(report, {
    environment: process.env,
    say: (line) => void commands.write(`${line}\n`),
    warn: (message) => void process.stderr.write(`${message}\n`),
  })
  return interruption.exitCode() ?? report.exitCode
}

export function chooseDescriptor(named: string | undefined): string {
  if (named !== undefined) return resolve(named)
  return existsSync('seaworthy.yaml') ? resolve('seaworthy.yaml') : referenceDescriptor()
}

export function requireKnownDefect(defect: string | undefined, isReference: boolean): void {
  if (defect === undefined) return
  const known = ours.flatMap((suite) => suite.requirements).flatMap((one) => one.defects.map(({ id }) => id))
  if (!isReference) {
    throw new SeaworthyError('SW_DEFECT_NEEDS_REFERENCE', `--defect ${defect}: found a descriptor of another service, expected the bundled reference service`, {
      hint: 'Defects are seeded in the reference service only: run without a descriptor.',
    })
  }
  if (known.includes(defect)) return
  const near = nearMisses(defect, known)
  throw new SeaworthyError('SW_DEFECT_UNKNOWN', `--defect ${defect}: no such defect${near.length === 0 ? '' : `, did you mean ${near.join(' or ')}?`}`, { hint: 'seaworthy list shows all defects.' })
}

export const chooseRandomSeed = (named: number | undefined): number =>
  requireCount('--random-seed', named ?? Math.floor(Math.random() * 1_000_000), 0, Number.MAX_SAFE_INTEGER)

function reproduceWith(args: RunArguments, isReference: boolean): string {
  const words = [
    ...(isReference ? [] : [relative(process.cwd(), chooseDescriptor(args.descriptor))]),
    ...(args.driver === undefined ? [] : ['--driver', args.driver]),
    ...(args.allow === undefined ? [] : ['--allow', args.allow]),
    ...(args.defect === undefined ? [] : ['--defect', args.defect]),
  ]
  return words.map((word) => (/^[\w./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')
}

