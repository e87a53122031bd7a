import type { ProfileName, RequirementId } from '../../core/requirement.js'
import type { Scenario, ScenarioContext } from '../../core/scenario.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { accessListIsEnforced } from './access-list-is-enforced.check.js'
import { changeTheList } from './list-changes.js'
import { crowdTheNeighbour, exceedTheLimit } from './limits.js'
import { limitsAreEnforced } from './limits-are-enforced.check.js'
import { operationOf, walkMatrix } from './matrix.js'
import { accessFact, enableName, limitFact, type AccessFact, type LimitFact } from './names.js'
import { neighboursAreLeftAlone } from './neighbours-are-left-alone.check.js'

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
/** Twice and three times the quota, the neighbour, and two for each time that Retry-After is obeyed. */
const windows: Readonly<Record<ProfileName, number>> = { quick: 10, standard: 14, thorough: 48 }
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
    await putInForce(context)
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
  if (needs('ACCS-02')) await exceedTheLimit(context, { windows: context.threshold('ACCS-02', 'windows'), obeyed: context.threshold('ACCS-02', 'obeyed') })
  if (needs('ACCS-03')) await crowdTheNeighbour(context, { windows: context.threshold('ACCS-03', 'windows'), requestsMin: context.threshold('ACCS-03', 'b_requests_min') })
}

/** A little longer than what is allowed, so that what is late is seen to be late. */
function changeLimitMs(context: ScenarioContext): number {
  const limitMs = context.threshold('ACCS-01', 'change_effective_within_s') * 1_000
  return Math.min(limitMs, context.service.access?.effectiveWithinMs ?? limitMs) + 500
}

/** Where the list is not always in force: until a caller that may nothing is refused everywhere. */
async function putInForce(context: ScenarioContext): Promise<void> {
  const access = context.service.access!
  if (access.enable === undefined) return
  context.step('the access list is put in force')
  await context.control.perform(access.enable, { name: enableName, target: context.instances[0]!.id })
  const read = operationOf(access, 'denied', 'read')
  const refusedEverywhere = async (): Promise<boolean> => {
    const answers = await Promise.all(context.instances.map(({ id }) => context.traffic.send({ load: 'before the matrix', operation: read, via: id })))
    return answers.every(({ status = 0 }) => access.refusalStatus.includes(status))
  }
  await context.until('the access list is in force on every replica', refusedEverywhere, changeLimitMs(context))
}
