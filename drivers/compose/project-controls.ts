import { randomUUID } from 'node:crypto'
import type { DeploymentControls, DriverPlatformEvent } from '../../core/driver.js'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import { crashProcesses } from '../docker/end-container.js'
import type { EngineEvents } from '../docker/engine-events.js'
import type { SignalSender } from '../docker/signal-sender.js'
import { hrtimeMs } from '../process/machine-protocol.js'
import { notDone } from '../process/not-done.js'
import { policyOf } from './compose-command.js'
import type { ProjectUnit } from './project-unit.js'

export interface ProjectMachine {
  /** Replicas and components by name. */
  readonly named: ReadonlyMap<string, ProjectUnit>
  /** Every container of the project that ran when it was attached to. */
  readonly all: readonly ProjectUnit[]
  readonly events: EngineEvents
  readonly signals: SignalSender
  readonly stopSignal: NodeJS.Signals
  /** How this one is stopped with its machine: a store has a signal and a time of its own. */
  readonly stopOf: (unit: ProjectUnit) => { readonly signal: NodeJS.Signals; readonly graceMs: number }
  readonly emit: (event: DriverPlatformEvent) => void
  /** Why nothing that follows can be judged; undefined as long as it can. */
  lost(): string | undefined
}

/** What can be done to a project without making or replacing anything of it. Each throws SeaworthyError when it was not done. */
export function projectControls(machine: ProjectMachine): DeploymentControls {
  const unit = (name: string): ProjectUnit => {
    const reason = machine.lost()
    if (reason !== undefined) throw new SeaworthyError('SW_MACHINE_LOST', `the project is lost: ${reason}`, { exitCode: exitCodes.notConclusive })
    const found = machine.named.get(name)
    if (found === undefined) throw notDone(`looking for the container of ${name}`, `only those of ${[...machine.named.keys()].join(', ')}`)
    return found
  }
  let bootId: string = randomUUID()
  return {
    start: (name) => unit(name).start(),
    stop: (name, options) => unit(name).stop(options),
    hold: (name) => unit(name).hold(),
    release: (name) => unit(name).release(),
    processState: (name) => unit(name).state(),
    freeze: (name) => unit(name).freeze(),
    thaw: (name) => unit(name).thaw(),
    async signal(name, signal) {
      const to = unit(name)
      const process = await to.process()
      if (process === null) throw notDone(`sending ${signal} to ${name}`, 'it down')
      if (signal === machine.stopSignal) to.toldToEnd(process)
      await machine.signals.send(signal, [process])
    },
    async kill(names) {
      const pids = await crash(machine, names.map(unit))
      return names.map((target, index) => ({ target, pid: pids[index] ?? 0 }))
    },
    async reboot(manner, options) {
      if ((options?.delayed ?? []).length > 0) throw notDone('rebooting the project', 'an order of starting, which the engine chooses by itself')
      const bootIdBefore = bootId
      await takeDown(machine, manner)
      machine.emit({ name: 'machine-down', target: 'machine', atHrtimeMs: hrtimeMs(), detail: { bootId, cause: manner } })
      bootId = randomUUID()
      machine.emit({ name: 'machine-booted', target: 'machine', atHrtimeMs: hrtimeMs(), detail: { bootId } })
      // As the engine does after a boot: what it would not start stays down, and is started when the project is let go.
      await Promise.all(machine.all.map((one) => (policyOf(one.found.policy).startAtBoot ? one.start() : one.policyBack())))
      return { bootIdBefore, bootIdAfter: bootId }
    },
  }
}

/** A crash, not an operator: the engine sees containers that end of their own accord, and restarts them as it is told to. */
async function crash(machine: Pick<ProjectMachine, 'events' | 'signals'>, units: readonly ProjectUnit[]): Promise<readonly number[]> {
  const found = await Promise.all(units.map(async (unit) => {
    const process = await unit.process()
    if (process === null) throw notDone(`looking for the process of ${unit.name}`, 'it down')
    return { unit, process }
  }))
  for (const { unit, process } of found) unit.toldToEnd(process)
  await crashProcesses(machine, found)
  return found.map(({ process }) => process.pid)
}

async function takeDown(machine: ProjectMachine, manner: 'orderly' | 'power-loss'): Promise<void> {
  const reason = machine.lost()
  if (reason !== undefined) throw new SeaworthyError('SW_MACHINE_LOST', `the project is lost: ${reason}`, { exitCode: exitCodes.notConclusive })
  await Promise.all(machine.all.map((unit) => unit.leaveDown()))
  const up = (await Promise.all(machine.all.map(async (unit) => ({ unit, process: await unit.process() })))).filter(({ process }) => process !== null).map(({ unit }) => unit)
  if (manner === 'power-loss') await crash(machine, up)
  else await Promise.all(up.map((unit) => unit.stop(machine.stopOf(unit))))
}
