import { platformRollsOut } from '../../core/declarations/upgrade.js'
import type { RequirementId } from '../../core/requirement.js'
import type { Scenario, ScenarioContext } from '../../core/scenario.js'
import { anUpgradeCanBeRolledBack } from './an-upgrade-can-be-rolled-back.check.js'
import { acknowledgedWritesSurvive } from './acknowledged-writes-survive-an-upgrade.check.js'
import { corpusKeys, recordCorpus, tryNewFeatures } from './corpus.js'
import { labels, loads } from './names.js'
import { noRequestFailsDuringAnUpgrade } from './no-request-fails-during-an-upgrade.check.js'
import { oldAndNewWorkTogether } from './old-and-new-work-together.check.js'
import { replicasAreReplacedAFewAtATime } from './replicas-are-replaced-a-few-at-a-time.check.js'
import { stopHalfWay, stopHalfWayByPlatform } from './half-way.js'
import { rollOut } from './roll-out.js'
import { rollingOutDoesNotRelease } from './rolling-out-does-not-release.check.js'
import { acknowledgedBy, inFlightOperation, sampleReplicas, startUpgradeTraffic, startWrites, writeReadSet, type UpgradeTraffic } from './upgrade-traffic.js'

const leadMs = { quick: 1_000, standard: 5_000, thorough: 5_000 } as const
const tailMs = { quick: 1_000, standard: 10_000, thorough: 10_000 } as const
const writesPerSecond = 100
/** What one replica's turn takes beyond the windows of the balancer. */
const usualTurnMs = 3_000

/** One upgrade of all replicas under traffic, stopped half way for a look at both releases side by side, and the way back. */
export const scenario: Scenario = {
  id: 'software-upgrades/an-upgrade-is-invisible',
  title: 'Upgrading every replica to a new version, and back, is invisible to clients',
  needs: ['topology.instances', 'topology.balancer', 'health.readiness', 'lifecycle.upgrade', 'data.write'],
  instanceCountMin: 2,
  dependencies: 'direct',
  expectedMs: (service, profile) => {
    const { intervalMs, fall, rise, timeoutMs } = service.balancer
    const turnMs = intervalMs * (fall + rise) + timeoutMs + 1_000 + usualTurnMs
    const ofPartMs = platformRollsOut(service) ? 2 * turnMs : 0
    return leadMs[profile] + tailMs[profile] + 2 * service.target.replicas.count * turnMs + ofPartMs + 5_000
  },
  checks: [noRequestFailsDuringAnUpgrade, replicasAreReplacedAFewAtATime, acknowledgedWritesSurvive, oldAndNewWorkTogether, anUpgradeCanBeRolledBack, rollingOutDoesNotRelease],
  exercise,
}

async function exercise(context: ScenarioContext): Promise<void> {
  const { upgrade } = context.service.lifecycle
  if (upgrade === undefined) return
  const judged = (...ids: readonly RequirementId[]): boolean => ids.some((id) => context.selected.has(id))
  context.fact('upgrade', { session: context.service.data?.session !== undefined, from: upgrade.releases[upgrade.from], to: upgrade.releases[upgrade.to], maxUnavailable: upgrade.maxUnavailable })
  context.fact('new-features', upgrade.features.map(({ name }) => name))
  const [readSet, corpus] = await Promise.all([writeReadSet(context), judged('TOGL-03') ? corpusKeys(context) : undefined])
  if (corpus !== undefined) await recordTwice(context, corpus)
  const isByPlatform = platformRollsOut(context.service)
  if (judged('UPGR-03') && isByPlatform && !(await stopHalfWayByPlatform(context))) return
  const sampler = sampleReplicas(context)
  const traffic = startUpgradeTraffic(context, labels.upgrade, readSet)
  await context.pause(leadMs[context.profile])
  const sentBefore = traffic.sent()
  if (judged('UPGR-03') && !isByPlatform) await stopHalfWay(context)
  const end = await rollOut(context, { release: upgrade.to, label: labels.upgrade, timeoutMs: context.threshold('UPGR-01', 'complete_within_s') * 1_000 })
  await untilEnough(context, traffic, sentBefore)
  await traffic.stop()
  if (judged('UPGR-06')) await readBack(context, labels.upgrade)
  if (corpus !== undefined && end.ok) {
    await recordCorpus(context, 'after', corpus)
    await tryNewFeatures(context, upgrade.features)
  }
  if (judged('UPGR-04') && end.ok) await takeBack(context, readSet)
  await sampler.stop()
}

async function recordTwice(context: ScenarioContext, keys: readonly string[]): Promise<void> {
  await recordCorpus(context, 'before', keys)
  await recordCorpus(context, 'before-again', keys)
}

/** Traffic goes on after a roll-out. What is long under way is begun early enough to end with it. */
async function keepTrafficUp(context: ScenarioContext, traffic: UpgradeTraffic): Promise<void> {
  const lastsMs = Math.min(tailMs[context.profile], inFlightOperation(context.service)?.minDurationMs ?? 0)
  await context.pause(tailMs[context.profile] - lastsMs)
  traffic.beginNoMoreInFlight()
  await context.pause(lastsMs)
}

/** At least the tail, and as many requests since the roll-out began, and writes, as the thresholds ask for. */
async function untilEnough(context: ScenarioContext, traffic: UpgradeTraffic, sentBefore: number): Promise<void> {
  context.step('traffic goes on after the roll-out')
  await keepTrafficUp(context, traffic)
  const requests = context.threshold('UPGR-01', 'requests_min')
  const writes = context.threshold('UPGR-06', 'acked_writes_min')
  await context.until('enough requests were sent', () => traffic.sent() - sentBefore >= requests && (!context.selected.has('UPGR-06') || traffic.acknowledgedWrites() >= writes), 60_000)
}

/** Back to the release of before, under traffic, after more was written on the new one. */
async function takeBack(context: ScenarioContext, readSet: readonly string[]): Promise<void> {
  const { upgrade } = context.service.lifecycle
  if (upgrade === undefined) return
  context.step(`writing on ${upgrade.to}`)
  const traffic = startUpgradeTraffic(context, labels.back, readSet)
  const readyAtMs = context.now() + leadMs[context.profile]
  const writes = startWrites(context, loads.writesBefore(labels.back), writesPerSecond)
  const records = context.threshold('UPGR-04', 'records')
  await context.until(`${records} writes were acknowledged on ${upgrade.to}`, () => acknowledgedBy(writes) >= records, 60_000)
  await writes?.stop()
  await context.pause(Math.max(0, readyAtMs - context.now()))
  const sentBefore = traffic.sent()
  await rollOut(context, { release: upgrade.from, label: labels.back, back: true, timeoutMs: context.threshold('UPGR-04', 'complete_within_s') * 1_000 })
  const requests = context.threshold('UPGR-04', 'requests_min')
  await keepTrafficUp(context, traffic)
  await context.until('enough requests were sent', () => traffic.sent() - sentBefore >= requests, 60_000)
  await traffic.stop()
  await readBack(context, labels.back)
}

async function readBack(context: ScenarioContext, label: string): Promise<void> {
  context.step('reading every written key back')
  const convergenceMs = Math.max(context.threshold('UPGR-06', 'convergence_s') * 1_000, 3 * (context.service.data?.maxLagMs ?? 0))
  await context.traffic.reconcile({ load: loads.reconcile(label), convergenceMs })
}
