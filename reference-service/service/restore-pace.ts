import { setTimeout as pause } from 'node:timers/promises'

export interface RestorePace {
  readonly file: string
  /** What was changed from this instant on is newer than the restore and stays. */
  readonly beganAt: string
  readonly objectsPerSecond: number
}

/** In batches small enough that nobody waits for one, at the given rate. Returns the sum of what `put` returned. */
export async function inBatches<T>(items: readonly T[], objectsPerSecond: number, put: (batch: readonly T[]) => Promise<number>): Promise<number> {
  const batch = 10
  const startedAtMs = performance.now()
  let total = 0
  for (let at = 0; at < items.length; at += batch) {
    total += await put(items.slice(at, at + batch))
    await pause(Math.max(0, startedAtMs + (Math.min(at + batch, items.length) / objectsPerSecond) * 1_000 - performance.now()))
  }
  return total
}

export const asArray = (rows: readonly string[]): string => `[${rows.join(',')}]`
