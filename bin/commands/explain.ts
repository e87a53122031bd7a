import { exitCodes, SeaworthyError } from '../../core/errors.js'
import { nearMisses } from '../../core/near-miss.js'
import { requirementCard } from '../../reports/requirement-card.js'
import { suitesHere } from '../own-suites.js'

/** `seaworthy explain`: the whole card of one requirement. */
export async function explain({ id, descriptor }: { readonly id: string; readonly descriptor?: string | undefined }): Promise<number> {
  const suites = await suitesHere(descriptor)
  const requirements = suites.flatMap((suite) => suite.requirements)
  const requirement = requirements.find((one) => one.id === id.toUpperCase())
  if (requirement === undefined) {
    const near = nearMisses(id, requirements.map((one) => one.id))
    throw new SeaworthyError('SW_REQUIREMENT_UNKNOWN', `explain ${id}: no such requirement${near.length === 0 ? '' : `, did you mean ${near.join(' or ')}?`}`, { hint: 'seaworthy list shows all requirements.' })
  }
  const scenarios = suites.flatMap((suite) => suite.scenarios).filter((scenario) => scenario.checks.some((check) => check.requirement === requirement.id))
  process.stdout.write(requirementCard(requirement, scenarios.map((scenario) => scenario.id)))
  return exitCodes.ok
}
