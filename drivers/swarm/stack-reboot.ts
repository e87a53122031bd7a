import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { DeploymentControls, DriverPlatformEvent, RebootOptions } from '../../core/driver.js'
import { messageOf } from '../../core/errors.js'
import { crashProcesses, stopProcess, type EndedBy, type RunningProcess } from '../docker/end-container.js'
import { engineError } from '../docker/engine-error.js'
import type { ContainerProcess } from '../docker/signal-sender.js'
import { hrtimeMs } from '../process/machine-protocol.js'
import { notDone } from '../process/not-done.js'
import { thaw } from './stack-controls.js'
import type { ServicePlaces, TaskPlace } from './service-places.js'
import { stackLabel, type Engine } from './stack-services.js'

export interface RebootedStack extends EndedBy {
  readonly docker: Engine
  /** Label of the stack. */
  readonly stack: string
  readonly services: readonly ServicePlaces[]
  readonly signal: AbortSignal
  toldToEnd(container: string): void
  /** How this one is stopped with its machine: a store has a signal and a time of its own. */
  stopOf(service: ServicePlaces): { readonly signal: NodeJS.Signals; readonly graceMs: number }
  emit(event: DriverPlatformEvent): void
  lose(reason: string): void
}

interface Up {
  readonly service: ServicePlaces
  readonly place: TaskPlace
  readonly process: RunningProcess & { readonly task: string }
}

/**
 * A reboot that is played: everything of the stack ends, in an orderly one each by its own signal and time, and the swarm makes it anew, as it does when its engine
 * is started again. What shall come up later is not wanted by it until then.
 */
export function rebootControl(stack: RebootedStack): NonNullable<DeploymentControls['reboot']> {
  let bootId: string = randomUUID()
  return async (manner, { delayed = [] }: RebootOptions = {}) => {
    const bootIdBefore = bootId
    const up = stack.services.flatMap((service) => service.places.flatMap((place): readonly Up[] => (place.container === undefined ? [] : [{ service, place, process: { id: place.container.id, pid: place.container.pid, task: place.container.task, paused: place.paused } }])))
    const unknown = delayed.find(({ target }) => !up.some(({ place }) => place.name === target))
    if (unknown !== undefined) throw notDone('rebooting the stack', `nothing that runs as ${unknown.target}`)
    // The end of one must not be answered by another before all have ended; and an order is kept by whoever starts all of it.
    const kept = manner === 'orderly' || delayed.length > 0 ? up : []
    for (const { process } of up) stack.toldToEnd(process.id)
    for (const { place } of kept) place.mode = 'held'
    try {
      await (manner === 'orderly' ? shutDown(stack, up) : losePower(stack, up))
      stack.emit({ name: 'machine-down', target: 'machine', atHrtimeMs: hrtimeMs(), detail: { bootId, cause: manner } })
      if (manner === 'power-loss') await Promise.all(kept.map(giveUp))
      bootId = randomUUID()
      stack.emit({ name: 'machine-booted', target: 'machine', atHrtimeMs: hrtimeMs(), detail: { bootId } })
    } catch (error) {
      takeBack(kept)
      throw error
    }
    const later = new Map(delayed.map(({ target, byMs }) => [target, byMs]))
    await Promise.all(kept.filter(({ place }) => !later.has(place.name)).map(({ service, place }) => service.fill(place)))
    void fillInOrder(stack, kept.flatMap((one) => later.has(one.place.name) ? [{ ...one, byMs: later.get(one.place.name) ?? 0 }] : []))
    return { bootIdBefore, bootIdAfter: bootId }
  }
}

const giveUp = ({ service, place, process }: Up): Promise<void> => service.vacate(place, process.task)

/** What the swarm has put there meanwhile is in its place. */
function takeBack(kept: readonly Up[]): void {
  for (const { service, place } of kept) {
    if (place.slot === undefined) continue
    place.mode = 'up'
    service.settle()
  }
}

/** A swarm takes a second or five to start a task: what is to come after others comes that much after they run, or it would not be the order that was asked for. */
async function fillInOrder({ signal, lose }: RebootedStack, all: readonly (Up & { readonly byMs: number })[]): Promise<void> {
  let waitedMs = 0
  for (const byMs of [...new Set(all.map((one) => one.byMs))].sort((a, b) => a - b)) {
    try {
      await pause(byMs - waitedMs, undefined, { signal, ref: false })
      await Promise.all(all.filter((one) => one.byMs === byMs).map(({ service, place }) => service.fill(place)))
    } catch (error) {
      if (!signal.aborted) lose(`not everything of the stack was started after a boot: ${messageOf(error)}`)
      return
    }
    waitedMs = byMs
  }
}

/** All of it at one instant, what is declared and what is not. */
async function losePower(stack: RebootedStack, up: readonly Up[]): Promise<void> {
  const others = await undeclared(stack)
  const { events, signals } = stack
  const withOthers = { send: signals.send.bind(signals), crash: (all: readonly ContainerProcess[]) => signals.crash([...all, ...others]) } as EndedBy['signals']
  await crashProcesses({ events, signals: withOthers }, up.map(({ place, process }) => ({ unit: { name: place.name, thaw: () => thaw(stack, place) }, process })))
}

/** What has ended must not be made anew while others have not. */
async function shutDown(stack: RebootedStack, up: readonly Up[]): Promise<void> {
  const others = await undeclared(stack)
  await Promise.all([
    ...up.map(async (one) => {
      const { service, place, process } = one
      await stopProcess(stack, process, { name: place.name, ...stack.stopOf(service), thaw: () => thaw(stack, place) })
      await giveUp(one)
    }),
    ...others.map(({ id }) => stack.docker.getContainer(id).stop().catch((error: unknown) => {
      throw engineError('stopping what is not declared of the stack', error)
    })),
  ])
}

/** Its load balancer for one. The swarm starts them again by itself. */
async function undeclared({ docker, stack, services }: RebootedStack): Promise<readonly ContainerProcess[]> {
  const known = new Set(services.map(({ service }) => service.ID))
  const listed = await docker.listContainers({ filters: { label: [`${stackLabel}=${stack}`] } })
  const inspected = await Promise.all(listed.filter(({ Labels: labels }) => !known.has(labels['com.docker.swarm.service.id'] ?? '')).map(({ Id: id }) => docker.getContainer(id).inspect().catch(() => undefined)))
  return inspected.flatMap((one) => (one?.State.Running === true && one.Config.Labels['com.docker.swarm.service.id'] !== undefined ? [{ id: one.Id, pid: one.State.Pid }] : []))
}
