import { numberThreshold, thresholdValues, type ProfileName, type RequirementId } from '../../core/requirement.js'
import type { Scenario, ScenarioContext } from '../../core/scenario.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { knownMixMs, sendKnownMix } from './known-mix.js'
import { countersAgreeWithClients, latencyAgreesWithClients } from './metrics-agree-with-clients.check.js'
import { requirements } from './requirements.js'

export const scenario: Scenario = {
  id: 'monitoring/what-happens-can-be-seen',
  title: 'Operators can see what happens, and it is what happened',
  needs: ['traffic.read'],
  instanceCountMin: 1,
  expectedMs,
  exercise,
  checks: [countersAgreeWithClients, latencyAgreesWithClients],
}

function expectedMs(service: ServiceDescriptor, profile: ProfileName): number {
  const card = requirements.find((one) => one.id === 'MONI-01')
  return card === undefined ? 0 : knownMixMs(numberThreshold(thresholdValues(card, profile, service.overrides['MONI-01']), 'successes'))
}

async function exercise(context: ScenarioContext): Promise<void> {
  const wanted = (...ids: readonly RequirementId[]): boolean => ids.some((id) => context.selected.has(id))
  if (wanted('MONI-01')) await sendKnownMix(context)
}
