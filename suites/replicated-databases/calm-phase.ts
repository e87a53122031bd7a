import type { DeployedComponent } from '../../core/driver.js'
import type { ScenarioContext } from '../../core/scenario.js'
import type { Operation } from '../../core/service-descriptor.js'
import { fewAtOnce } from '../../core/few-at-once.js'
import { countedReads, firstUncountedReads, lastCountedReads, markerWrites, moments, mutations, questions } from './names.js'
import { caughtUp, heldKeys, readCounters, serversOf } from './servers.js'

const readsPerSecond = 100
/**
 * PostgreSQL reports what a connection did up to a second later, and only when the connection is used again. So a few
 * more requests follow, slow enough to come one after the other on the connections that were busy before. The same goes
 * before the first reading: what earlier traffic did must not be taken for what the service reads by itself.
 */
const lastPerSecond = 15
const lastMs = 1_400
const controlReads = 20
/** What the service reads by itself is measured for as long as that, and taken off. */
const quietMs = 1_500
/** Few at once: a connection that is used only now and then would report late. */
const mutationsAtOnce = 3
/**
 * Questions are asked at this pace even when the answers are slow, so that every marker is asked for in time. Where answers are
 * quick they are asked more often, because the pace is the error of the lag that is measured; a slow server is kept busy for a fifth of the time.
 */
const lookUpEveryMsMax = 300
const lookUpEveryMsMin = 5
const quickMs = 10
const pauseForEachMs = 4
const lookUpsAtOnce = 3
const catchUpMsMax = 10_000
/** Of the markers. Of a service that acknowledges fewer it stays undecided whether what it acknowledged arrives everywhere. */
const spareShareMax = 0.1

export const countedReadsOf = (context: ScenarioContext): number => (context.selected.has('REPL-02') ? context.threshold('REPL-02', 'counted_reads') : controlReads)

/** Ordinary reads alone, between two readings of all counters: shows who answers them, and what reading alone does to the counters. */
export async function countReads(context: ScenarioContext): Promise<void> {
  const read = context.service.data?.readOrdinary
  if (read === undefined || context.service.database?.counters === undefined) return
  context.step('ordinary reads, counted by the servers of the database')
  const judged = context.selected.has('REPL-02')
  const common = { operations: [read], via: 'balancer', connections: 'keep-alive' } as const
  const slowReads = (name: string): Promise<void> => context.traffic.start({ ...common, name, ratePerSecond: lastPerSecond, durationMaxMs: lastMs }).finished()
  if (judged) {
    await caughtUp(context, questions.caughtUpBeforeReads, catchUpMsMax)
    await slowReads(firstUncountedReads)
    await readCounters(context, moments.beforeQuiet)
    await context.pause(quietMs)
  }
  await readCounters(context, moments.beforeReads)
  await context.traffic.start({ ...common, name: countedReads, ratePerSecond: readsPerSecond, durationMaxMs: (countedReadsOf(context) / readsPerSecond) * 1_000 }).finished()
  await slowReads(lastCountedReads)
  await readCounters(context, moments.afterReads)
  if (judged) await caughtUp(context, questions.caughtUpAfterReads, catchUpMsMax)
}

/** Every operation that changes data, one after the other on the same key, for `count` keys. */
export async function mutate(context: ScenarioContext, load: string, count: number): Promise<void> {
  const operations = mutatingOperations(context)
  context.fact('mutations', operations.map(({ name }) => name))
  const keys = Array.from({ length: count }, () => context.traffic.newKey())
  await fewAtOnce(keys, mutationsAtOnce, async (key) => {
    for (const operation of operations) await context.traffic.send({ load, operation, via: 'balancer', key })
  })
}

/** Under names of their own: a key that is deleted in the end must not be taken for one that can be read. */
const mutatingOperations = ({ service }: ScenarioContext): readonly Operation[] => {
  const declared = service.database?.mutations ?? (service.data === undefined ? [] : [service.data.write])
  return declared.map((operation) => ({ ...operation, name: `${operation.name} as mutation` }))
}

