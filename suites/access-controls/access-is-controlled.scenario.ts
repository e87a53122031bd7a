import type { ProfileName, RequirementId } from '../../core/requirement.js'
import type { Scenario, ScenarioContext } from '../../core/scenario.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { accessListIsEnforced } from './access-list-is-enforced.check.js'
import { changeTheList } from './list-changes.js'
import { crowdTheNeighbour, exceedTheLimit } from './limits.js'
import { limitsAreEnforced } from './limits-are-enforced.check.js'
import { walkMatrix } from './matrix.js'
import { accessFact, limitFact, type AccessFact, type LimitFact } from './names.js'
import { neighboursAreLeftAlone } from './neighbours-are-left-alone.check.js'
import { putInForce } from './put-in-force.js'

export const scenario: Scenario = {
  id: 'access-controls/access-is-controlled',
  title: 'Callers may do what the access list says, as often as their limits say',
  needs: ['traffic.http', 'topology.balancer', 'topology.identity'],
  instanceCountMin: 1,
  dependencies: 'direct',
  staysInForce: ({ access }) => access?.enable !== undefined,
  expectedMs,
  exercise,
  checks: [accessListIsEnforced, limitsAreEnforced, neighboursAreLeftAlone],
}

const changeMs = 1_500
/** An empty one, twice and three times the quota, the neighbour, and two for each time that Retry-After is obeyed. */
const windows: Readonly<Record<ProfileName, number>> = { quick: 11, standard: 15, thorough: 49 }
const cellMs: Readonly<Record<ProfileName, number>> = { quick: 100, standard: 300, thorough: 600 }

function expectedMs({ access, limits }: ServiceDescriptor, profile: ProfileName): number {
  const ofMatrix = access === undefined ? 0 : 15 * cellMs[profile] + 2 * changeMs
  return ofMatrix + (limits?.rate === undefined ? 0 : windows[profile] * limits.rate.windowMs + 2_000)
}

async function exercise(context: ScenarioContext): Promise<void> {
  const { access, limits } = context.service
  const needs = (id: RequirementId): boolean => context.selected.has(id)
  if (access !== undefined) {
    const { unlisted, refusalStatus, effectiveWithinMs } = access
    const fact: AccessFact = { unlisted, refusalStatus, through: context.instances[0]!.id, ...(effectiveWithinMs === undefined ? {} : { effectiveWithinMs }) }
    context.fact(accessFact, fact)
    await putInForce(context, changeLimitMs(context))
  }
  if (limits?.rate !== undefined) {
    const { quota, windowMs, burst } = limits.rate
    context.fact(limitFact, { quota, windowMs, burst } satisfies LimitFact)
  }
  if (needs('ACCS-01')) {
    context.step('every caller asks for everything')
    await walkMatrix(context, context.threshold('ACCS-01', 'requests_per_cell'))
    context.step('the list is changed while the service runs')
    await changeTheList(context, changeLimitMs(context))
  }
  // What was asked as this caller before may count against its limit.
  if (needs('ACCS-02') && access?.enable !== undefined) await context.pause(context.service.limits!.rate!.windowMs)
  if (needs('ACCS-02')) await exceedTheLimit(context, { windows: context.threshold('ACCS-02', 'windows'), obeyed: context.threshold('ACCS-02', 'obeyed') })
  if (needs('ACCS-03')) await crowdTheNeighbour(context, { windows: context.threshold('ACCS-03', 'windows'), requestsMin: context.threshold('ACCS-03', 'b_requests_min') })
}

/** A little longer than what is allowed, so that what is late is seen to be late. */
function changeLimitMs(context: ScenarioContext): number {
  const limitMs = context.threshold('ACCS-01', 'change_effective_within_s') * 1_000
  return Math.min(limitMs, context.service.access?.effectiveWithinMs ?? limitMs) + 500
}
