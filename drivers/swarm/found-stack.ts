import { setTimeout as pause } from 'node:timers/promises'
import { exitCodes, messageOf, SeaworthyError } from '../../core/errors.js'
import { answersReadyAt } from '../docker/answers-ready.js'
import { statusOf } from '../docker/engine-error.js'
import { isDead, ownerText, ownOwner, parseOwner } from '../run-owner.js'
import { takeRulesOut } from './proxied-stack.js'
import { foundLabel, ownerLabel, runLabel, withLabels } from './service-labels.js'
import { isOfNow, isSameMake, makeOf, specBeforeRollOut, type TaskMake } from './stack-release.js'
import { changeService, containerOf, ended, replicasOf, runs, tasksOf, type Engine, type ServiceSpec, type SwarmService } from './stack-services.js'
import { addressOf } from './task-places.js'

/** How a service was found, as far as it may be changed: enough for another process to put it back. */
export interface FoundService {
  readonly id: string
  readonly name: string
  readonly replicas: number
}
export interface FoundStack {
  readonly runId: string
  /** The first is that of the replicas, which has the labels. */
  readonly services: readonly FoundService[]
  /** Where all replicas said that they were ready; absent when one did not. One that was left drained is replaced. */
  readonly readiness?: { readonly port: number; readonly path: string }
  /** Connections to components were led to proxies of the run, by a helper of this image. */
  readonly proxiedBy?: string
}

export const foundOf = ({ ID: id, Spec: spec }: { readonly ID: string; readonly Spec: ServiceSpec }): FoundService => ({ id, name: spec.Name, replicas: replicasOf(spec) })

export const withReplicas = (spec: ServiceSpec, replicas: number): ServiceSpec => ({ ...spec, Mode: { ...spec.Mode, Replicated: { ...spec.Mode.Replicated, Replicas: replicas } } })

/** Undefined: it is as it was found. */
export const specAsFound = (spec: ServiceSpec, { replicas }: FoundService): ServiceSpec | undefined => (replicasOf(spec) === replicas ? undefined : withReplicas(spec, replicas))

/** Undefined for what is no such text. */
export function parseFound(text: string | undefined): FoundStack | undefined {
  try {
    const found = JSON.parse(text ?? '') as Partial<FoundStack>
    const { runId, services, readiness, proxiedBy } = found
    const isWhole = ({ id, name, replicas }: Partial<FoundService>): boolean => typeof id === 'string' && typeof name === 'string' && Number.isInteger(replicas)
    const isReadiness = readiness === undefined || (typeof readiness.port === 'number' && typeof readiness.path === 'string')
    const isImage = proxiedBy === undefined || typeof proxiedBy === 'string'
    if (typeof runId !== 'string' || !Array.isArray(services) || services.length === 0 || !services.every(isWhole) || !isReadiness || !isImage) return undefined
    return { runId, services, ...(readiness === undefined ? {} : { readiness }), ...(proxiedBy === undefined ? {} : { proxiedBy }) }
  } catch {
    return undefined
  }
}

/** Throws SW_SWARM_CLAIMED where the service of the replicas bears the label of another run. */
export function throwIfOfAnother({ Name: name, Labels: labels }: Pick<ServiceSpec, 'Name' | 'Labels'>, runId: string): void {
  const other = labels?.[runLabel]
  if (other === undefined || other === runId) return
  const owner = parseOwner(labels?.[ownerLabel])
  throw new SeaworthyError('SW_SWARM_CLAIMED', `while taking the service ${name}: the run ${other}${owner === undefined ? '' : ` (${ownerText(owner)})`} has it`, {
    exitCode: exitCodes.notConclusive,
    hint: isDead(owner) ? 'that run is dead: seaworthy clean --driver swarm DESCRIPTOR' : 'if that run is dead: seaworthy clean --driver swarm --force DESCRIPTOR',
  })
}

/** Takes the stack for one run, so that no two runs break it at once. Throws SW_SWARM_CLAIMED when another run that may live has it. */
export async function claimStack(docker: Engine, found: FoundStack): Promise<void> {
  const [replicas] = found.services
  if (replicas === undefined) return
  await changeService(docker, replicas.id, (spec) => {
    throwIfOfAnother(spec, found.runId)
    return withLabels(spec, { [runLabel]: found.runId, [ownerLabel]: JSON.stringify(ownOwner()), [foundLabel]: JSON.stringify(found) })
  })
}

