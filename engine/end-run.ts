import { existsSync, lstatSync, readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, normalize, sep } from 'node:path'
import { endProcesses } from '../operating-system/end-processes.js'
import { commandLineOf, type ProcessEntry, type ProcessIdentity } from '../operating-system/process-table.js'
import { processRecordName, readProcessRecord } from '../operating-system/process-record.js'
import { findRunProcesses } from '../operating-system/run-processes.js'
import { removeOrphanedSharedMemory, removeUnmappedSharedMemory, sharedMemoryKeysOf } from '../operating-system/shared-memory.js'
import { runPrograms } from './end-programs.js'
import { readJournal } from './journal.js'
import { journalPath, removeRunFolder } from './run-registry.js'

export interface EndedRun {
  readonly runId: string
  /** What was ended or removed, for people: 'process 4711 node server.js'. */
  readonly ended: readonly string[]
  /** What could not be. Then the folder of the run stays, for the next attempt. */
  readonly left: readonly string[]
}

/**
 * Ends and removes everything a run left: processes, shared memory, folders. For a run whose harness is dead, as
 * a living one would start things anew. Faults need no undo here: each acts on, or in, a process that is ended.
 */
export async function endRun(
  run: { readonly runId: string; readonly directory: string },
  options: { readonly termGraceMs: number },
): Promise<EndedRun> {
  if (!existsSync(run.directory)) return { runId: run.runId, ended: [], left: [] }
  const descriptions = new Map<number, string>()
  const find = (): readonly ProcessEntry[] => {
    const found = findRunProcesses({ marker: run.runId, directory: run.directory, known: knownProcesses(run.directory) })
    for (const entry of found) describe(descriptions, entry)
    return found
  }
  const others = runPrograms(run.directory)
  const creators = new Set(find().map((entry) => entry.pid))
  const { ended, left } = await endProcesses(find, options)
  for (const { pid } of [...ended, ...knownProcesses(run.directory)]) creators.add(pid)
  const sharedMemory = await removeSharedMemory(run.directory, creators)
  const notRemoved = await others
  const removed = left.length > 0 ? [] : removeDirectories(run.directory)
  if (left.length + notRemoved.length === 0) removeRunFolder(run.directory)
  return {
    runId: run.runId,
    ended: [...ended.map((entry) => descriptions.get(entry.pid) ?? `process ${entry.pid}`), ...sharedMemory, ...removed],
    left: [...left.map((entry) => descriptions.get(entry.pid) ?? `process ${entry.pid}`), ...notRemoved],
  }
}

function describe(descriptions: Map<number, string>, entry: ProcessEntry): void {
  if (!descriptions.has(entry.pid)) descriptions.set(entry.pid, `process ${entry.pid} ${commandLineOf(entry)}`)
}

/** Groups in the journal, and what the deployments recorded. Read anew each time: both may still grow. */
function knownProcesses(directory: string): ProcessIdentity[] {
  const groups = readJournal(journalPath(directory)).open.flatMap((entry) => (entry.kind === 'process-group' ? [entry] : []))
  return [...groups, ...recordsIn(directory).flatMap((record) => record.processes)]
}

function recordsIn(directory: string): ReturnType<typeof readProcessRecord>[] {
  return foldersIn(directory).map((name) => readProcessRecord(join(directory, name, processRecordName)))
}

/** None when somebody else has just removed it: two runs that start together sweep the same leftovers. */
function foldersIn(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw thrown
  }
}

async function removeSharedMemory(directory: string, creators: ReadonlySet<number>): Promise<string[]> {
  const since = { sinceMs: statSync(journalPath(directory), { throwIfNoEntry: false })?.birthtimeMs ?? Date.now() }
  const files = new Set(recordsIn(directory).flatMap((record) => record.sharedMemoryFiles))
  return [...(await removeOrphanedSharedMemory(creators, { ...since, keys: sharedMemoryKeysOf(directory) })), ...removeUnmappedSharedMemory(files, since)]
}

/** Folders in the journal that lie elsewhere; those of the run go with its own folder. */
function removeDirectories(runDirectory: string): string[] {
  const removed: string[] = []
  for (const entry of readJournal(journalPath(runDirectory)).open) {
    if (entry.kind !== 'directory' || entry.path.startsWith(runDirectory + sep) || !mayRemove(entry.path)) continue
    rmSync(entry.path, { recursive: true, force: true, maxRetries: 3 })
    removed.push(`folder ${entry.path}`)
  }
  return removed
}

/** A journal is only believed about real folders of this user that are not close to the root. */
function mayRemove(path: string): boolean {
  const deepEnough = isAbsolute(path) && normalize(path) === path && dirname(dirname(path)) !== dirname(path)
  const status = lstatSync(path, { throwIfNoEntry: false })
  return deepEnough && status?.isDirectory() === true && status.uid === process.getuid?.()
}
