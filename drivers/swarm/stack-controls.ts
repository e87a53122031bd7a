import type { DeploymentControls, Instance, PlatformRelease, PlatformRollOut, PlatformRollOutOptions, Removed } from '../../core/driver.js'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import { crashProcesses, stopProcess, within, type EndedBy, type RunningProcess } from '../docker/end-container.js'
import { engineError } from '../docker/engine-error.js'
import { notDone } from '../process/not-done.js'
import { rollOutService } from './roll-out.js'
import type { ServicePlaces } from './service-places.js'
import type { TaskPlace } from './task-place.js'
import type { Engine } from './stack-services.js'
import type { VolumeFiles } from './volume-files.js'

export interface StackMachine extends EndedBy {
  readonly docker: Engine
  /** That of the replicas first. */
  readonly services: readonly ServicePlaces[]
  /** A place for one replica more. */
  newReplica(): TaskPlace
  instanceOf(place: TaskPlace): Instance
  /** Its end is the service's no more. */
  toldToEnd(container: string): void
  readonly runId: string
  readonly signal: AbortSignal
  /** While the swarm replaces tasks because it was ordered to, their ends are its doing. */
  rollingOut(isOn: boolean): void
  readonly files: VolumeFiles
  /** A place was given to another task. */
  moved(): void
  /** Why nothing that follows can be judged; undefined as long as it can. */
  lost(): string | undefined
}

/** After which a swarm kills a task, whatever the descriptor says; ten seconds where the stack says nothing. */
export const ownGraceMs = ({ service: { Spec: spec } }: ServicePlaces): number => (spec.TaskTemplate.ContainerSpec.StopGracePeriod ?? 1e10) / 1e6

/** Beyond the grace period of a task: what a swarm takes to tell its engine, and that to kill it. */
const toldOfEndWithinMs = 20_000

interface Placed {
  readonly place: TaskPlace
  readonly service: ServicePlaces
}

/**
 * What can be done to the tasks of a stack. A signal goes past the engine, so that the swarm sees a task that ended of its own
 * accord. What is stopped or held is one that the swarm is told to do without once it has ended. Each throws SeaworthyError
 * when it was not done.
 */
export function stackControls(machine: StackMachine): DeploymentControls {
  const named = (name: string): Placed => {
    requireKnown(machine)
    for (const service of machine.services) for (const place of service.places) if (place.name === name) return { place, service }
    throw notDone(`looking for the task of ${name}`, `only those of ${machine.services.flatMap(({ places }) => places.map((one) => one.name)).join(', ')}`)
  }
  const stop: NonNullable<DeploymentControls['stop']> = async (name, options) => {
    const { place, service } = named(name)
    const process = processOf(place, `stopping ${name}`)
    const modeBefore = place.mode
    place.mode = 'stopped'
    machine.toldToEnd(process.id)
    try {
      const result = await stopProcess(machine, process, { name, ...options, thaw: () => thaw(machine, place) })
      await service.vacate(place, process.task)
      return result
    } catch (thrown) {
      place.mode = modeBefore
      service.settle()
      throw thrown
    }
  }
  return {
    stop,
    start: async (name) => {
      const { place, service } = named(name)
      if (place.mode === 'held') throw notDone(`starting ${name}`, 'it held down')
      await service.fill(place)
    },
    async hold(name) {
      named(name).place.mode = 'held'
    },
    async release(name) {
      const { place, service } = named(name)
      if (place.mode === 'held') await service.fill(place)
    },
    async signal(name, signal) {
      const process = processOf(named(name).place, `sending ${signal} to ${name}`)
      machine.toldToEnd(process.id)
      await machine.signals.send(signal, [process])
    },
    kill: async (names) => kill(machine, names.map(named)),
    async freeze(name) {
      const { place } = named(name)
      const { id } = processOf(place, `pausing ${name}`)
      machine.events.expect(id, 'pause', 'unpause')
      await asked('pausing', place, machine.docker.getContainer(id).pause())
      place.paused = true
    },
    thaw: async (name) => thaw(machine, named(name).place),
    async processState(name) {
      const { place } = named(name)
      const pid = place.container?.pid ?? null
      return { pid, state: pid !== null ? 'running' : place.mode === 'held' ? 'held' : 'exited', restarts: Math.max(0, place.starts - 1) }
    },
    rollOut: (release, options) => rollOut(machine, release, options),
    async addInstance({ changes }) {
      if (changes !== undefined) throw notDone('adding a replica', 'other settings for it, which a swarm gives to all tasks of a service or to none')
      const [service] = machine.services
      const place = machine.newReplica()
      await service?.fill(place).catch((thrown: unknown) => {
        place.isRemoved = true
        throw thrown
      })
      return machine.instanceOf(place)
    },
    ...machine.files.controls((name) => named(name).place),
    removeAnyInstance: ({ graceMs }) => removeAny(machine, graceMs),
  }
}

