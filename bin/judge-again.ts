import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SeaworthyError } from '../core/errors.js'
import { thresholdValues, type RequirementId, type ThresholdValues } from '../core/requirement.js'
import type { RunReport } from '../core/run-report.js'
import type { Suite } from '../core/scenario.js'
import { skipsOf } from '../core/skip-cause.js'
import { buildReport } from '../engine/build-report.js'
import { judgeScenario, scenarioReport } from '../engine/judge-scenario.js'
import type { RunInput } from '../engine/run-directory.js'
import { readRunReport } from '../engine/saved-run.js'

interface Judging {
  readonly overrides: ReadonlyMap<RequirementId, ThresholdValues>
  readonly suites: readonly Suite[]
}

/** What the checks of today say of the histories of a saved run, with its thresholds. Throws SW_RUN_UNREADABLE. */
export function judgeAgain(directory: string, input: RunInput, { overrides, suites }: Judging): RunReport {
  const earlier = existsSync(join(directory, 'run.json')) ? readRunReport(directory) : undefined
  // A threshold that came later than the run has the value of its profile today.
  const since = new Map(suites.flatMap((suite) => suite.requirements).map((one) => [one.id, thresholdValues(one, input.profile)]))
  const thresholds = (id: RequirementId): ThresholdValues => ({ ...since.get(id), ...input.thresholds[id], ...overrides.get(id) })
  const planned = input.scenarios.map(({ id, selected }) => {
    const scenario = suites.flatMap((suite) => suite.scenarios).find((one) => one.id === id)
    if (scenario === undefined) throw new SeaworthyError('SW_RUN_UNREADABLE', `while reading a saved run: it has a scenario ${id} that this version does not know (${directory})`)
    return { scenario, selected: new Set(selected) }
  })
  const judged = planned.flatMap(({ scenario, selected }) => {
    const { id } = scenario
    const history = `scenarios/${id}/history.ndjson`
    if (!existsSync(join(directory, history))) return []
    const then = earlier?.scenarios.find((one) => one.id === id)
    const run = { history, logs: then?.logs ?? [], durationMs: then?.durationMs ?? 0 }
    return [judgeScenario({ scenario, selected }, { runDirectory: directory, runId: input.runId, run, thresholds })]
  })
  return buildReport({
    ...input,
    status: earlier?.status ?? 'interrupted',
    durationMs: earlier?.durationMs ?? 0,
    notRestored: notRestoredOf(earlier),
    service: { ...input.service, overrides: withOverrides(input.service.overrides, overrides) },
    suites,
    plan: { settled: skipsOf(input.settled) as ReadonlyMap<RequirementId, RunInput['settled'][RequirementId]>, scenarios: planned },
    thresholds,
    judgements: judged.flatMap((one) => one.judgements),
    scenarios: judged.map(scenarioReport),
  })
}

/** A run without its report may have left anything behind: that is said, and nothing is taken for granted. */
function notRestoredOf(earlier: RunReport | undefined): readonly string[] {
  if (earlier === undefined) return ['whether anything was left is not known, as the saved run has no run.json']
  return earlier.restored || earlier.notRestored.length > 0 ? earlier.notRestored : ['what, its run.json does not say']
}

/** Those of the descriptor stay, key by key. */
const withOverrides = (saved: RunInput['service']['overrides'], overrides: Judging['overrides']): RunInput['service']['overrides'] =>
  ({ ...saved, ...Object.fromEntries([...overrides].map(([id, values]) => [id, { ...saved[id], ...values }])) })
