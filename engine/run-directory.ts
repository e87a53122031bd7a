import { accessSync, constants, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { messageOf, SeaworthyError } from '../core/errors.js'
import type { Level, ProfileName, RequirementId, SafetyClass, ThresholdValues } from '../core/requirement.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import { isAlive, processStartTime } from '../operating-system/process-table.js'
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
  /** Modules of suites of the user's own. */
  readonly ownSuites?: readonly string[]
  /** `checks`: of a second measurement, those that are asked. */
  readonly scenarios: readonly { readonly id: string; readonly selected: readonly RequirementId[]; readonly checks?: readonly string[] }[]
}

/**
 * Makes the folder of a run and takes it for this process. Without `output` it is `seaworthy-runs/<run id>` below the
 * working directory, with a link `latest` beside it. An earlier run in a named folder is replaced; files that are not of
 * a run stay. Throws SW_OUTPUT_UNWRITABLE, SW_OUTPUT_IN_USE while another run writes there, and SW_OUTPUT_NOT_EMPTY when a
 * file of somebody else has a name that the run needs.
 */
export function makeRunDirectory(runId: string, output: string | undefined): string {
  const directory = makeFolder(output ?? join('seaworthy-runs', runId))
  takeOwnership(directory)
  try {
    if (output !== undefined) clearEarlierRun(directory)
    else linkLatest(directory)
  } catch (thrown) {
    releaseRunDirectory(directory)
    throw thrown
  }
  return directory
}

/** Ends what `makeRunDirectory` began: another run may use the folder from now on. */
export function releaseRunDirectory(directory: string): void {
  rmSync(join(directory, ownerName), { force: true })
}

/**
 * Makes a folder for reports of the saved run in `run`, and removes nothing. It may be the folder of that run itself.
 * Throws SW_OUTPUT_UNWRITABLE, SW_OUTPUT_IN_USE, and SW_OUTPUT_NOT_EMPTY for the folder of another run or for files of
 * somebody else with the names of reports.
 */
export function makeReportDirectory(run: string, output: string): string {
  const directory = makeFolder(output)
  if (isSameFolder(directory, run)) return directory
  const owner = readOwner(directory)
  if (owner !== undefined && isAlive(owner.pid, owner.startTime)) throw inUse(directory, owner.pid)
  if (schemaOf(join(directory, 'run-input.json')) === inputSchema) throw notEmpty(directory, 'another run', 'a folder of its own for the reports')
  const clashing = readdirSync(directory).find((name) => reportNames.has(name) && !isReportOfOurs(join(directory, name)))
  if (clashing !== undefined) throw notEmpty(directory, clashing, 'an empty folder or earlier reports')
  return directory
}

export function isSameFolder(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other)
  } catch {
    return false // one of them does not exist
  }
}

/** A folder that can be written, as an absolute path. Throws SW_OUTPUT_UNWRITABLE. */
export function makeFolder(path: string): string {
  const directory = resolve(path)
  try {
    refuseKernelFolders(directory)
    mkdirSync(directory, { recursive: true })
    accessSync(directory, constants.W_OK)
    writeFileSync(join(directory, '.writable'), '')
    rmSync(join(directory, '.writable'))
  } catch (thrown) {
    throw new SeaworthyError('SW_OUTPUT_UNWRITABLE', `while making the folder ${directory}: ${messageOf(thrown)}`, {
      cause: thrown,
      hint: 'Name a folder that can be written with --output.',
    })
  }
  return directory
}

/** Making folders recursively below these never returns. */
function refuseKernelFolders(directory: string): void {
  let existing = directory
  while (statSync(existing, { throwIfNoEntry: false }) === undefined && existing !== dirname(existing)) existing = dirname(existing)
  for (const path of [directory, realpathSync(existing)]) {
    if (/^\/(proc|sys)(\/|$)/.test(path)) throw new Error('found a file system of the kernel, expected one that keeps files')
  }
}

const inputSchema = 'seaworthy-run-input/v1'
const reportSchema = 'seaworthy-run/v1'
const ownerName = '.owner.json'
const freshInputName = '.run-input.json.fresh'
const reportNames = new Set(['run.json', 'index.html', 'junit.xml', 'seaworthy.sarif', 'summary.md', 'badge.svg', 'badge.json', 'allure-results'])
const namesOfARun = new Set([...reportNames, 'run-input.json', 'scenarios', ownerName])

