import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { HistoryOf } from '../core/run-event.js'
import type { RunReport } from '../core/run-report.js'
import { openHistory } from '../engine/history-file.js'

/** The histories of a run as reporters see them; a run that was moved without its histories has none. */
export function historiesOf(runDirectory: string, report: RunReport): HistoryOf {
  return (scenario) => {
    const history = report.scenarios.find(({ id }) => id === scenario)?.history ?? null
    if (history === null || !existsSync(join(runDirectory, history))) return undefined
    return openHistory(join(runDirectory, history), { runId: report.runId, scenario, keepsEvents: false })
  }
}
