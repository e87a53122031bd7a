import { setTimeout as pause } from 'node:timers/promises'
import type { StopResult } from '../../core/driver.js'
import { notDone } from '../process/not-done.js'
import type { EngineEvents } from './engine-events.js'
import type { ContainerProcess, SignalSender } from './signal-sender.js'

export interface EndedBy {
  readonly events: EngineEvents
  readonly signals: SignalSender
}
export type RunningProcess = ContainerProcess & { readonly paused: boolean }

const exitAfterKillMs = 10_000
const goneWithinMs = 5_000

/** Sends the stop signal past the engine, and kills what has not ended in time. `thaw`: for what is paused, which dies when it goes on. */
export async function stopProcess({ events, signals }: EndedBy, process: RunningProcess, { name, signal, graceMs, thaw }: { readonly name: string; readonly signal: NodeJS.Signals; readonly graceMs: number; readonly thaw: () => Promise<void> }): Promise<StopResult> {
  const exited = events.nextExit(process.id)
  const sentAtMs = performance.now()
  await signals.send(signal, [process])
  const inTime = await within(exited, graceMs)
  if (inTime !== null) return { exitCode: inTime.code, signal: inTime.signal, killed: false, durationMs: performance.now() - sentAtMs, survivors: [] }
  await signals.crash([process])
  if (process.paused) await thaw().catch(() => undefined)
  const exit = await within(exited, exitAfterKillMs)
  if (exit === null) throw notDone(`stopping ${name}`, `that it did not end on SIGKILL within ${exitAfterKillMs} ms`)
  return { exitCode: exit.code, signal: exit.signal, killed: true, durationMs: performance.now() - sentAtMs, survivors: [] }
}

export interface CrashedUnit {
  readonly name: string
  thaw(): Promise<void>
}

/** A crash, not an operator: whoever supervises the containers sees them end of their own accord, all at one instant. */
export async function crashProcesses({ events, signals }: EndedBy, found: readonly { readonly unit: CrashedUnit; readonly process: RunningProcess }[]): Promise<void> {
  const exits = Promise.all(found.map(({ process }) => events.nextExit(process.id)))
  await signals.crash(found.map(({ process }) => process))
  await Promise.all(found.filter(({ process }) => process.paused).map(({ unit }) => unit.thaw()))
  if ((await Promise.race([exits, pause(goneWithinMs, null, { ref: false })])) === null) throw notDone(`killing ${found.map(({ unit }) => unit.name).join(', ')}`, `them alive after ${goneWithinMs} ms`)
}

/** Null when it did not happen in time. */
export async function within<T>(happens: Promise<T>, timeoutMs: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), timeoutMs)
  })
  return Promise.race([happens, late]).finally(() => clearTimeout(timer))
}
