import { numberThreshold, thresholdValues, type ProfileName, type RequirementId } from '../../core/requirement.js'
import type { Scenario, ScenarioContext } from '../../core/scenario.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { actionsLeaveRecords, recordsCannotBeAltered } from '../auditing/actions-leave-records.check.js'
import { auditOperators } from '../auditing/operator-actions.js'
import { debugIsSwitchedForOneModule } from '../debug-instrumentation/debug-is-switched-for-one-module.check.js'
import { debugSpansMs, switchDebug } from '../debug-instrumentation/debug-spans.js'
import { sendCorrelated } from '../debug-instrumentation/known-requests.js'
import { logsAreReadable } from '../debug-instrumentation/logs-are-readable.check.js'
import { requirements as debugRequirements } from '../debug-instrumentation/requirements.js'
import { crashesAreReported } from '../exception-collection/crashes-are-reported.check.js'
import { exceptionsAreCollected } from '../exception-collection/exceptions-are-collected.check.js'
import { provokeCrashes, provokeExceptions } from '../exception-collection/provoke.js'
import { knownMixMs, sendKnownMix } from './known-mix.js'
import { countersAgreeWithClients } from './counters-agree-with-clients.check.js'
import { latencyAgreesWithClients } from './latency-agrees-with-clients.check.js'
import { requirements } from './requirements.js'

export const scenario: Scenario = {
  id: 'monitoring/what-happens-can-be-seen',
  title: 'Operators can see what happens, and it is what happened',
  needs: ['traffic.read'],
  instanceCountMin: 1,
  dependencies: 'direct',
  expectedMs,
  exercise,
  checks: [countersAgreeWithClients, latencyAgreesWithClients, logsAreReadable, debugIsSwitchedForOneModule, exceptionsAreCollected, crashesAreReported, actionsLeaveRecords, recordsCannotBeAltered],
}

const correlatedMs = 1_500
const exceptionsMs = 2_000
const crashesMs = 3_000
const auditMs = 4_000

function expectedMs(service: ServiceDescriptor, profile: ProfileName): number {
  const threshold = (id: RequirementId, key: string): number => {
    const card = [...requirements, ...debugRequirements].find((one) => one.id === id)
    return card === undefined ? 0 : numberThreshold(thresholdValues(card, profile, service.overrides[id]), key)
  }
  return knownMixMs(threshold('MONI-01', 'successes')) + debugSpansMs(threshold('DBUG-02', 'span_s')) + correlatedMs + exceptionsMs + auditMs + crashesMs
}

async function exercise(context: ScenarioContext): Promise<void> {
  const wanted = (...ids: readonly RequirementId[]): boolean => ids.some((id) => context.selected.has(id))
  if (wanted('MONI-01')) await sendKnownMix(context)
  // DBUG-02 rests on DBUG-01 and EXCP-02 on START-02: each is made all the same when it alone was asked for.
  if (wanted('DBUG-01')) await sendCorrelated(context)
  if (wanted('DBUG-02')) await switchDebug(context)
  if (wanted('EXCP-01')) await provokeExceptions(context)
  // What ends processes comes last, so that nothing before it is read from a process that is new; crashes need no balancer, operators do.
  if (wanted('AUDT-01')) await auditOperators(context)
  if (wanted('EXCP-02')) await provokeCrashes(context)
}