export interface PutBackLimits {
  readonly runningWithinMs: number
  readonly readyWithinMs: number
  /** How long an update that takes a release back is waited for. 0: it is ordered, and goes on by itself, and so does what is starting already. */
  readonly rolledBackWithinMs: number
}
/** The engine ends a scenario's clean-up after thirty seconds, and later where a release may have been rolled out. */
export const limitsDefault: PutBackLimits = { runningWithinMs: 18_000, readyWithinMs: 5_000, rolledBackWithinMs: 120_000 }
const lookEveryMs = 200

/**
 * Puts the services of a stack back as they were found: nothing paused, the number of tasks as before, all of them running,
 * and replicas ready where all were; then the labels of the run are taken off. Resolves to what could not be put
 * back. A service that is not there any more is nobody's to put back, and one that another run has is left alone.
 */
export async function putBackStack(docker: Engine, found: FoundStack, limits = limitsDefault): Promise<readonly string[]> {
  const [replicas] = found.services
  const owner = replicas === undefined ? undefined : await runThatHas(docker, replicas.id)
  if (owner !== undefined && owner !== found.runId) return []
  let isUpdating = false
  const { runId, services, proxiedBy } = found
  // First: as long as they are led to a proxy that is gone, a component is down for the whole stack.
  const rules = proxiedBy === undefined || replicas === undefined ? [] : await attempt(replicas, () => takeRulesOut(docker, { runId, services: services.slice(1), image: proxiedBy }))
  const left = await Promise.all(found.services.map((one) => attempt(one, async () => void (isUpdating = (await putServiceBack(docker, one, { ...limits, runId: found.runId })) === 'updating' || isUpdating))))
  left.push(rules)
  if (replicas === undefined) return left.flat()
  const { readiness } = found
  if (readiness !== undefined && !isUpdating) left.push(await attempt(replicas, () => replaceUnready(docker, replicas, readiness, limits)))
  if (left.flat().length === 0) left.push(await attempt(replicas, () => release(docker, replicas.id)))
  return left.flat()
}

async function attempt({ name }: FoundService, work: () => Promise<void>): Promise<readonly string[]> {
  try {
    await work()
    return []
  } catch (error) {
    const cause = error instanceof SeaworthyError ? error.cause : error
    return statusOf(cause) === 404 ? [] : [`service ${name}: ${messageOf(error)}`]
  }
}

async function runThatHas(docker: Engine, id: string): Promise<string | undefined> {
  const service = await docker.getService(id).inspect().catch(() => undefined) as { readonly Spec: ServiceSpec } | undefined
  return service?.Spec.Labels?.[runLabel]
}

async function release(docker: Engine, id: string): Promise<void> {
  await changeService(docker, id, (spec) => (spec.Labels?.[runLabel] === undefined ? undefined : withLabels(spec, { [runLabel]: undefined, [ownerLabel]: undefined, [foundLabel]: undefined })))
}

