import { numberThreshold, thresholdValues, type ProfileName, type RequirementId } from '../../core/requirement.js'
import type { Scenario, ScenarioContext } from '../../core/scenario.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { countReads, mutateAndMark } from './calm-phase.js'
import { tellingRead } from './freshness.js'
import { lag, lagRequirements } from './lag-phase.js'
import { loseReplicas } from './replica-loss-phase.js'
import { requirements } from './requirements/index.js'
import { checks } from './routing-checks.js'
import { serversOf, type DatabasePlan } from './servers.js'

export const scenario: Scenario = {
  id: 'replicated-databases/reads-go-to-replicas-and-writes-to-the-primary',
  title: 'Writes are executed on the primary, reads on replicas that follow it, and either way the data is as fresh as was asked for',
  needs: ['topology.balancer', 'database.primary', 'database.replicas'],
  instanceCountMin: 1,
  expectedMs,
  exercise,
  checks,
}

const overheadMs = 15_000

function expectedMs(service: ServiceDescriptor, profile: ProfileName): number {
  const of = (id: RequirementId, key: string): number => {
    const requirement = requirements.find((one) => one.id === id)
    return requirement === undefined ? 0 : numberThreshold(thresholdValues(requirement, profile, service.overrides[id]), key)
  }
  const replicas = service.target.components.filter(({ role }) => role === 'db-replica').length
  const reading = of('REPL-02', 'counted_reads') / 100
  const marking = of('REPL-03', 'markers') / of('REPL-03', 'markers_per_second')
  return overheadMs + 1_000 * (reading + marking + of('REPL-07', 'settle_s') + 2 * replicas * of('REPL-05', 'outage_s'))
}

const some = (context: ScenarioContext, ids: readonly RequirementId[]): boolean => ids.some((id) => context.selected.has(id))

/** The calm part comes first: the loss of a read replica sets its counters back. */
async function exercise(context: ScenarioContext): Promise<void> {
  const { primary, replicas } = serversOf(context)
  const { data, database } = context.service
  const plan: DatabasePlan = {
    primary: primary?.name ?? null,
    replicas: replicas.map(({ name }) => name),
    counters: database?.counters !== undefined,
    lookUp: database?.lookUp !== undefined,
    replay: database?.replay !== undefined,
    maxLagMs: data?.maxLagMs ?? 0,
    valueRead: tellingRead(context, data?.readOrdinary) !== undefined,
    staleMarker: database?.staleMarker !== undefined,
  }
  context.fact('database-plan', plan)
  if (some(context, ['REPL-01', 'REPL-02'])) await countReads(context)
  if (some(context, ['REPL-01', 'REPL-03'])) await mutateAndMark(context)
  if (some(context, lagRequirements)) await lag(context)
  if (some(context, ['REPL-01', 'REPL-05'])) await loseReplicas(context)
}
