import { setTimeout as pause } from 'node:timers/promises'
import { endProcesses, send } from '../operating-system/end-processes.js'
import { readProcess } from '../operating-system/process-table.js'
import { endRun, type EndedRun } from './end-run.js'
import { lives, listRuns, type RegisteredRun } from './run-registry.js'

export interface CleanOptions {
  readonly stateDirectory?: string
  /** Also runs whose harness lives. */
  readonly force?: boolean
}
export interface CleanResult {
  readonly cleaned: readonly EndedRun[]
  /** Runs that go on, with the pid of their harness: not touched. */
  readonly living: readonly { readonly runId: string; readonly pid: number }[]
}

/**
 * Ends what runs left whose harness is gone and whose reaper cannot do it any more. Called at the start of every
 * run. A run that somebody still looks after, its harness or its reaper, is not touched.
 */
export async function sweepLeftovers(options: { readonly stateDirectory?: string } = {}): Promise<readonly EndedRun[]> {
  const cleaned: EndedRun[] = []
  for (const run of listRuns(options.stateDirectory)) {
    if (lives(run.owner) || lives(run.reaper)) continue
    cleaned.push(await endRun(run, { termGraceMs }))
  }
  return cleaned
}

/** `seaworthy clean`: leftovers, and with `force` every other run as well: its harness is asked to stop, then killed. */
export async function cleanAll(options: CleanOptions = {}): Promise<CleanResult> {
  const cleaned: EndedRun[] = []
  const living: { runId: string; pid: number }[] = []
  for (const run of listRuns(options.stateDirectory)) {
    const owned = run.owner !== null && lives(run.owner) && run.owner
    if (owned !== false && (options.force !== true || owned.pid === process.pid)) {
      living.push({ runId: run.runId, pid: owned.pid })
      continue
    }
    if (owned !== false) await endOwner(owned)
    await untilReaped(run)
    cleaned.push(await endRun(run, { termGraceMs }))
  }
  return { cleaned, living }
}

/** Time for what is left to end by itself: nobody waits for its answers any more. */
const termGraceMs = 500
/** A harness that is told to stop takes its deployments down and writes its report. */
const ownerGraceMs = 15_000
const reaperGraceMs = 15_000

async function endOwner(owner: { readonly pid: number; readonly startTime: string }): Promise<void> {
  const find = () => [readProcess(owner.pid)].flatMap((entry) => (entry?.startTime === owner.startTime ? [entry] : []))
  await endProcesses(find, { termGraceMs: ownerGraceMs })
}

/** A reaper at work is waited for; one that hangs is ended. */
async function untilReaped(run: RegisteredRun): Promise<void> {
  if (run.reaper === null) return
  const deadlineMs = performance.now() + reaperGraceMs
  while (lives(run.reaper) && performance.now() < deadlineMs) await pause(20)
  send(run.reaper, 'SIGKILL')
}
