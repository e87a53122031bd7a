import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { messageOf, SeaworthyError } from '../core/errors.js'
import type { Level, ProfileName, RequirementId, SafetyClass, ThresholdValues } from '../core/requirement.js'
import type { RunReport } from '../core/run-report.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import type { Settled } from './plan.js'

/** What a later `recheck` needs besides the histories. Written before the first scenario: `run-input.json`. */
export interface RunInput {
  readonly schema: 'seaworthy-run-input/v1'
  readonly runId: string
  readonly version: string
  readonly startedAt: string
  readonly service: Pick<ServiceDescriptor, 'name' | 'waivers' | 'overrides'>
  readonly descriptorPath: string
  readonly driver: string
  readonly profile: ProfileName
  readonly randomSeed: number
  readonly allow: SafetyClass
  readonly requiredLevel: Level | null
  readonly reproduceWith: string
  readonly thresholds: Readonly<Record<RequirementId, ThresholdValues>>
  readonly settled: Readonly<Record<RequirementId, Settled>>
  readonly scenarios: readonly { readonly id: string; readonly selected: readonly RequirementId[] }[]
}

/**
 * Makes the folder of a run. Without `output` it is `seaworthy-runs/<run id>` below the working directory, with a link
 * `latest` beside it. Throws SW_OUTPUT_UNWRITABLE, or SW_OUTPUT_NOT_EMPTY for a folder with files that are not of a run.
 */
export function makeRunDirectory(runId: string, output: string | undefined): string {
  const directory = output === undefined ? resolve('seaworthy-runs', runId) : resolve(output)
  try {
    mkdirSync(directory, { recursive: true })
    accessSync(directory, constants.W_OK)
    writeFileSync(join(directory, '.writable'), '')
    rmSync(join(directory, '.writable'))
  } catch (thrown) {
    throw new SeaworthyError('SW_OUTPUT_UNWRITABLE', `while making the run directory ${directory}: ${messageOf(thrown)}`, {
      cause: thrown,
      hint: 'Name a folder that can be written with --output.',
    })
  }
  if (output !== undefined) clearEarlierRun(directory)
  else linkLatest(directory)
  return directory
}

const filesOfARun = new Set(['run.json', 'run-input.json', 'index.html', 'junit.xml', 'scenarios'])
/** A named folder may hold an earlier run, which is replaced; anything else in it is not ours to touch. */
function clearEarlierRun(directory: string): void {
  const present = readdirSync(directory)
  const foreign = present.filter((name) => !filesOfARun.has(name))
  if (present.length > foreign.length && !existsSync(join(directory, 'run-input.json')) && !existsSync(join(directory, 'run.json'))) {
    throw new SeaworthyError('SW_OUTPUT_NOT_EMPTY', `while making the run directory ${directory}: found ${present[0]}, expected an empty folder or an earlier run`, {
      hint: 'Name an empty folder with --output.',
    })
  }
  for (const name of present) if (filesOfARun.has(name)) rmSync(join(directory, name), { recursive: true, force: true })
}

function linkLatest(directory: string): void {
  const link = join(dirname(directory), 'latest')
  const fresh = `${link}.${process.pid}`
  try {
    symlinkSync(basename(directory), fresh)
    renameSync(fresh, link)
  } catch {
    rmSync(fresh, { force: true }) // a convenience only; some file systems have no links
  }
}

export function writeRunInput(directory: string, input: RunInput): void {
  writeFileSync(join(directory, 'run-input.json'), `${JSON.stringify(input, null, 2)}\n`)
}

/** Throws SW_RUN_UNREADABLE with the path when there is no such run or its input is damaged. */
export function readRunInput(directory: string): RunInput {
  const input = readJson(join(resolve(directory), 'run-input.json')) as RunInput
  if (input.schema !== 'seaworthy-run-input/v1') throw unreadable(join(directory, 'run-input.json'), `found schema ${JSON.stringify(input.schema)}, expected seaworthy-run-input/v1`)
  return input
}
export function readRunReport(directory: string): RunReport {
  const report = readJson(join(resolve(directory), 'run.json')) as RunReport
  if (report.schema !== 'seaworthy-run/v1') throw unreadable(join(directory, 'run.json'), `found schema ${JSON.stringify(report.schema)}, expected seaworthy-run/v1`)
  return report
}

function readJson(path: string): unknown {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as unknown
    if (typeof value === 'object' && value !== null) return value
  } catch (thrown) {
    throw unreadable(path, messageOf(thrown), thrown)
  }
  throw unreadable(path, 'found no JSON object')
}
const unreadable = (path: string, found: string, cause?: unknown): SeaworthyError =>
  new SeaworthyError('SW_RUN_UNREADABLE', `while reading a saved run: ${found} (${path})`, {
    hint: 'Name the folder of a run, such as seaworthy-runs/latest.',
    ...(cause === undefined ? {} : { cause }),
  })
