import { mergeOutcomes } from '../core/outcome.js'
import type { RequirementId } from '../core/requirement.js'
import type { RunEvent } from '../core/run-event.js'
import type { Suite } from '../core/scenario.js'
import { supersededAmong } from '../core/second-measurement.js'
import type { JudgedScenario } from './judge-scenario.js'
import type { Plan, PlannedScenario } from './plan.js'

type Verdict = Extract<RunEvent, { type: 'verdict' }>

/**
 * Says each verdict once: a requirement that several scenarios judge is announced when the last of them has ended, and at once
 * when it failed, because no other answer can make up for that. Several checks of one scenario are one verdict too.
 */
export class VerdictAnnouncer {
  readonly #titles: ReadonlyMap<RequirementId, string>
  readonly #open = new Map<RequirementId, Set<string>>()
  readonly #judgements = new Map<RequirementId, JudgementOfScenario[]>()
  readonly #announced = new Set<RequirementId>()

  /** `earlier`: what was found before, of which these scenarios may decide more. */
  constructor(suites: readonly Suite[], plan: Pick<Plan, 'scenarios'>, earlier: readonly Pick<JudgedScenario<PlannedScenario>, 'judgements'>[] = []) {
    this.#titles = new Map(suites.flatMap((suite) => suite.requirements).map((one) => [one.id, one.title]))
    for (const one of earlier.flatMap(({ judgements }) => judgements)) this.#keep(one)
    for (const planned of plan.scenarios) {
      for (const id of judgedBy(planned)) this.#open.set(id, (this.#open.get(id) ?? new Set()).add(planned.scenario.id))
    }
  }

  /** The verdicts that are final now that this scenario has been judged. */
  accept({ planned, judgements }: Pick<JudgedScenario<PlannedScenario>, 'planned' | 'judgements'>): readonly Verdict[] {
    const scenario = planned.scenario.id
    for (const one of judgements) this.#keep(one)
    return judgedBy(planned).flatMap((id) => {
      this.#open.get(id)?.delete(scenario)
      const all = this.#judgements.get(id) ?? []
      const superseded = supersededAmong(all)
      const found = all.filter((one) => !superseded.has(one))
      const outcome = mergeOutcomes(found.map(({ finding }) => finding.outcome))
      const isFinal = outcome === 'failed' || this.#open.get(id)?.size === 0
      if (found.length === 0 || !isFinal || this.#announced.has(id)) return []
      this.#announced.add(id)
      const summary = found.filter(({ finding }) => finding.outcome === outcome).map(({ finding }) => finding.summary).join('; ')
      return [{ type: 'verdict', scenario, requirement: id, title: this.#titles.get(id) ?? '', outcome, summary } as const]
    })
  }

  #keep(one: JudgementOfScenario): void {
    this.#judgements.set(one.requirement, [...(this.#judgements.get(one.requirement) ?? []), one])
  }
}

type JudgementOfScenario = JudgedScenario['judgements'][number]

const judgedBy = ({ scenario, selected }: PlannedScenario): readonly RequirementId[] => [...new Set(scenario.checks.map((check) => check.requirement).filter((id) => selected.has(id)))]
