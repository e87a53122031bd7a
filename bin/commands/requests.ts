import { resolve } from 'node:path'
import { requestsWithIds } from '../../core/evidence-requests.js'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import type { HistoryOf } from '../../core/run-event.js'
import type { RequirementReport } from '../../core/run-report.js'
import { nearMisses } from '../../core/near-miss.js'
import { readRunReport } from '../../engine/saved-run.js'
import { requestTables, type EvidenceRequests } from '../../reports/index.js'
import { historiesOf } from '../histories.js'

export interface RequestsArguments {
  readonly run: string
  readonly requirement: string
  readonly json: boolean
}

/** `seaworthy requests`: the very requests behind the findings on one requirement, from the saved histories. */
export async function requests(args: RequestsArguments): Promise<number> {
  const directory = resolve(args.run)
  const report = readRunReport(directory)
  const requirement = report.requirements.find(({ id }) => id === args.requirement.toUpperCase())
  if (requirement === undefined) {
    const near = nearMisses(args.requirement, report.requirements.map(({ id }) => id))
    throw new SeaworthyError('SW_REQUIREMENT_UNKNOWN', `--requirement ${args.requirement}: the run has no such requirement${near.length === 0 ? '' : `, did you mean ${near.join(' or ')}?`}`, { hint: 'seaworthy list shows all requirements.' })
  }
  const evidence = evidenceOf(requirement, historiesOf(directory, report))
  const { id, outcome, summary } = requirement
  process.stdout.write(args.json ? `${JSON.stringify({ requirement: id, outcome, summary, evidence }, null, 2)}\n` : requestTables(requirement, evidence))
  return exitCodes.ok
}

function evidenceOf(requirement: RequirementReport, historyOf: HistoryOf): readonly EvidenceRequests[] {
  // What a second measurement stands in for is evidence of nothing any more; its requests are in its history.
  const standing = requirement.findings.filter(({ superseded }) => superseded !== true)
  return standing.flatMap(({ check, scenario: ownScenario, evidence }) =>
    evidence.flatMap(({ note, measured, allowed, unit, requests: ids = [] }) => {
      const scenario = (ownScenario as string | undefined) ?? requirement.scenario
      if (ids.length === 0 || scenario === null) return []
      const found = requestsWithIds(historyFor(scenario, historyOf), new Set(ids)).toSorted((a, b) => a.plannedAtMs - b.plannedAtMs)
      const known = new Set(found.map(({ id }) => id))
      return [{ check, scenario, note, measured: measured ?? null, allowed: allowed ?? null, unit: unit ?? null, requests: found, notFound: ids.filter((id) => !known.has(id)) }]
    }),
  )
}

function historyFor(scenario: string, historyOf: HistoryOf): NonNullable<ReturnType<HistoryOf>> {
  const history = historyOf(scenario)
  if (history !== undefined) return history
  throw new SeaworthyError('SW_HISTORY_UNREADABLE', `while looking up requests: the run has no history of ${scenario} any more`, { hint: 'Requests are in the histories below scenarios/ of the run directory.' })
}
