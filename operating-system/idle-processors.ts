import { availableParallelism, cpus } from 'node:os'
import { idleTicks, mayUseOnlySomeOf, ticksPerSecond } from './processor-time.js'
import { onLinux } from './process-table.js'

/** What all processors of a machine together had nothing to do for, since its start. */
export interface ProcessorsOfMachine {
  readonly look: () => { readonly count: number; readonly idleMs: number }
  readonly clock: () => number
}

/** Reading more than one line takes time that counts where requests are timed. */
const ofLinux = (): { readonly count: number; readonly idleMs: number } => {
  const { processors, ticks } = idleTicks()
  return { count: processors, idleMs: (ticks * 1_000) / ticksPerSecond }
}

const ofOthers = (): { readonly count: number; readonly idleMs: number } => {
  const all = cpus()
  return { count: all.length, idleMs: all.reduce((sum, { times }) => sum + times.idle, 0) }
}

/** Null where this process may use only some of the processors, or only so much of them: how idle the machine is then says nothing about what is left for it. */
export function processorsOfMachine({ look = onLinux ? ofLinux : ofOthers, usable = availableParallelism(), isLimited = mayUseOnlySomeOf(process.pid) } = {}): ProcessorsOfMachine | null {
  const { count } = look()
  return count === 0 || usable < count || isLimited ? null : { look, clock: () => performance.now() }
}

interface Look {
  readonly atMs: number
  readonly count: number
  readonly idleMs: number
}

/**
 * Looks at the processors each time it is asked, which must be several times in `windowMs`, and says whether at least `shareMin` of all their time in that window was idle. What a hypervisor
 * gave to others was not. Says no before it has looked for that long, since its begin and since `began`, and after nobody has asked for twice as long.
 */
export function idleLately({ look, clock }: ProcessorsOfMachine, { shareMin, windowMs }: { readonly shareMin: number; readonly windowMs: number }): { readonly look: () => boolean; readonly began: () => void } {
  let looks: readonly Look[] = []
  return {
    look: () => {
      const now = { atMs: clock(), ...look() }
      const before = looks.findLast(({ atMs }) => now.atMs - atMs >= windowMs)
      looks = [...looks.filter((one) => before === undefined || one.atMs >= before.atMs), now]
      if (before === undefined) return false
      const tookMs = now.atMs - before.atMs
      if (tookMs <= 2 * windowMs) return now.idleMs - before.idleMs >= shareMin * now.count * tookMs
      looks = [now]
      return false
    },
    began: () => {
      looks = []
    },
  }
}
