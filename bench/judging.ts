import { spawnSync } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { packageFile } from '../bin/package-files.js'
import { runFolder, scenario } from './report-page.js'

export interface JudgingMeasure {
  readonly wallS: number
  readonly peakMiB: number
  /** The same for the audit of all acknowledged writes, which follows: it has to remember each key. */
  readonly auditS: number
  readonly auditPeakMiB: number
  /** Outcome by requirement: a check that gives up at once measures nothing. */
  readonly outcomes: Readonly<Record<string, string>>
}

/** The requirements that have all they need in the history that is judged. */
const judged = ['DRAIN-01', 'DRAIN-04']

/** V8's word before it aborts. */
const outOfMemory = 'heap out of memory'

/** How long the checks of one scenario and the audit of all acknowledged writes take on a history of so many requests, in a process of its own. Undefined when its memory was not enough. */
export function measureJudging({ requests, folder }: { readonly requests: number; readonly folder: string }): JudgingMeasure | undefined {
  const { history } = runFolder(folder, requests)
  const module = (path: string): string => JSON.stringify(pathToFileURL(packageFile(`dist/${path}`)).href)
  const program = `import { openHistory } from ${module('engine/history-file.js')}
import { thresholdValues } from ${module('core/requirement.js')}
import { eachLedgerEntry } from ${module('core/ledger.js')}
import { suites } from ${module('suites/index.js')}
const startedAt = performance.now()
const history = openHistory(${JSON.stringify(history)})
const requirements = new Map(suites.flatMap((suite) => suite.requirements).map((one) => [one.id, one]))
const checks = suites.flatMap((suite) => suite.scenarios).find((one) => ${JSON.stringify(scenario)}.endsWith(one.id)).checks
const outcomes = Object.fromEntries(checks.map((check) => [check.requirement, check.evaluate(history, thresholdValues(requirements.get(check.requirement), 'quick')).outcome]))
const judgedAt = performance.now()
const peakMiB = process.resourceUsage().maxRSS / 1_024
let entries = 0
for (const { state } of eachLedgerEntry(history, { writes: 'background', reads: 'reconcile' })) entries += state === 'unread' || state === 'unknown' ? 1 : 0
const audit = { auditS: (performance.now() - judgedAt) / 1_000, auditPeakMiB: process.resourceUsage().maxRSS / 1_024 }
process.stdout.write(JSON.stringify({ wallS: (judgedAt - startedAt) / 1_000, peakMiB, ...audit, entries, outcomes }))`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  if (stderr.includes(outOfMemory)) return undefined
  if (status !== 0) throw new Error(`judging ${requests} requests ended with ${status}: ${stderr}`)
  const measured = JSON.parse(stdout) as JudgingMeasure & { readonly entries: number }
  if (measured.entries !== requests) throw new Error(`the audit of ${requests} requests found ${measured.entries} keys that nobody read back, expected all of them`)
  for (const id of judged) if (measured.outcomes[id] !== 'passed') throw new Error(`judging ${requests} requests: ${id} was ${measured.outcomes[id]}, expected passed`)
  return measured
}