/** Resolves to what goes on and is not waited for. */
async function putServiceBack(docker: Engine, found: FoundService, { runningWithinMs, rolledBackWithinMs, runId }: PutBackLimits & { readonly runId: string }): Promise<'updating' | 'starting' | undefined> {
  for (const task of await tasksOf(docker, { ID: found.id })) await thaw(docker, containerOf(task))
  let wasRolledOut = false
  const { Spec: spec } = await changeService(docker, found.id, (now, { UpdateStatus: update }) => {
    const before = specBeforeRollOut(now, runId)
    wasRolledOut = (before !== undefined && !isSameMake(makeOf(before), makeOf(now))) || update?.State === 'updating' || update?.State === 'rollback_started'
    return before
  })
  await changeService(docker, found.id, (now) => specBeforeRollOut(now, runId))
  await changeService(docker, found.id, (now) => specAsFound(now, found))
  if (wasRolledOut && rolledBackWithinMs === 0) return 'updating'
  const wanted = { ...found, make: makeOf(spec) }
  // Nothing else may be ordered while it is taken back: that would break the update off.
  if (await allRun(docker, wanted, wasRolledOut ? rolledBackWithinMs : runningWithinMs / 2)) return undefined
  if (wasRolledOut) throw new Error(`what was rolled out was ordered back, and not every task was as before after ${Math.round(rolledBackWithinMs / 1_000)} s`)
  const tasks = await tasksOf(docker, { ID: found.id })
  const running = tasks.filter(runs).length
  // One that is only starting, until its health check passes say, must not be given up for another.
  const isStarting = tasks.length === found.replicas && !tasks.some(ended)
  if (isStarting && rolledBackWithinMs === 0) return 'starting'
  if (!isStarting) {
    // A place whose task ended in order, or failed too often, stays empty under its restart policy: it is made anew.
    await changeService(docker, found.id, (now) => withReplicas(now, running))
    await changeService(docker, found.id, (now) => specAsFound(now, found))
  }
  if (!(await allRun(docker, wanted, runningWithinMs / 2))) throw new Error(`found ${running} of ${found.replicas} tasks running after ${runningWithinMs} ms`)
  return undefined
}

async function thaw(docker: Engine, container: string | undefined): Promise<void> {
  if (container === undefined) return
  const state = await docker.getContainer(container).inspect().then(({ State }) => State, () => undefined)
  if (state?.Paused === true) await docker.getContainer(container).unpause().catch(() => undefined) // it has ended meanwhile
}

/** A swarm knows of an end a few seconds later. */
async function isUp(docker: Engine, container: string | undefined): Promise<boolean> {
  if (container === undefined) return false
  return docker.getContainer(container).inspect().then(({ State }) => State.Running, () => false)
}

/** Before an update begins nothing says that it will: what tasks are made of tells. */
async function allRun(docker: Engine, { id, replicas, make }: FoundService & { readonly make?: TaskMake }, withinMs: number): Promise<boolean> {
  const endAt = performance.now() + withinMs
  for (;;) {
    const { UpdateStatus: update, Spec: spec } = (await docker.getService(id).inspect()) as SwarmService
    const isWanted = make === undefined || isSameMake(makeOf(spec), make)
    const tasks = await tasksOf(docker, { ID: id })
    if (isWanted && update?.State !== 'updating' && update?.State !== 'rollback_started' && tasks.length === replicas && tasks.every((task) => runs(task) && isOfNow(task, spec)) && (await Promise.all(tasks.map((task) => isUp(docker, containerOf(task))))).every(Boolean)) return true
    if (performance.now() >= endAt) return false
    await pause(lookEveryMs)
  }
}

/** A replica that was drained says so at once; one that is just starting may take longer, and being replaced does it no harm. */
async function replaceUnready(docker: Engine, found: FoundService, readiness: NonNullable<FoundStack['readiness']>, { readyWithinMs, runningWithinMs, rolledBackWithinMs }: PutBackLimits): Promise<void> {
  const tasks = (await tasksOf(docker, { ID: found.id })).filter(runs)
  const replaced = await Promise.all(tasks.map(async (task) => {
    const container = containerOf(task)
    if (container === undefined || (await isReadyWithin(docker, container, readiness, readyWithinMs))) return false
    // Not by a stop: after one that ends in order a swarm may leave the place empty.
    await docker.getContainer(container).kill({ signal: 'SIGKILL' })
    return true
  }))
  if (!replaced.includes(true) || rolledBackWithinMs === 0) return
  await pause(lookEveryMs)
  if (!(await allRun(docker, found, runningWithinMs))) throw new Error('a replica that was left drained was ended, and none came in its place')
}

export async function isReadyWithin(docker: Engine, container: string, readiness: NonNullable<FoundStack['readiness']>, withinMs: number): Promise<boolean> {
  const endAt = performance.now() + withinMs
  for (;;) {
    const host = await addressOf(docker, await docker.getContainer(container).inspect())
    if (host !== undefined && (await answersReadyAt({ host, ...readiness }))) return true
    if (performance.now() >= endAt) return false
    await pause(lookEveryMs)
  }
}
