import type { Upgrade } from '../../core/declarations/upgrade.js'
import type { Scenario, ScenarioContext } from '../../core/scenario.js'
import { aBadReleaseStopsItself } from './a-bad-release-stops-itself.check.js'
import { labels } from './names.js'
import { rollOut } from './roll-out.js'
import { sampleReplicas, startUpgradeTraffic, writeReadSet, type UpgradeTraffic } from './upgrade-traffic.js'

const leadMs = { quick: 500, standard: 5_000, thorough: 5_000 } as const
/** How long it is watched whether a halted roll-out stays halted. */
const watchMs = { quick: 1_000, standard: 5_000, thorough: 5_000 } as const
const usualTurnMs = 10_000

/** Releases that never become ready, or crash, are rolled out under traffic, and taken back. */
export const scenario: Scenario = {
  id: 'software-upgrades/a-bad-release-stops-itself',
  title: 'A release that never becomes ready stops at the first replicas and is reported',
  needs: ['topology.instances', 'topology.balancer', 'health.readiness', 'lifecycle.upgrade', 'lifecycle.upgrade.tool', 'lifecycle.upgrade.bad', 'data.write'],
  instanceCountMin: 2,
  dependencies: 'direct',
  expectedMs: (service, profile) => leadMs[profile] + (service.lifecycle.upgrade?.bad.length ?? 0) * (2 * usualTurnMs + watchMs[profile]),
  checks: [aBadReleaseStopsItself],
  exercise,
}

async function exercise(context: ScenarioContext): Promise<void> {
  const { upgrade } = context.service.lifecycle
  if (upgrade === undefined) return
  context.fact('upgrade', { from: upgrade.releases[upgrade.from], to: upgrade.releases[upgrade.to], maxUnavailable: upgrade.maxUnavailable })
  context.fact('bad-releases', upgrade.bad)
  const readSet = await writeReadSet(context)
  const sampler = sampleReplicas(context)
  const traffic = startUpgradeTraffic(context, 'bad', readSet)
  await context.pause(leadMs[context.profile])
  for (const bad of upgrade.bad) if (!(await tryBadRelease(context, { upgrade, bad, traffic }))) break
  await traffic.stop()
  await sampler.stop()
}

interface Trial {
  readonly upgrade: Upgrade
  readonly bad: string
  readonly traffic: UpgradeTraffic
}

/** Returns whether the service is whole again, so that another release can be tried. */
async function tryBadRelease(context: ScenarioContext, { upgrade, bad, traffic }: Trial): Promise<boolean> {
  await rollOut(context, { release: bad, label: labels.bad(bad), timeoutMs: context.threshold('UPGR-05', 'halt_within_s') * 1_000 })
  await context.pause(watchMs[context.profile])
  const end = await rollOut(context, { release: upgrade.from, label: labels.recovery(bad), back: true, timeoutMs: context.threshold('UPGR-05', 'recover_within_s') * 1_000 })
  if (!end.ok) return false
  // Nothing leaves any more after the last one: what is long under way may end while the gate looks.
  if (bad === upgrade.bad.at(-1)) traffic.beginNoMoreInFlight()
  for (const { id } of context.instances) await context.untilInRotation(id, true, context.service.lifecycle.startTimeoutMs + context.returnWindowMs)
  return context.gate(labels.recovery(bad))
}
