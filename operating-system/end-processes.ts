import { setTimeout as pause } from 'node:timers/promises'
import { isAlive, processTree, type ProcessEntry, type ProcessIdentity } from './process-table.js'

export interface EndOptions {
  /** How long they may take to end by themselves after SIGTERM. 0: SIGKILL at once. */
  readonly termGraceMs: number
  /** How long to go on with SIGKILL: a process in uninterruptible sleep takes no signal. Default 10 s. */
  readonly killWithinMs?: number
}
export interface EndResult {
  readonly ended: readonly ProcessEntry[]
  readonly left: readonly ProcessEntry[]
}

/**
 * Ends whatever `find` finds and goes on until it finds nothing: a process that was just being forked is found in
 * the next round. SIGTERM (and SIGCONT, for what is stopped) first, SIGKILL after the grace period.
 */
export async function endProcesses(find: () => readonly ProcessEntry[], options: EndOptions): Promise<EndResult> {
  const seen = new Map<string, ProcessEntry>()
  const startedAtMs = performance.now()
  const deadlineMs = startedAtMs + options.termGraceMs + (options.killWithinMs ?? 10_000)
  for (;;) {
    const found = find()
    const fresh = found.filter((entry) => !seen.has(keyOf(entry)))
    for (const entry of fresh) seen.set(keyOf(entry), entry)
    const atMs = performance.now()
    if (found.length === 0 || atMs >= deadlineMs) {
      const left = new Set(found.map(keyOf))
      return { ended: [...seen.values()].filter((entry) => !left.has(keyOf(entry))), left: found }
    }
    if (atMs < startedAtMs + options.termGraceMs) {
      for (const entry of fresh) if (send(entry, 'SIGTERM')) send(entry, 'SIGCONT')
    } else {
      for (const entry of killAtOnce(find)) seen.set(keyOf(entry), entry)
    }
    await pause(20)
  }
}

/** Ends process groups and what descends from them. One whose leader is not the process that was written down is left alone. */
export async function endProcessGroups(groups: readonly ProcessIdentity[], options: EndOptions): Promise<EndResult> {
  // Members are remembered: the leader may be the first to go, and a member shows that the group is still the same.
  const known = new Map(groups.map((group) => [keyOf(group), group]))
  return endProcesses(() => {
    const found = processTree([...known.values()])
    for (const entry of found) known.set(keyOf(entry), entry)
    return found
  }, options)
}

/**
 * Kills all that `find` finds as if at one instant: everything is stopped before the first one dies, so that
 * none sees another one's end and acts on it. Synchronous for the same reason. Returns what was sent SIGKILL.
 * `whenStopped` may look at what still exists, but only shortly.
 */
export function killAtOnce(
  find: () => readonly ProcessEntry[],
  whenStopped: (stopped: readonly ProcessEntry[]) => void = () => undefined,
): ProcessEntry[] {
  const stopped = stopAll(find)
  const killed: ProcessEntry[] = []
  try {
    whenStopped(stopped)
  } finally {
    for (const entry of stopped) if (send(entry, 'SIGKILL')) killed.push(entry)
  }
  return killed
}

/** Stops all that `find` finds, again and again until it finds nothing new: a stopped process cannot fork. */
export function stopAll(find: () => readonly ProcessEntry[]): ProcessEntry[] {
  const stopped = new Map<string, ProcessEntry>()
  const roundsMax = 50
  for (let round = 0; round < roundsMax; round += 1) {
    const fresh = find().filter((entry) => !stopped.has(keyOf(entry)))
    if (fresh.length === 0) break
    for (const entry of fresh) {
      send(entry, 'SIGSTOP')
      stopped.set(keyOf(entry), entry)
    }
  }
  return [...stopped.values()]
}

/** Sends a signal if it is still this very process. False: it is gone, or not ours to signal. */
export function send(target: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(target.pid, target.startTime)) return false
  try {
    return process.kill(target.pid, signal)
  } catch {
    return false
  }
}

/** Waits until none of them lives; false when the time ran out. */
export async function untilGone(targets: readonly ProcessIdentity[], timeoutMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + timeoutMs
  while (targets.some((target) => isAlive(target.pid, target.startTime))) {
    if (performance.now() >= deadlineMs) return false
    await pause(5)
  }
  return true
}

const keyOf = (entry: ProcessIdentity): string => `${entry.pid} ${entry.startTime}`
