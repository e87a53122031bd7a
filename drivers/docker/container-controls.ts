import type { DeploymentControls } from '../../core/driver.js'
import { notDone } from '../process/not-done.js'
import { unitControls } from '../process/unit-controls.js'
import type { DockerWorld } from './docker-world.js'
import type { EnginePower } from './engine-power.js'
import type { ContainerProcess } from './signal-sender.js'

const goneWithinMs = 5_000

/** What can be done to a deployment of containers. Each throws SeaworthyError when it was not done. */
export function containerControls(world: DockerWorld, power: EnginePower): Required<Omit<DeploymentControls, 'hasEnded' | 'rollOut' | 'removeAnyInstance' | 'undoDataDamage'>> {
  return {
    ...unitControls(world, power),
    kill: (targets) => kill(world, power, targets),
    async signal(target, signal) {
      await world.signals.send(signal, [await runningProcess(power, target)])
    },
    async freeze(target) {
      await runningProcess(power, target)
      await power.machineThatRuns.named(target).freeze()
    },
    async thaw(target) {
      const unit = power.machineThatRuns.named(target)
      if ((await unit.process())?.paused === true) await unit.thaw() // what died meanwhile needs none
    },
    reboot: (manner, options) => power.reboot(manner, options),
  }
}

/** A crash, not an operator: the engine sees containers that end of their own accord, and restarts them as it is told to. */
async function kill(world: DockerWorld, power: EnginePower, targets: readonly string[]): Promise<{ target: string; pid: number }[]> {
  const found = await Promise.all(targets.map(async (target) => ({ target, process: await runningProcess(power, target) })))
  const exits = Promise.all(found.map(({ process }) => world.events.nextExit(process.id)))
  await world.signals.crash(found.map(({ process }) => process))
  await Promise.all(found.filter(({ process }) => process.paused).map(({ target }) => power.machineThatRuns.named(target).thaw()))
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), goneWithinMs)
  })
  const gone = await Promise.race([exits, late]).finally(() => clearTimeout(timer))
  if (gone === null) throw notDone(`killing ${targets.join(', ')}`, `them alive after ${goneWithinMs} ms`)
  return found.map(({ target, process }) => ({ target, pid: process.pid }))
}

async function runningProcess(power: EnginePower, target: string): Promise<ContainerProcess & { readonly paused: boolean }> {
  const process = await power.machineThatRuns.named(target).process()
  if (process !== null) return process
  throw notDone(`looking for the process of ${target}`, 'it down')
}