/** A named folder may hold an earlier run, which is replaced; anything else in it is not ours to touch. */
function clearEarlierRun(directory: string): void {
  const present = readdirSync(directory).filter((name) => namesOfARun.has(name) && name !== ownerName)
  const [first] = present
  if (first === undefined) return
  const isRun = schemaOf(join(directory, 'run-input.json')) === inputSchema || schemaOf(join(directory, 'run.json')) === reportSchema
  if (!isRun) throw notEmpty(directory, first, 'an empty folder or an earlier run')
  for (const name of present) rmSync(join(directory, name), { recursive: true, force: true })
}

/** `schema` of a JSON file, or undefined when there is none. */
function schemaOf(path: string): unknown {
  try {
    if (!statSync(path).isFile()) return undefined
    return (JSON.parse(readFileSync(path, 'utf8')) as { schema?: unknown } | null)?.schema
  } catch {
    return undefined
  }
}

function isReportOfOurs(path: string): boolean {
  if (basename(path) === 'run.json') return schemaOf(path) === reportSchema
  try {
    if (basename(path) === 'allure-results') return readFileSync(join(path, 'environment.properties'), 'utf8').startsWith('seaworthy=')
    return statSync(path).isFile() && readFileSync(path, 'utf8').includes(basename(path) === 'index.html' ? '<meta name="generator" content="seaworthy' : 'seaworthy')
  } catch {
    return false
  }
}

/** Two runs in one folder would each write over the evidence of the other. */
function takeOwnership(directory: string): void {
  const file = join(directory, ownerName)
  const text = JSON.stringify({ pid: process.pid, startTime: processStartTime(process.pid) })
  for (;;) {
    try {
      return writeFileSync(file, text, { flag: 'wx' })
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw new SeaworthyError('SW_OUTPUT_UNWRITABLE', `while taking the folder ${directory}: ${messageOf(thrown)}`, { cause: thrown, hint: 'Name a folder with room for the histories of a run with --output.' })
      }
    }
    const owner = readOwner(directory)
    if (owner === undefined) throw notEmpty(directory, ownerName, 'an empty folder or an earlier run')
    if (isAlive(owner.pid, owner.startTime)) throw inUse(directory, owner.pid)
    rmSync(file, { force: true })
  }
}

function readOwner(directory: string): { readonly pid: number; readonly startTime: string } | undefined {
  try {
    const { pid, startTime } = JSON.parse(readFileSync(join(directory, ownerName), 'utf8')) as Record<string, unknown>
    return typeof pid === 'number' && typeof startTime === 'string' ? { pid, startTime } : undefined
  } catch {
    return undefined
  }
}

const notEmpty = (directory: string, found: string, expected: string): SeaworthyError =>
  new SeaworthyError('SW_OUTPUT_NOT_EMPTY', `while opening the folder ${directory}: found ${found}, expected ${expected}`, { hint: 'Name an empty folder with --output.' })
const inUse = (directory: string, pid: number): SeaworthyError =>
  new SeaworthyError('SW_OUTPUT_IN_USE', `while opening the folder ${directory}: found that the run of process ${pid} writes there`, { hint: 'Wait for it to end, or name another folder with --output.' })

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

/** Replaces an earlier one as a whole: whoever is killed meanwhile leaves one that can be read. Throws SW_OUTPUT_UNWRITABLE. */
export function writeRunInput(directory: string, input: RunInput): void {
  const path = join(directory, 'run-input.json')
  const fresh = join(directory, freshInputName)
  try {
    writeFileSync(fresh, `${JSON.stringify(input, null, 2)}\n`)
    renameSync(fresh, path)
  } catch (thrown) {
    rmSync(fresh, { force: true })
    throw new SeaworthyError('SW_OUTPUT_UNWRITABLE', `while writing ${path}: ${messageOf(thrown)}`, { cause: thrown, hint: 'Name a folder with room for the histories of a run with --output.' })
  }
}
