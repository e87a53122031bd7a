import type { History, InstanceId } from '../../core/history.js'
import { interventionsOf, platformAtMs } from '../../core/reading.js'
import { labels } from './names.js'
import { probeSamples } from './probe-samples.js'

/** How a replica came to run in drained state. */
export interface DrainedStart {
  /** `platform`: it put the replica in the place of another one, which may have gone on beside it for a while, under the same name. */
  readonly by: 'harness' | 'platform'
  readonly target: InstanceId
  /** What the probes of the replica say is its own from then on. */
  readonly issuedAtMs: number
  /** Nothing from the balancer may reach it from then on. */
  readonly fromMs: number
  readonly witnessedAtMs: number | undefined
  readonly error: string | undefined
  /** Boots of the process that was in its place before, and of the one that is there since; of its own start nothing is told from that. */
  readonly boots: { readonly before: ReadonlySet<string>; readonly since: ReadonlySet<string> }
}

const none: ReadonlySet<string> = new Set()

/** The first of the history, or why there is none to judge. */
export function drainedStart(history: History): DrainedStart | string {
  const own = interventionsOf(history, 'start', labels.startedDrained)[0]
  if (own === undefined) return byPlatform(history)
  const { target, issuedAtMs, acknowledgedAtMs, witnessedAtMs, error } = own
  return { by: 'harness', target, issuedAtMs, fromMs: acknowledgedAtMs ?? issuedAtMs, witnessedAtMs, error, boots: { before: none, since: none } }
}

/** A roll-out in part of what a replica runs with to start drained. */
function byPlatform(history: History): DrainedStart | string {
  const ordered = interventionsOf(history, 'rollOut', labels.startedDrained)[0]
  if (ordered === undefined) return 'no replica was started in drained state'
  const { ok, error, instances = [] } = ordered.detail as { readonly ok?: boolean; readonly error?: string; readonly instances?: readonly InstanceId[] }
  const why = ordered.error ?? error
  const [target] = instances
  if (ok !== true || target === undefined) return `no replica was started in drained state${why === undefined ? '' : `: ${why}`}`
  const { issuedAtMs: orderedAtMs, acknowledgedAtMs = Infinity } = ordered
  const startedAtMs = platformAtMs(history, 'process-started', target, orderedAtMs)
  if (startedAtMs === undefined || startedAtMs > acknowledgedAtMs) return `${target} was to be replaced by one in drained state, and was not seen to be`
  const samples = probeSamples(history, 'readiness', target)
  const before = new Set(samples.flatMap(({ boot, atMs }) => (boot !== undefined && atMs < startedAtMs ? [boot] : [])))
  if (before.size === 0) return `${target} did not say which process it was before it was replaced by one in drained state`
  const since = new Set(samples.flatMap(({ boot, sentAtMs }) => (boot !== undefined && sentAtMs >= startedAtMs && !before.has(boot) ? [boot] : [])))
  return { by: 'platform', target, issuedAtMs: startedAtMs, fromMs: orderedAtMs, witnessedAtMs: startedAtMs, error: undefined, boots: { before, since } }
}
