import type { ProfileName, RequirementId } from '../../core/requirement.js'
import type { Scenario, ScenarioContext } from '../../core/scenario.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { everyFeatureHasAWorkingToggle } from './every-feature-has-a-working-toggle.check.js'
import { recordFeatures } from './features.js'
import { FlipWalk } from './flip-walk.js'
import { flipsReachEveryReplica } from './flips-reach-every-replica.check.js'
import { losingTheStoreIsHarmless } from './losing-the-store-is-harmless.check.js'
import { arms, flipLoad, listReading } from './names.js'
import { restartArm } from './restart-arms.js'
import { statesSurviveRestarts } from './states-survive-restarts.check.js'
import { storeOutage } from './store-outage.js'
import { switchedOffIsAsBefore } from './switched-off-is-as-before.check.js'
import { togglesAreIndividual } from './toggles-are-individual.check.js'
import { preparedKeys, recordAnswers, useFeatures } from './unchanged-answers.js'

export const scenario: Scenario = {
  id: 'feature-toggles/features-are-toggled',
  title: 'Each feature is switched on and off by itself, everywhere and for good',
  needs: ['toggles.list', 'toggles.set', 'toggles.probe'],
  instanceCountMin: 1,
  dependencies: 'direct',
  expectedMs,
  exercise,
  checks: [everyFeatureHasAWorkingToggle, switchedOffIsAsBefore, flipsReachEveryReplica, togglesAreIndividual, statesSurviveRestarts, losingTheStoreIsHarmless],
}

const ratePerSecond: Readonly<Record<ProfileName, number>> = { quick: 50, standard: 100, thorough: 100 }
const flipMs = 400
const restartMs = 4_000

function expectedMs({ toggles, lifecycle }: ServiceDescriptor, profile: ProfileName): number {
  const outageMs = profile === 'quick' ? 3_000 : 30_000
  return (toggles?.features.length ?? 0) * 6 * flipMs + arms.length * (restartMs + lifecycle.stop.graceMs / 2) + outageMs + restartMs
}

async function exercise(context: ScenarioContext): Promise<void> {
  const needs = (...ids: readonly RequirementId[]): boolean => ids.some((id) => context.selected.has(id))
  recordFeatures(context)
  await context.traffic.readValue({ name: listReading, probe: context.service.toggles!.list, via: context.instances[0]!.id })
  const walk = new FlipWalk(context, { throughMs: waitMs(context, 'TOGL-01', 'effective_within_s'), everywhereMs: waitMs(context, 'TOGL-04', 'all_within_s') })
  await walk.readEverything()
  // The others are blocked when a toggle does not work at all, so the flips are always made.
  await flipEverything(context, walk, needs('TOGL-02'))
  if (needs('TOGL-06', 'TOGL-07')) {
    context.step('every feature is given the state that is not its default')
    for (const feature of walk.features) if ((walk.wanted(feature) === 'on') === feature.default) await walk.flip(feature, feature.default ? 'off' : 'on')
  }
  if (needs('TOGL-06')) {
    for (const arm of arms) {
      context.step(`everything is restarted: ${arm}`)
      await restartArm(context, walk, { arm, settleMs: context.threshold('TOGL-06', 'settle_s') * 1_000 })
    }
  }
  const store = context.service.toggles?.store
  if (needs('TOGL-07') && store !== undefined) await storeOutage(context, walk, store)
}

/** A little longer than what is allowed, so that what is late is seen to be late. */
function waitMs(context: ScenarioContext, requirement: RequirementId, key: string): number {
  const limitMs = context.threshold(requirement, key) * 1_000
  return Math.min(limitMs, context.service.toggles?.effectiveWithinMs ?? limitMs) + 500
}

async function flipEverything(context: ScenarioContext, walk: FlipWalk, compares: boolean): Promise<void> {
  const via = walk.through
  const keys = compares ? await preparedKeys(context, context.threshold('TOGL-02', 'corpus_min')) : []
  context.step('every feature is off')
  await walk.all('off')
  if (compares) for (const pass of ['first', 'second'] as const) await recordAnswers(context, pass, { keys, via })
  const load = context.traffic.start({ name: flipLoad, ratePerSecond: ratePerSecond[context.profile], operations: 'mixed', via: 'balancer', connections: 'keep-alive', durationMaxMs: 600_000 })
  context.step('each feature is switched while the others stay as they are')
  await walk.everyPair()
  if (compares) await useFeatures(context, via)
  context.step('every feature is off again')
  await walk.all('off')
  await load.stop()
  if (compares) await recordAnswers(context, 'after', { keys, via })
}
