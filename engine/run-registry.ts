import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { exitCodes, SeaworthyError } from '../core/errors.js'
import { notEndedName } from '../operating-system/process-record.js'
import { isAlive, processStartTime, type ProcessIdentity } from '../operating-system/process-table.js'
import { openJournal, type JournalFile } from './journal.js'

/**
 * Folders of the runs that live, one a run, below one folder a user: `<tmp>/seaworthy-<uid>/<runId>/` with
 * `owner.json` (the harness), `reaper.json`, `journal.ndjson`, and one folder a deployment. All names are short:
 * the path of a Unix socket may have no more than 104 characters on macOS, 108 on Linux.
 */
export interface RunFolder {
  readonly runId: string
  readonly directory: string
  readonly journal: JournalFile
}

/** What is found of a run in the registry; null: that part is missing or cannot be read. */
export interface RegisteredRun {
  readonly runId: string
  readonly directory: string
  readonly owner: ProcessIdentity | null
  readonly reaper: ProcessIdentity | null
}

/** Others may pass through, as a service may run as another user, but not look around. */
const folderMode = 0o711

export const journalPath = (directory: string): string => join(directory, 'journal.ndjson')

/** Default of every `stateDirectory` here. */
export const defaultStateDirectory = (): string => join(tmpdir(), `seaworthy-${process.getuid?.() ?? 'user'}`)

/** Short, sorts by time, and safe in file names, environment variables and URLs. */
export const newRunId = (): string => Math.floor(Date.now() / 1_000).toString(36) + randomBytes(2).toString('hex')

/**
 * Registers a run that belongs to this process. The folder appears with its owner in it, so that nobody ever
 * takes it for a leftover. Throws SeaworthyError SW_STATE_FOLDER_UNSAFE, SW_RUN_EXISTS.
 */
export function openRun(runId: string, stateDirectory = defaultStateDirectory()): RunFolder {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/.test(runId)) {
    throw new SeaworthyError('SW_RUN_ID', `while registering the run: found the id "${runId}", expected 1 to 32 letters, digits, - or _`)
  }
  const prepared = prepareFolder(stateDirectory)
  const directory = join(stateDirectory, runId)
  try {
    renameSync(prepared, directory)
  } catch (error) {
    rmSync(prepared, { recursive: true, force: true })
    throw new SeaworthyError('SW_RUN_EXISTS', `while registering the run ${runId}: found that ${directory} exists`, { cause: error })
  }
  return { runId, directory, journal: openJournal(journalPath(directory)) }
}

/** A new, empty folder for one deployment of the run. */
export function deploymentDirectory(run: RunFolder, name: string): string {
  const directory = join(run.directory, name)
  makeFolder(directory)
  return directory
}

/** Takes a run off the registry, when all of its processes have ended. May be called twice. */
export function closeRun(run: RunFolder): void {
  closeJournal(run)
  removeRunFolder(run.directory)
}

/** Leaves what is open in its journal to the next run or `seaworthy clean`: nobody owns it any more, although this process may live on. */
export function abandonRun(run: RunFolder): void {
  closeJournal(run)
  rmSync(join(run.directory, 'owner.json'), { force: true })
}

/** Folders of deployments of the run that are not known to have ended. Throws when it cannot look. */
export function notEnded({ directory }: Pick<RunFolder, 'directory'>): string[] {
  const folders = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return folders.map(({ name }) => join(directory, name)).filter((folder) => existsSync(join(folder, notEndedName)))
}

function closeJournal({ journal }: RunFolder): void {
  try {
    journal.close()
  } catch {
    // Closed before.
  }
}

/** Removes the folder of a run, and the folder above when it was the last one. */
export function removeRunFolder(directory: string): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
  try {
    rmdirSync(join(directory, '..'))
  } catch {
    // Other runs are in there.
  }
}

/** All runs in the registry. Empty when there is no state folder. Throws SeaworthyError SW_STATE_FOLDER_UNSAFE. */
export function listRuns(stateDirectory = defaultStateDirectory()): RegisteredRun[] {
  if (!isThere(stateDirectory)) return []
  assertSafeFolder(stateDirectory)
  return readdirSync(stateDirectory, { withFileTypes: true }).filter((entry) => entry.isDirectory()).flatMap((entry) => {
    const directory = join(stateDirectory, entry.name)
    // Looked at before the owner: one that is written in between is seen.
    const isFresh = isBeingPrepared(directory)
    const owner = readIdentity(join(directory, 'owner.json'))
    if (owner === null && isFresh) return []
    return [{ runId: basename(directory), directory, owner, reaper: readIdentity(join(directory, 'reaper.json')) }]
  })
}

/** Its owner is written a moment after the folder: whoever removed it as a leftover would take it from a run that is just starting. */
function isBeingPrepared(directory: string): boolean {
  if (!basename(directory).startsWith(preparedPrefix)) return false
  const status = statSync(directory, { throwIfNoEntry: false })
  return status === undefined || Date.now() - status.birthtimeMs < preparingMs
}

export const lives = (identity: ProcessIdentity | null): boolean => identity !== null && isAlive(identity.pid, identity.startTime)

/** Writes `{ pid, startTime }` of a living process. */
export function writeIdentity(file: string, pid: number): void {
  const startTime = processStartTime(pid)
  if (startTime === null) throw new Error(`no process ${pid} to write to ${file}`)
  writeFileSync(file, JSON.stringify({ pid, startTime }), { mode: 0o600 })
}

function readIdentity(file: string): ProcessIdentity | null {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    const { pid, startTime } = value as Record<string, unknown>
    return typeof pid === 'number' && typeof startTime === 'string' ? { pid, startTime } : null
  } catch {
    return null
  }
}

const preparedPrefix = 'new-'
/** Far longer than it takes on a machine that is nearly standing still. */
const preparingMs = 60_000

/** A folder with the owner in it, to be renamed. Another run that ends may remove the state folder under us. */
function prepareFolder(stateDirectory: string): string {
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (!isThere(stateDirectory)) makeFolder(stateDirectory)
      assertSafeFolder(stateDirectory)
      const prepared = mkdtempSync(join(stateDirectory, preparedPrefix))
      chmodSync(prepared, folderMode)
      writeIdentity(join(prepared, 'owner.json'), process.pid)
      return prepared
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (attempt >= 100 || (code !== 'ENOENT' && code !== 'EEXIST')) throw error
    }
  }
}

/** Not recursive, and the mode is set apart from it: the umask of the user may be anything. */
function makeFolder(directory: string): void {
  mkdirSync(directory)
  chmodSync(directory, folderMode)
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

/**
 * The folder above is open to all users, so anybody could have put something in the place of ours: whatever is
 * listed there is later ended and removed.
 */
function assertSafeFolder(directory: string): void {
  const status = lstatSync(directory)
  const found = !status.isDirectory()
    ? status.isSymbolicLink() ? 'a symbolic link' : 'no folder'
    : process.getuid !== undefined && status.uid !== process.getuid()
      ? `that it belongs to user ${status.uid}`
      : (status.mode & 0o022) !== 0 ? 'that others may write to it' : null
  if (found === null) return
  throw new SeaworthyError('SW_STATE_FOLDER_UNSAFE', `while opening the state folder ${directory}: found ${found}, expected a folder that only this user can change`, {
    hint: 'look what it is and remove it, or set TMPDIR to a folder of your own',
    exitCode: exitCodes.usage,
  })
}
