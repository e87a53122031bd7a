import { SeaworthyError } from './errors.js'
import { nearMisses } from './near-miss.js'
import type { Requirement, RequirementId } from './requirement.js'
import type { Suite } from './scenario.js'

/** Why a requirement is skipped that `--only` left out. */
export const notSelected = 'not selected'

/** Whether a text matches a pattern in which `*` stands for anything; case is ignored. */
export function matchesGlob(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.toLowerCase().split('*')
  const last = rest.pop()
  const lower = text.toLowerCase()
  if (last === undefined) return lower === first
  if (!lower.startsWith(first)) return false
  // The leftmost place of each part is as good as any other, so that nothing is ever tried twice.
  let at = first.length
  for (const part of rest) {
    const found = lower.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return lower.length - last.length >= at && lower.endsWith(last)
}

/** Requirements meant by one selector: a requirement id, an area, a suite or a suite/scenario. */
function meantBy(selector: string, suites: readonly Suite[]): readonly RequirementId[] {
  const byRequirement = suites.flatMap((suite) => suite.requirements).filter((one: Requirement) => matchesGlob(selector, one.id) || matchesGlob(selector, one.area))
  const byScenario = suites
    .flatMap((suite) => suite.scenarios.map((scenario) => ({ suite, scenario })))
    .filter(({ suite, scenario }) => matchesGlob(selector, scenario.id) || matchesGlob(selector, suite.id))
    .flatMap(({ scenario }) => scenario.checks.map((check) => check.requirement))
  return [...byRequirement.map((one) => one.id), ...byScenario]
}

/**
 * The requirements that selectors mean; undefined without selectors. A selector that matches nothing is an error, never an
 * empty success. Throws SW_SELECTION_EMPTY.
 */
export function selectRequirements(selectors: readonly string[] | undefined, suites: readonly Suite[]): ReadonlySet<RequirementId> | undefined {
  if (selectors === undefined || selectors.length === 0) return undefined
  const selected = new Set<RequirementId>()
  for (const selector of selectors) {
    const meant = meantBy(selector, suites)
    if (meant.length === 0) throw nothingSelected(selector, suites)
    for (const id of meant) selected.add(id)
  }
  return selected
}

function nothingSelected(selector: string, suites: readonly Suite[]): SeaworthyError {
  const known = suites.flatMap((suite) => [suite.id, ...suite.areas.map((area) => area.id), ...suite.requirements.map((one) => one.id), ...suite.scenarios.map((one) => one.id)])
  const near = nearMisses(selector, known)
  return new SeaworthyError('SW_SELECTION_EMPTY', `while selecting what to run: ${JSON.stringify(selector)} matches no requirement, area, suite or scenario${near.length === 0 ? '' : `, did you mean ${near.join(' or ')}?`}`, {
    hint: 'seaworthy list shows everything that can be selected.',
  })
}
