import { resolve } from 'node:path'
import { requireBaseline } from '../core/baseline-decision.js'
import type { RunReport } from '../core/run-report.js'
import { readRunReport } from '../engine/saved-run.js'

/**
 * The earlier run that `--baseline` names, if any; `service` is the name of the one that is held against it. Throws SW_RUN_UNREADABLE,
 * SW_RUNS_OF_SEVERAL_SERVICES and SW_BASELINE_INCOMPLETE.
 */
export function readBaseline(folder: string | undefined, service: string): RunReport | undefined {
  if (folder === undefined) return undefined
  const baseline = readRunReport(resolve(folder))
  requireBaseline(baseline, service)
  return baseline
}
