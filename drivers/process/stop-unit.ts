import { setTimeout as pause } from 'node:timers/promises'
import type { StopResult } from '../../core/driver.js'
import { endProcesses, killAtOnce, untilGone } from '../../operating-system/end-processes.js'
import { commandLineOf, groupExists, groupMembers, isAlive, type ProcessEntry } from '../../operating-system/process-table.js'
import type { ProcessWatch } from '../../operating-system/process-watch.js'
import type { RunningUnit, UnitExit } from './supervised-unit.js'

/** How long members of the group may outlive the main process before they count as orphans. */
const survivorsAfterMs = 200
const exitAfterKillMs = 10_000
const treeSampleMs = 100

/**
 * Stops a unit as a platform does: the signal to the main process alone, SIGKILL to everything of it when the grace
 * period is over. Children are sampled while it runs: once their parent is gone nothing links them to it.
 */
export async function stopRunning(
  running: RunningUnit,
  options: { readonly signal: NodeJS.Signals; readonly graceMs: number },
  watch: ProcessWatch,
): Promise<StopResult> {
  const family = new Map<number, ProcessEntry>()
  const sample = (): void => {
    for (const entry of watch.treeOf([running])) if (entry.pid !== running.pid) family.set(entry.pid, entry)
  }
  sample()
  const sampler = setInterval(sample, treeSampleMs)
  const sentAtMs = performance.now()
  running.child.kill(options.signal)
  const exitInTime = await withTimeout(running.exited, options.graceMs)
  clearInterval(sampler)
  const durationMs = performance.now() - sentAtMs
  if (exitInTime !== null) {
    const survivors = await survivorsOf(running, family)
    const result = { exitCode: exitInTime.code, signal: exitInTime.signal, killed: false, durationMs, survivors }
    await endProcesses(() => relativesAlive(running, family), { termGraceMs: 0 })
    return result
  }
  sample()
  killAtOnce(() => [...watch.treeOf([running]), ...relativesAlive(running, family)])
  const exit = await withTimeout(running.exited, exitAfterKillMs)
  if (exit === null) throw new Error(`process ${running.pid} did not end on SIGKILL within ${exitAfterKillMs} ms`)
  await untilGone(relativesAlive(running, family), exitAfterKillMs)
  return { exitCode: exit.code, signal: exit.signal, killed: true, durationMs: performance.now() - sentAtMs, survivors: [] }
}

/** Who of the family is still there a moment after the main process. */
async function survivorsOf(running: RunningUnit, family: ReadonlyMap<number, ProcessEntry>): Promise<string[]> {
  const untilMs = performance.now() + survivorsAfterMs
  for (;;) {
    const alive = relativesAlive(running, family)
    if (alive.length === 0 || performance.now() >= untilMs) return alive.map((entry) => `${entry.pid} ${commandLineOf(entry)}`)
    await pause(20)
  }
}

function relativesAlive(running: RunningUnit, family: ReadonlyMap<number, ProcessEntry>): ProcessEntry[] {
  const known = [...family.values()].filter((entry) => isAlive(entry.pid, entry.startTime))
  // While the main process lives they are found in its tree.
  const members = isAlive(running.pid, running.startTime) || !groupExists(running.pid) ? [] : groupMembers(running.pid)
  return [...known, ...members.filter((entry) => entry.pid !== running.pid && !family.has(entry.pid))]
}

async function withTimeout(exited: Promise<UnitExit>, timeoutMs: number): Promise<UnitExit | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), timeoutMs)
  })
  try {
    return await Promise.race([exited, late])
  } finally {
    clearTimeout(timer)
  }
}
