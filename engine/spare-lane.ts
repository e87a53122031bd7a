import type { Driver } from '../core/driver.js'
import { idleLately, processorsOfMachine } from '../operating-system/idle-processors.js'
import type { SpareLane } from './lanes.js'

/** Fewer lanes than this, and one more would be most of what there is. */
const besideLanesMin = 4
const idleShareMin = 0.15
const windowMs = 2_000
const everyMs = 250

/**
 * One lane more while processors stand idle: a scenario mostly waits, and how much of a machine four of them take depends on the machine. Where somebody else uses it there is none, so that
 * nothing is disturbed that would not have been. None either where a driver's instances may run on another machine than this.
 */
export function spareLaneBeside(lanes: number, { runsOnThisMachine }: Pick<Driver, 'runsOnThisMachine'>, machine = processorsOfMachine()): SpareLane | undefined {
  if (machine === null || runsOnThisMachine !== true || lanes < besideLanesMin) return undefined
  return { watch: () => idleLately(machine, { shareMin: idleShareMin, windowMs }), everyMs }
}
