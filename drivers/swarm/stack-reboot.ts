import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { DeploymentControls, DriverPlatformEvent, RebootOptions } from '../../core/driver.js'
import { messageOf } from '../../core/errors.js'
import { crashProcesses, within, type EndedBy, type RunningProcess } from '../docker/end-container.js'
import { engineError, unlessGone, unlessSoAlready } from '../docker/engine-error.js'
import type { ContainerProcess } from '../docker/signal-sender.js'
import { hrtimeMs } from '../process/machine-protocol.js'
import { notDone } from '../process/not-done.js'
import { ownGraceMs, thaw } from './stack-controls.js'
import type { ServicePlaces } from './service-places.js'
import type { TaskPlace } from './task-place.js'
import { stackLabel, type Engine } from './stack-services.js'

export interface RebootedStack extends EndedBy {
  readonly docker: Engine
  /** Label of the stack. */
  readonly stack: string
  readonly services: readonly ServicePlaces[]
  readonly signal: AbortSignal
  toldToEnd(container: string): void
  emit(event: DriverPlatformEvent): void
  lose(reason: string): void
  /** Why nothing can be judged any more. */
  lost(): string | undefined
}

interface Up {
  readonly service: ServicePlaces
  readonly place: TaskPlace
  readonly process: RunningProcess
}

const upWithinMs = 20_000
/** Beyond the grace period of a task: what a swarm takes to tell its engine, and that to kill it. */
const toldWithinMs = 20_000
const lookEveryMs = 50

/**
 * A reboot that is played: everything of the stack ends, at one instant where power is lost and as the swarm ends it where it is told to do without any task, and the
 * swarm makes it anew. What shall come up later is not wanted by it until then. That the swarm starts it again is its own doing; what comes of it is the service's.
 */
export function rebootControl(stack: RebootedStack): NonNullable<DeploymentControls['reboot']> {
  let bootId: string = randomUUID()
  return async (manner, { delayed = [] }: RebootOptions = {}) => {
    const bootIdBefore = bootId
    const places = stack.services.flatMap(({ places: all }) => all)
    const unknown = delayed.find(({ target }) => !places.some(({ name }) => name === target))
    if (unknown !== undefined) throw notDone('rebooting the stack', `nothing that is called ${unknown.target}`)
    const up = await everythingUp(stack)
    for (const { process } of up) stack.toldToEnd(process.id)
    // The end of one must not be answered by another before all have ended.
    for (const { place } of up) place.mode = 'held'
    try {
      await (manner === 'orderly' ? shutDown(stack, up) : losePower(stack, up))
      stack.emit({ name: 'machine-down', target: 'machine', atHrtimeMs: hrtimeMs(), detail: { bootId, cause: manner } })
      bootId = randomUUID()
      stack.emit({ name: 'machine-booted', target: 'machine', atHrtimeMs: hrtimeMs(), detail: { bootId } })
    } catch (error) {
      await fillAll(up).catch(() => undefined) // the reason is worth more than what followed from it
      throw error
    }
    const later = new Map(delayed.map(({ target, byMs }) => [target, byMs]))
    await fillAll(up.filter(({ place }) => !later.has(place.name)))
    void fillInOrder(stack, up.flatMap((one) => (later.has(one.place.name) ? [{ ...one, byMs: later.get(one.place.name) ?? 0 }] : [])))
    return { bootIdBefore, bootIdAfter: bootId }
  }
}

/** What is down because it was stopped stays out of it; what is only just being started must not be spared. */
async function everythingUp(stack: RebootedStack): Promise<readonly Up[]> {
  const doing = 'rebooting the stack'
  const endAt = performance.now() + upWithinMs
  for (;;) {
    const reason = stack.lost()
    if (reason !== undefined) throw notDone(doing, `the stack lost: ${reason}`)
    const wanted = stack.services.flatMap((service) => service.places.filter(({ slot, mode }) => slot !== undefined && mode === 'up').map((place) => ({ service, place })))
    const down = wanted.find(({ place }) => place.container === undefined)
    if (down === undefined) return wanted.map(({ service, place }) => ({ service, place, process: { id: place.container!.id, pid: place.container!.pid, paused: place.paused } }))
    if (performance.now() > endAt) throw notDone(doing, `that ${down.place.name} does not run`)
    await pause(lookEveryMs, undefined, { signal: stack.signal })
  }
}