/** Mutations, and then markers that are followed to every read replica. */
export async function mutateAndMark(context: ScenarioContext): Promise<void> {
  if (context.selected.has('REPL-01')) {
    context.step('every operation that mutates')
    await mutate(context, mutations, context.threshold('REPL-01', 'per_operation'))
  }
  const followed = context.selected.has('REPL-03')
  if (followed) context.step('markers, followed to every read replica')
  const markers = await writeAndFollow(context, followed)
  if (context.selected.has('REPL-01')) await readCounters(context, moments.afterMutations)
  if (followed) await lookAtLast(context, markers.acknowledged)
}

/** Acknowledged markers so far, and whether more will follow. */
export class Markers {
  readonly acknowledged: string[] = []
  lastAtMs = 0
  complete = false
}

async function writeAndFollow(context: ScenarioContext, followed: boolean): Promise<Markers> {
  const markers = new Markers()
  const count = followed ? context.threshold('REPL-03', 'markers') : Math.ceil((lastPerSecond * lastMs) / 1_000)
  const perSecond = followed ? context.threshold('REPL-03', 'markers_per_second') : lastPerSecond
  const following = followed ? serversOf(context).replicas.map((server) => follow(context, server, markers)) : []
  for (const one of following) one.catch(() => {}) // told where they are waited for
  try {
    await writeMarkers(context, markers, { count, everyMs: 1_000 / perSecond })
  } finally {
    markers.complete = true
  }
  await Promise.all(following)
  return markers
}

/** At a steady pace, whatever comes back; then one more for each of the few that were not acknowledged and cannot be followed. */
export async function writeMarkers(context: ScenarioContext, markers: Markers, { count, everyMs }: { readonly count: number; readonly everyMs: number }): Promise<void> {
  const write = context.service.data?.write
  if (write === undefined) return
  const startedAtMs = context.now()
  const sent: Promise<void>[] = []
  const one = async (): Promise<void> => {
    const key = context.traffic.newKey()
    const { outcome } = await context.traffic.send({ load: markerWrites, operation: write, via: 'balancer', key })
    if (outcome !== 'ok' && outcome !== 'degraded') return
    markers.acknowledged.push(key)
    markers.lastAtMs = context.now()
  }
  for (let index = 0; index < count; index++) {
    const waitMs = startedAtMs + index * everyMs - context.now()
    if (waitMs > 0) await context.pause(waitMs)
    sent.push(one())
  }
  await Promise.all(sent)
  const missing = count - markers.acknowledged.length
  if (missing <= count * spareShareMax) await Promise.all(Array.from({ length: missing }, one))
}

/** How long to wait after a question of which the last took so long. */
export const lookUpPaceMs = (tookMs: number): number => (tookMs <= quickMs ? lookUpEveryMsMin : Math.min(lookUpEveryMsMax, pauseForEachMs * tookMs))

/** Asks one replica for the markers that have not arrived, again and again, until all have or their time is over. */
async function follow(context: ScenarioContext, server: DeployedComponent, markers: Markers): Promise<void> {
  const convergenceMs = context.threshold('REPL-03', 'convergence_s') * 1_000
  const arrived = new Set<string>()
  const asking = new Set<Promise<void>>()
  let tookMs = 0
  const lookUp = async (): Promise<void> => {
    const open = markers.acknowledged.filter((key) => !arrived.has(key))
    if (open.length === 0) return
    const askedAtMs = context.now()
    try {
      for (const key of (await heldKeys(context, server, { keys: open, why: questions.markers })) ?? []) arrived.add(key)
    } finally {
      tookMs = context.now() - askedAtMs
    }
  }
  while (!context.signal.aborted) {
    const ended = markers.complete && context.now() > markers.lastAtMs + convergenceMs
    // A question that could not be asked is none: the check counts what was answered.
    const asked = lookUp().catch(() => {}).finally(() => asking.delete(asked))
    asking.add(asked)
    if (ended) break
    await context.pause(lookUpPaceMs(tookMs))
    if (asking.size >= lookUpsAtOnce) await Promise.race(asking)
    if (markers.complete && arrived.size === markers.acknowledged.length) break
  }
  await Promise.all(asking)
}

/** Of all markers at once: one that was there and is gone shows here, and the primary says what should be there. */
async function lookAtLast(context: ScenarioContext, keys: readonly string[]): Promise<void> {
  const { primary, replicas } = serversOf(context)
  await Promise.all([...(primary === undefined ? [] : [primary]), ...replicas].map((server) => heldKeys(context, server, { keys, why: questions.lastMarkers })))
}
