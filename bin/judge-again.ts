import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SeaworthyError } from '../core/errors.js'
import { thresholdValues, type RequirementId, type ThresholdValues } from '../core/requirement.js'
import type { RunReport } from '../core/run-report.js'
import type { Suite } from '../core/scenario.js'
import { skipsOf } from '../core/skip-cause.js'
import { valueProblem } from '../core/threshold-rules.js'
import { buildReport } from '../engine/build-report.js'
import { judgeScenario, scenarioReport } from '../engine/judge-scenario.js'
import type { RunInput } from '../engine/run-directory.js'
import { readRunReport } from '../engine/saved-run.js'
import { scenarioNamed } from '../engine/second-measurement.js'

interface Judging {
  readonly overrides: ReadonlyMap<RequirementId, ThresholdValues>
  readonly suites: readonly Suite[]
}

/** What the checks of today say of the histories of a saved run, with its thresholds. Throws SW_RUN_UNREADABLE. */
export function judgeAgain(directory: string, input: RunInput, { overrides, suites }: Judging): RunReport {
  const earlier = existsSync(join(directory, 'run.json')) ? readRunReport(directory) : undefined
  if (earlier !== undefined && earlier.runId !== input.runId) throw unreadable(directory, `its run.json is of the run ${earlier.runId}, and its run-input.json of ${input.runId}`)
  // A threshold that came later than the run has the value of its profile today.
  const since = new Map(suites.flatMap((suite) => suite.requirements).map((one) => [one.id, thresholdValues(one, input.profile)]))
  const thresholds = (id: RequirementId): ThresholdValues => ({ ...since.get(id), ...input.thresholds[id], ...overrides.get(id) })
  requireSoundThresholds(directory, suites, thresholds)
  const planned = input.scenarios.map(({ id, selected, checks = [] }) => {
    const scenario = scenarioNamed(id, { checks, suites })
    if (scenario === undefined) throw unreadable(directory, `it has a scenario ${id} that this version does not know`)
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

/** What is refused in a descriptor decides nothing in a saved run either. */
function requireSoundThresholds(directory: string, suites: readonly Suite[], thresholds: (id: RequirementId) => ThresholdValues): void {
  for (const { id, thresholds: known } of suites.flatMap((suite) => suite.requirements)) {
    for (const threshold of known) {
      const value = thresholds(id)[threshold.key]
      const expected = value === undefined ? 'a value' : valueProblem(threshold, value)
      if (expected !== undefined) throw unreadable(directory, `its threshold ${id}.${threshold.key} is ${JSON.stringify(value)}, expected ${expected}`)
    }
  }
}

const unreadable = (directory: string, found: string): SeaworthyError => new SeaworthyError('SW_RUN_UNREADABLE', `while reading a saved run: ${found} (${directory})`)
