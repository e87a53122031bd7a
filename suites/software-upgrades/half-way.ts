import type { Upgrade } from '../../core/declarations/upgrade.js'
import type { InstanceId } from '../../core/history.js'
import type { ScenarioContext } from '../../core/scenario.js'
import { resumeNeverOpened } from '../redundancy/never-opened.js'
import { recordProbe, runProbes, sessionProbe, type Pair, type PairProbe } from '../redundancy/replica-pairs.js'
import { labels } from './names.js'
import { rollOut, takePartBack } from './roll-out.js'
import { readsOf } from './upgrade-traffic.js'

const completeWithinMs = (context: ScenarioContext, id: 'UPGR-01' | 'UPGR-04' = 'UPGR-01'): number => context.threshold(id, 'complete_within_s') * 1_000

/** One replica is upgraded and work is begun on it and continued on one that is not, and the other way round. The roll-out goes on from there. */
export async function stopHalfWay(context: ScenarioContext): Promise<void> {
  const { upgrade } = context.service.lifecycle
  const [upgraded, old] = context.instances.map(({ id }) => id)
  if (upgrade === undefined || upgraded === undefined || old === undefined) return
  const end = await rollOut(context, { release: upgrade.to, label: labels.half, instances: [upgraded], timeoutMs: completeWithinMs(context) })
  if (end.ok) await workOnBoth(context, { upgraded, old })
}

/**
 * The same where a platform rolls out, which chooses the replica, and is told to stop there. What it did by that order is taken back: how it
 * goes on of its own accord is another question, and a roll-out that was begun in another way would not answer it. Resolves to whether everything
 * is as before; nothing can be said of an upgrade otherwise.
 */
export async function stopHalfWayByPlatform(context: ScenarioContext): Promise<boolean> {
  const { upgrade, startTimeoutMs } = context.service.lifecycle
  if (upgrade === undefined) return true
  const end = await rollOut(context, { release: upgrade.to, label: labels.half, inPart: true, timeoutMs: completeWithinMs(context) })
  const [upgraded] = end.stoppedAt ?? []
  const old = context.instances.find(({ id }) => end.stoppedAt?.includes(id) === false)?.id
  if (end.ok && upgraded !== undefined && old !== undefined) await workOnBoth(context, { upgraded, old })
  const back = await takePartBack(context, { label: labels.halfBack, timeoutMs: completeWithinMs(context, 'UPGR-04') })
  // Where nothing could be ordered there is nothing to take back: what every replica says of itself decides.
  if (!back.ok && back.cause !== 'intervention') return false
  for (const { id } of context.instances) {
    if (!(await context.untilReady(id, startTimeoutMs)) || !(await context.untilInRotation(id, true, startTimeoutMs))) {
      context.step(`${id} did not come back into service`)
      return false
    }
  }
  return await everyoneIs(context, upgrade)
}

async function everyoneIs(context: ScenarioContext, { version, releases, from }: Upgrade): Promise<boolean> {
  for (const { id } of context.instances) {
    const { outcome, value } = await context.traffic.readValue({ name: 'version-taken-back', probe: version, via: id })
    if (outcome === 'read' && String(value) === releases[from]?.reads) continue
    context.step(`${id} is not ${from} again`)
    return false
  }
  return true
}

async function workOnBoth(context: ScenarioContext, { upgraded, old }: { readonly upgraded: InstanceId; readonly old: InstanceId }): Promise<void> {
  const { upgrade, startTimeoutMs } = context.service.lifecycle
  if (upgrade === undefined || !(await context.untilReady(upgraded, startTimeoutMs))) return
  context.step(`${upgraded} runs ${upgrade.to}, ${old} still ${upgrade.from}`)
  for (const instance of [upgraded, old]) await context.traffic.readValue({ name: 'version-half-way', probe: upgrade.version, via: instance })
  const timeoutMs = Math.max(context.threshold('UPGR-03', 'convergence_s') * 1_000, 2 * (context.service.data?.maxLagMs ?? 0))
  for (const one of [upgraded, old]) await runProbes(context, pairProbes(context, { from: one, to: one }, 1), timeoutMs)
  await runProbes(context, pairProbes(context, { from: upgraded, to: old }), timeoutMs)
  await runProbes(context, pairProbes(context, { from: old, to: upgraded }), timeoutMs)
  await context.traffic.readNeverWritten(readsOf(context.service))
  await resumeNeverOpened(context, context.service.data?.session)
  for (const instance of [upgraded, old]) await context.traffic.readValue({ name: 'version-half-way', probe: upgrade.version, via: instance })
}

function pairProbes(context: ScenarioContext, pair: Pair, count?: number): PairProbe[] {
  const { data } = context.service
  const session = data?.session
  const reads = readsOf(context.service)
  const sessions = session === undefined ? 0 : (count ?? context.threshold('UPGR-03', 'sessions_each_way'))
  const records = reads.length === 0 ? 0 : (count ?? context.threshold('UPGR-03', 'records_each_way'))
  return [
    ...Array.from({ length: records }, (_, index) => recordProbe(context, pair, { write: data?.write.name ?? '', read: reads[index % reads.length]!.name })),
    ...(session === undefined ? [] : Array.from({ length: sessions }, () => sessionProbe(context, pair, session))),
  ]
}
