import { setTimeout as pause } from 'node:timers/promises'
import { onLinux, readProcess } from '../../operating-system/process-table.js'

const lookEveryMs = 20
const idleLooks = 2
/**
 * Resolves when a process that has just been started waits for something, so that its start has cost what it costs; or when it has ended, and at
 * the latest at `endAtMs` of `performance.now()`. At once where only another process could look at it.
 */
export async function untilIdle(pid: number, endAtMs: number): Promise<void> {
  if (!onLinux) return
  for (let idle = 0; idle < idleLooks && performance.now() < endAtMs; ) {
    await pause(lookEveryMs)
    const state = readProcess(pid)?.state
    if (state === undefined) return
    idle = state === 'S' ? idle + 1 : 0
  }
}