function byService(all: readonly Up[]): ReadonlyMap<ServicePlaces, readonly TaskPlace[]> {
  const found = new Map<ServicePlaces, TaskPlace[]>()
  for (const { service, place } of all) found.set(service, [...(found.get(service) ?? []), place])
  return found
}
const emptyAll = async (all: readonly Up[]): Promise<void> => void (await Promise.all([...byService(all).keys()].map((service) => service.emptyAll('taking the stack down'))))
const fillAll = async (all: readonly Up[]): Promise<void> => void (await Promise.all([...byService(all)].map(([service, places]) => service.fillAll(places))))

/** A swarm takes a second or five to start a task: what is to come after others comes that much after they run, or it would not be the order that was asked for. */
async function fillInOrder({ signal, lose }: RebootedStack, all: readonly (Up & { readonly byMs: number })[]): Promise<void> {
  let waitedMs = 0
  for (const byMs of [...new Set(all.map((one) => one.byMs))].sort((a, b) => a - b)) {
    try {
      await pause(byMs - waitedMs, undefined, { signal, ref: false })
      await fillAll(all.filter((one) => one.byMs === byMs))
    } catch (error) {
      if (!signal.aborted) lose(`not everything of the stack was started after a boot: ${messageOf(error)}`)
      return
    }
    waitedMs = byMs
  }
}

/** All of it at one instant, what is declared and what is not. */
async function losePower(stack: RebootedStack, up: readonly Up[]): Promise<void> {
  const { events, signals } = stack
  const strike = async (all: readonly ContainerProcess[], isLast: boolean): Promise<void> => {
    const others = await undeclared(stack)
    // One of the others may have ended by itself meanwhile: nothing was struck then.
    await signals.crash([...all, ...others]).catch((error: unknown) => (isLast ? Promise.reject(error as Error) : strike(all, true)))
  }
  const withOthers = { send: signals.send.bind(signals), crash: (all: readonly ContainerProcess[]) => strike(all, false) } as EndedBy['signals']
  await crashProcesses({ events, signals: withOthers }, up.map(({ place, process }) => ({ unit: { name: place.name, thaw: () => thaw(stack, place) }, process })))
  await emptyAll(up)
}

/** As the swarm stops what it has to do without: each by the stop signal and the grace period of its own service. */
async function shutDown(stack: RebootedStack, up: readonly Up[]): Promise<void> {
  const graceMs = Math.max(0, ...stack.services.map(ownGraceMs)) + toldWithinMs
  const exits = Promise.all(up.map(({ process }) => stack.events.nextExit(process.id)))
  await Promise.all([emptyAll(up), ...(await undeclared(stack)).map(({ id }) => stop(stack, id))])
  if ((await within(exits, graceMs)) === null) throw notDone('shutting the stack down', `something that had not ended after ${Math.round(graceMs)} ms`)
}

async function stop({ docker }: RebootedStack, id: string): Promise<void> {
  await unlessGone(unlessSoAlready(docker.getContainer(id).stop())).catch((error: unknown) => {
    throw engineError('stopping what is not declared of the stack', error)
  })
}

/** Its load balancer for one. The swarm starts them again by itself. */
async function undeclared({ docker, stack, services }: RebootedStack): Promise<readonly ContainerProcess[]> {
  const known = new Set(services.map(({ service }) => service.ID))
  const listed = await docker.listContainers({ filters: { label: [`${stackLabel}=${stack}`] } })
  const inspected = await Promise.all(listed.filter(({ Labels: labels }) => !known.has(labels['com.docker.swarm.service.id'] ?? '')).map(({ Id: id }) => docker.getContainer(id).inspect().catch(() => undefined)))
  return inspected.flatMap((one) => (one?.State.Running === true && one.Config.Labels['com.docker.swarm.service.id'] !== undefined ? [{ id: one.Id, pid: one.State.Pid }] : []))
}
