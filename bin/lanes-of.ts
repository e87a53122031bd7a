import { availableParallelism } from 'node:os'
import type { Driver } from '../core/driver.js'
import type { SpareLane } from '../engine/lanes.js'
import { spareLaneBeside } from '../engine/spare-lane.js'
import { requireCount } from './require-count.js'

/** A scenario mostly waits: two for each processor keep it busy, and more would disturb what is measured in time. */
const lanesPerProcessor = 2
const lanesMax = 8

export interface Lanes {
  readonly parallel: number
  readonly spare: SpareLane | undefined
}

/** What `--parallel` means: as many side by side as somebody said, neither more nor fewer, or as many as the machine bears. */
export function lanesOf(said: number | undefined, driver?: Driver): Lanes {
  if (said !== undefined) return { parallel: requireCount('--parallel', said, 1, 16), spare: undefined }
  const parallel = Math.min(lanesMax, lanesPerProcessor * availableParallelism())
  return { parallel, spare: driver === undefined ? undefined : spareLaneBeside(parallel, driver) }
}
