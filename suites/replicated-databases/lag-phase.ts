import { greatestOf } from '../../core/extremes.js'
import type { ScenarioContext } from '../../core/scenario.js'
import type { Operation } from '../../core/service-descriptor.js'
import { fewAtOnce } from '../../core/few-at-once.js'
import { overwrite, tellingRead, valueAfter, valueBefore } from './freshness.js'
import { lagWrites, ordinaryReads, overwrites, questions, readsBeyondBound, strongReads } from './names.js'
import { ask, caughtUp, heldKeys, serversOf, writeMarker } from './servers.js'

const atOnce = 8
const arriveMsMax = 10_000
/** Overwritten while replay is being stopped: whoever watches the lag may send reads elsewhere soon after. */
const earlyKeys = 60
const earlyEveryMs = 20
const catchUpMsMax = 15_000
const writesPerSecond = 20

/** The requirements that need read replicas that lag. */
export const lagRequirements = ['REPL-02', 'REPL-04', 'REPL-07'] as const

/** How many items are overwritten and read: as many as the largest of those that are selected needs. */
export function itemCount(context: ScenarioContext): number {
  const sizes = [
    context.selected.has('REPL-02') ? context.threshold('REPL-02', 'keys') : 0,
    context.selected.has('REPL-04') ? context.threshold('REPL-04', 'pairs') : 0,
    context.selected.has('REPL-07') ? context.threshold('REPL-07', 'reads') : 0,
  ]
  return greatestOf(sizes)
}

interface Items {
  readonly keys: readonly string[]
  readonly early: readonly string[]
  readonly write: Operation
  readonly strong: Operation | undefined
  readonly ordinary: Operation | undefined
}

/**
 * Items get a first value that arrives everywhere. Then replay is paused, and each gets a second value that no read replica
 * can show: what a read answers tells where it was answered.
 */
export async function lag(context: ScenarioContext): Promise<void> {
  const { data, database } = context.service
  if (data === undefined || database?.replay === undefined || database.lookUp === undefined) return
  const items: Items = {
    keys: Array.from({ length: itemCount(context) }, () => context.traffic.newKey()),
    early: Array.from({ length: earlyKeys }, () => context.traffic.newKey()),
    write: overwrite(data.write),
    strong: tellingRead(context, data.readStrong),
    ordinary: tellingRead(context, data.readOrdinary),
  }
  if (!(await prepare(context, items))) return
  context.step('read replicas stop applying changes')
  let stopped = false
  const early = overwriteEarly(context, items, () => stopped)
  early.catch(() => {}) // told where it is waited for
  try {
    await pauseReplay(context)
    stopped = true
    await early
    await whilePaused(context, items)
  } finally {
    stopped = true
    await early
    context.step('read replicas continue')
    await resumeReplay(context)
  }
  await caughtUp(context, questions.caughtUpAfterPause, catchUpMsMax)
}

async function prepare(context: ScenarioContext, { keys: late, early, write }: Items): Promise<boolean> {
  const keys = [...early, ...late]
  context.step('first values of what will be overwritten')
  await fewAtOnce(keys, atOnce, async (key) => {
    await context.traffic.send({ load: 'first values', operation: write, via: 'balancer', key, value: valueBefore(key) })
  })
  const arrived = async (): Promise<boolean> => {
    const held = await Promise.all(serversOf(context).replicas.map((server) => heldKeys(context, server, { keys, why: questions.itemsArrived })))
    return held.every((one) => one?.size === keys.length)
  }
  return context.until(questions.itemsArrived, arrived, arriveMsMax)
}

async function pauseReplay(context: ScenarioContext): Promise<void> {
  const procedure = context.service.database?.replay?.pause
  if (procedure === undefined) return
  await Promise.all(serversOf(context).replicas.map((server) => ask(context, server, { procedure, name: 'pause-replay' })))
}

async function resumeReplay(context: ScenarioContext): Promise<void> {
  const procedure = context.service.database?.replay?.resume
  if (procedure === undefined) return
  await Promise.all(serversOf(context).replicas.map((server) => ask(context, server, { procedure, name: 'resume-replay' })))
}

async function overwriteEarly(context: ScenarioContext, items: Items, stopped: () => boolean): Promise<void> {
  for (const key of items.early) {
    if (stopped()) return
    await overwriteAndRead(context, items, key)
    await context.pause(earlyEveryMs)
  }
}

async function overwriteAndRead(context: ScenarioContext, { write, strong, ordinary }: Items, key: string): Promise<void> {
  const written = await context.traffic.send({ load: overwrites, operation: write, via: 'balancer', key, value: valueAfter(key) })
  if (written.outcome !== 'ok' && written.outcome !== 'degraded') return
  await Promise.all([
    strong === undefined ? undefined : context.traffic.send({ load: strongReads, operation: strong, via: 'balancer', key }),
    ordinary === undefined ? undefined : context.traffic.send({ load: ordinaryReads, operation: ordinary, via: 'balancer', key }),
  ])
}

/** The reads come at once: a service that watches the lag sends them elsewhere before the bound is reached. */
async function whilePaused(context: ScenarioContext, items: Items): Promise<void> {
  const { keys, ordinary } = items
  const marker = writeMarker(context, 'markers of freshness')
  await fewAtOnce(keys, atOnce, (key) => overwriteAndRead(context, items, key))
  const asked = (await marker) ?? context.traffic.newKey()
  await askEverybody(context, asked, questions.duringPause)
  if (!context.selected.has('REPL-07') || ordinary === undefined) return
  await readBeyondBound(context, { keys, ordinary })
  await askEverybody(context, asked, questions.endOfPause)
}

async function askEverybody(context: ScenarioContext, marker: string, why: string): Promise<void> {
  const { primary, replicas } = serversOf(context)
  await Promise.all([...(primary === undefined ? [] : [primary]), ...replicas].map((server) => heldKeys(context, server, { keys: [marker], why })))
}

async function readBeyondBound(context: ScenarioContext, { keys, ordinary }: { readonly keys: readonly string[]; readonly ordinary: Operation }): Promise<void> {
  const { data } = context.service
  if (data === undefined) return
  const boundMs = data.maxLagMs + context.threshold('REPL-07', 'settle_s') * 1_000
  context.step('writes go on until the bound of staleness is long past')
  const load = context.traffic.start({ name: lagWrites, ratePerSecond: writesPerSecond, operations: [data.write], via: 'balancer', connections: 'keep-alive', durationMaxMs: boundMs + 30_000 })
  // Counted from the last overwrite: every value that is read below is older than the bound then.
  await context.pause(boundMs)
  context.step('ordinary reads beyond the bound of staleness')
  await fewAtOnce(keys.slice(0, context.threshold('REPL-07', 'reads')), atOnce, async (key) => {
    await context.traffic.send({ load: readsBeyondBound, operation: ordinary, via: 'balancer', key })
  })
  await load.stop()
}
