import { SeaworthyError } from '../../core/errors.js'
import { nearMisses } from '../../core/near-miss.js'
import type { DefectCard, Requirement, RequirementId } from '../../core/requirement.js'
import { matchesGlob } from '../../core/selection.js'
import { suites } from '../../suites/index.js'

export interface SelectedDefect {
  readonly defect: DefectCard
  readonly requirement: Requirement
}

/** Defects by their id, their requirement or its area; all of them without a selector. Throws SW_SELECTION_EMPTY. */
export function selectDefects(selectors: readonly string[] | undefined): readonly SelectedDefect[] {
  const all = suites.flatMap((suite) => suite.requirements).flatMap((requirement) => requirement.defects.map((defect) => ({ defect, requirement })))
  if (selectors === undefined || selectors.length === 0) return all
  const namesOf = ({ defect, requirement }: SelectedDefect): readonly string[] => [defect.id, requirement.id, requirement.area]
  for (const selector of selectors) {
    if (all.some((one) => namesOf(one).some((name) => matchesGlob(selector, name)))) continue
    const near = nearMisses(selector, all.flatMap(namesOf))
    throw new SeaworthyError('SW_SELECTION_EMPTY', `while selecting defects: ${JSON.stringify(selector)} matches none${near.length === 0 ? '' : `, did you mean ${near.join(' or ')}?`}`, { hint: 'seaworthy list shows all defects.' })
  }
  return all.filter((one) => selectors.some((selector) => namesOf(one).some((name) => matchesGlob(selector, name))))
}

/** Its own requirement, what that one rests on, and those that must stay quiet: more would only cost time. */
export function requirementsFor({ defect, requirement }: SelectedDefect): ReadonlySet<RequirementId> {
  const built = new Set(suites.flatMap((suite) => suite.requirements).map((one) => one.id))
  const wanted = [requirement.id, ...(requirement.requires ?? []), ...(defect.mustNotFire ?? requirement.mustNotFire)]
  return new Set(wanted.filter((id) => built.has(id)))
}