/** The swarm tells the task to end, and kills it after the grace period of its service. */
async function removeAny(machine: StackMachine, graceMs: number): Promise<Removed> {
  requireKnown(machine)
  const doing = 'removing a replica'
  const [service] = machine.services
  if (service === undefined) throw notDone(doing, 'no service of replicas')
  const exits = new Map(service.places.flatMap(({ container }) => (container === undefined ? [] : [[container.id, machine.events.nextExit(container.id)] as const])))
  const orderedAtMs = performance.now()
  machine.rollingOut(true)
  try {
    const { place, container } = await service.scaleIn(doing)
    machine.toldToEnd(container)
    const exited = exits.get(container)
    if (exited === undefined) throw notDone(doing, `that another container had come to be in the place of ${place.name}`)
    const withinMs = Math.max(graceMs, ownGraceMs(service)) + toldOfEndWithinMs
    const exit = await within(exited, withinMs)
    if (exit === null) throw notDone(doing, `that ${place.name}, which the swarm chose, had not ended ${Math.round(withinMs)} ms after that`)
    return { instance: place.name, exitCode: exit.code, signal: exit.signal, killed: exit.signal === 'SIGKILL', durationMs: performance.now() - orderedAtMs, survivors: [] }
  } finally {
    machine.rollingOut(false)
  }
}

function requireKnown(machine: StackMachine): void {
  const reason = machine.lost()
  if (reason !== undefined) throw new SeaworthyError('SW_MACHINE_LOST', `the stack is lost: ${reason}`, { exitCode: exitCodes.notConclusive })
}

async function rollOut(machine: StackMachine, release: PlatformRelease, options: PlatformRollOutOptions): Promise<PlatformRollOut> {
  requireKnown(machine)
  const [service] = machine.services
  if (service === undefined) throw notDone(`rolling ${release.name} out`, 'no service of replicas')
  return rollOutService(machine, service, release, options)
}

async function kill(machine: StackMachine, all: readonly Placed[]): Promise<{ target: string; pid: number }[]> {
  const found = all.map(({ place, service }) => ({ place, service, unit: { name: place.name, thaw: () => thaw(machine, place) }, process: processOf(place, `looking for the process of ${place.name}`) }))
  for (const { process } of found) machine.toldToEnd(process.id)
  await crashProcesses(machine, found)
  await Promise.all(found.map(({ place, service, process }) => (place.mode === 'held' ? service.vacate(place, process.task) : undefined)))
  return found.map(({ place, process }) => ({ target: place.name, pid: process.pid }))
}

function processOf({ container, paused }: TaskPlace, doing: string): RunningProcess & { readonly task: string } {
  if (container === undefined) throw notDone(doing, 'no task that runs in its place')
  return { id: container.id, pid: container.pid, task: container.task, paused }
}

export async function thaw({ docker, events }: Pick<StackMachine, 'docker' | 'events'>, place: TaskPlace): Promise<void> {
  const { container, paused } = place
  if (container === undefined || !paused) return // what died meanwhile needs none
  events.expect(container.id, 'unpause')
  await asked('unpausing', place, docker.getContainer(container.id).unpause())
  place.paused = false
}

async function asked(doing: string, { name }: TaskPlace, work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    throw engineError(`${doing} ${name}`, error)
  })
}
