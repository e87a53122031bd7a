import { eventsOf, type History, type RequestEvent } from './history.js'
import type { RequirementReport } from './run-report.js'

/**
 * Ids of the requests that a requirement's evidence names, by the scenario in whose history they are found. Reports of
 * older versions do not say which scenario a finding is of: it was the deciding one then.
 */
export function evidenceRequestIds(requirement: RequirementReport): ReadonlyMap<string, ReadonlySet<number>> {
  const byScenario = new Map<string, Set<number>>()
  for (const finding of requirement.findings) {
    const scenario = (finding.scenario as string | undefined) ?? requirement.scenario
    const ids = finding.evidence.flatMap((one) => one.requests ?? [])
    if (scenario === null || ids.length === 0) continue
    const known = byScenario.get(scenario) ?? new Set()
    byScenario.set(scenario, known)
    for (const id of ids) known.add(id)
  }
  return byScenario
}

/** The requests with these ids, in recorded order; one pass. Ids that the history does not have are left out. */
export function requestsWithIds(history: History, ids: ReadonlySet<number>): readonly RequestEvent[] {
  const found: RequestEvent[] = []
  for (const request of eventsOf(history, 'request')) if (ids.has(request.id)) found.push(request)
  return found
}
