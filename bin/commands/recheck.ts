import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { againstBaseline } from '../../core/comparison.js'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import { thresholdValues, type Requirement, type RequirementId, type ThresholdValues } from '../../core/requirement.js'
import { buildReport } from '../../engine/build-report.js'
import { judgeScenario, scenarioReport } from '../../engine/judge-scenario.js'
import { isSameFolder, makeReportDirectory, type RunInput } from '../../engine/run-directory.js'
import { readRunInput, readRunReport } from '../../engine/saved-run.js'
import type { Suite } from '../../core/scenario.js'
import { suitesOfRun } from '../own-suites.js'
import type { Reporter } from '../../core/run-event.js'
import type { RunReport } from '../../core/run-report.js'
import { historiesOf } from '../histories.js'
import { liveReporter, namesFiles, selectReporters } from '../live-reporter.js'
import { writeReports, type WrittenReports } from '../conduct-run.js'

export interface RecheckArguments {
  readonly run: string
  readonly threshold?: readonly string[] | undefined
  readonly output?: string | undefined
  readonly baseline?: string | undefined
  readonly reporter: readonly string[]
}

/** `seaworthy recheck`: the checks of today on the histories of then. Changes nothing in the saved run. */
export async function recheck(args: RecheckArguments): Promise<number> {
  const directory = resolve(args.run)
  const input = readRunInput(directory)
  const suites = await suitesOfRun(input, directory)
  const overrides = parseThresholds(args.threshold ?? [], suites)
  const reporters = selectReporters(args.reporter)
  const baseline = args.baseline === undefined ? undefined : readRunReport(resolve(args.baseline))
  const judged = judgeAgain(directory, input, { overrides, suites })
  const report = baseline === undefined ? judged : againstBaseline(judged, baseline)
  const { written, failed } = await writeElsewhere(report, { directory, output: args.output, reporters, namesFiles: namesFiles(args.reporter) })
  const live = liveReporter(args.reporter)
  live.nameFiles(written)
  live.onEvent({ type: 'run-ended', report })
  live.close()
  return failed.length > 0 ? exitCodes.internal : report.exitCode
}

interface Elsewhere {
  readonly directory: string
  readonly output: string | undefined
  readonly reporters: readonly Reporter[]
  /** The summary on the terminal will name them. */
  readonly namesFiles: boolean
}

async function writeElsewhere(report: RunReport, { directory, output, reporters, namesFiles }: Elsewhere): Promise<WrittenReports> {
  if (output === undefined) return { written: [], failed: [] }
  if (isSameFolder(output, directory)) {
    throw new SeaworthyError('SW_OUTPUT_NOT_EMPTY', `while opening the folder ${resolve(output)}: found the saved run itself, expected another folder`, {
      hint: 'recheck changes nothing in a saved run: name another folder with --output.',
    })
  }
  return writeReports(report, {
    directory: makeReportDirectory(directory, output),
    reporters,
    historyOf: historiesOf(directory, report),
    warn: (message) => process.stderr.write(`${message}\n`),
    ...(namesFiles ? {} : { tell: (path) => process.stdout.write(`${path}\n`) }),
  })
}

interface Judging {
  readonly overrides: ReadonlyMap<RequirementId, ThresholdValues>
  readonly suites: readonly Suite[]
}

function judgeAgain(directory: string, input: RunInput, { overrides, suites }: Judging): RunReport {
  const earlier = existsSync(join(directory, 'run.json')) ? readRunReport(directory) : undefined
  // A threshold that came later than the run has the value of its profile today.
  const since = new Map(suites.flatMap((suite) => suite.requirements).map((one) => [one.id, thresholdValues(one, input.profile)]))
  const thresholds = (id: RequirementId): ThresholdValues => ({ ...since.get(id), ...input.thresholds[id], ...overrides.get(id) })
  const judged = input.scenarios.flatMap(({ id, selected }) => {
    const history = `scenarios/${id}/history.ndjson`
    const scenario = suites.flatMap((suite) => suite.scenarios).find((one) => one.id === id)
    if (scenario === undefined) throw new SeaworthyError('SW_RUN_UNREADABLE', `while reading a saved run: it has a scenario ${id} that this version does not know (${directory})`)
    if (!existsSync(join(directory, history))) return []
    const then = earlier?.scenarios.find((one) => one.id === id)
    const run = { history, logs: then?.logs ?? [], durationMs: then?.durationMs ?? 0 }
    return [judgeScenario({ scenario, selected: new Set(selected) }, { runDirectory: directory, runId: input.runId, run, thresholds })]
  })
  return buildReport({
    ...input,
    status: earlier?.status ?? 'interrupted',
    durationMs: earlier?.durationMs ?? 0,
    notRestored: earlier?.notRestored ?? [],
    service: { ...input.service, overrides: { ...input.service.overrides, ...Object.fromEntries(overrides) } },
    suites,
    plan: { settled: new Map(Object.entries(input.settled)) as ReadonlyMap<RequirementId, RunInput['settled'][RequirementId]> },
    thresholds,
    judgements: judged.flatMap((one) => one.judgements),
    scenarios: judged.map(scenarioReport),
  })
}

/** 'DRAIN-01.first_fail_within_s=1' and the like. Throws SW_THRESHOLD_UNKNOWN with what there is. */
function parseThresholds(texts: readonly string[], suites: readonly Suite[]): ReadonlyMap<RequirementId, ThresholdValues> {
  const known = new Map<string, Requirement>(suites.flatMap((suite) => suite.requirements).map((one) => [one.id, one]))
  const values = new Map<RequirementId, ThresholdValues>()
  for (const text of texts) {
    const match = /^([A-Z0-9-]+-\d+)\.(\w+)=([\d.]+)$/.exec(text)
    const requirement = known.get(match?.[1] ?? '')
    const key = match?.[2] ?? ''
    const value = Number(match?.[3])
    if (requirement === undefined || !Number.isFinite(value) || !requirement.thresholds.some((one) => one.key === key && typeof one.standard === 'number')) {
      const keys = requirement?.thresholds.filter((one) => typeof one.standard === 'number').map((one) => one.key) ?? []
      throw new SeaworthyError('SW_THRESHOLD_UNKNOWN', `--threshold ${text}: expected ID.key=number${keys.length === 0 ? '' : ` with one of the keys ${keys.join(', ')}`}`, { hint: 'seaworthy explain ID shows the thresholds of a requirement.' })
    }
    values.set(requirement.id, { ...values.get(requirement.id), [key]: value })
  }
  return values
}
