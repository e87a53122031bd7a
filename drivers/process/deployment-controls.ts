import { setTimeout as pause } from 'node:timers/promises'
import type { DeploymentControls } from '../../core/driver.js'
import { killAtOnce, send, stopAll, untilGone } from '../../operating-system/end-processes.js'
import { processTree, readProcess, type ProcessEntry, type ProcessIdentity } from '../../operating-system/process-table.js'
import type { DeploymentWorld } from './deployment-world.js'
import { stopGroup, type MachinePower } from './machine-power.js'
import { notDone } from './not-done.js'
import { unitControls } from './unit-controls.js'

const goneWithinMs = 5_000
const frozenWithinMs = 2_000

/** What can be done to a deployment of local processes. Each throws SeaworthyError when it was not done. */
export function createControls(world: DeploymentWorld, power: MachinePower): Required<Omit<DeploymentControls, 'hasEnded' | 'rollOut' | 'removeAnyInstance' | 'undoDataDamage'>> {
  return {
    ...unitControls(world, power),
    kill: (targets) => kill(world, power, targets),
    async signal(target, signal) {
      const main = await runningMain(power, target)
      if (!send(main, signal)) throw notDone(`sending ${signal} to ${target}`, `process ${main.pid} gone`)
    },
    ...freezeControls(power),
    reboot: (manner, options) => power.reboot(manner, options),
  }
}

/**
 * A crash, not an operator: the machine is asked who runs, but the signals do not pass through it, so that its
 * supervision sees processes that died of their own accord. Everything stops before anything dies.
 */
async function kill(world: DeploymentWorld, power: MachinePower, targets: readonly string[]): Promise<{ target: string; pid: number }[]> {
  const mains = await Promise.all(targets.map(async (target) => ({ target, main: await runningMain(power, target) })))
  const roots = mains.map(({ main }) => main)
  for (const root of roots) stopGroup(root)
  const killed = killAtOnce(() => processTree(roots), (stopped) => world.record.add(stopped))
  const spared = mains.find(({ main }) => !killed.some((entry) => entry.pid === main.pid))
  if (spared !== undefined) throw notDone(`killing ${spared.target}`, `that process ${spared.main.pid} had ended by itself`)
  if (!(await untilGone(killed, goneWithinMs))) throw notDone(`killing ${targets.join(', ')}`, `them alive after ${goneWithinMs} ms`)
  return mains.map(({ target, main }) => ({ target, pid: main.pid }))
}

function freezeControls(power: MachinePower): Pick<Required<Omit<DeploymentControls, 'hasEnded' | 'rollOut' | 'removeAnyInstance' | 'undoDataDamage'>>, 'freeze' | 'thaw'> {
  const frozen = new Map<string, readonly ProcessEntry[]>()
  const thaw = (target: string): void => {
    for (const entry of frozen.get(target) ?? []) send(entry, 'SIGCONT')
    frozen.delete(target)
  }
  return {
    async freeze(target) {
      const main = await runningMain(power, target)
      stopGroup(main)
      const stopped = stopAll(() => processTree([main]))
      frozen.set(target, [...(frozen.get(target) ?? []), ...stopped])
      if (await untilStopped(stopped)) return
      thaw(target)
      throw notDone(`freezing ${target}`, `that not all of its processes stopped within ${frozenWithinMs} ms`)
    },
    // What died meanwhile needs no thaw.
    thaw: async (target) => thaw(target),
  }
}

/** Delivery of a signal is not instant; and what ended cannot be stopped, which is no freeze. */
async function untilStopped(entries: readonly ProcessEntry[]): Promise<boolean> {
  const deadlineMs = performance.now() + frozenWithinMs
  while (!entries.every((entry) => readProcess(entry.pid)?.state.toUpperCase() === 'T')) {
    if (performance.now() >= deadlineMs) return false
    await pause(2)
  }
  return entries.length > 0
}

async function runningMain(power: MachinePower, unit: string): Promise<ProcessIdentity> {
  const { pid, startTime, state } = await power.machineThatRuns.request('state', { unit })
  if (pid !== null && startTime !== null) return { pid, startTime }
  throw notDone(`looking for the process of ${unit}`, `it ${state}`)
}
