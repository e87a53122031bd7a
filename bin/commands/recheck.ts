import { resolve } from 'node:path'
import { againstBaseline } from '../../core/baseline-decision.js'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import type { Requirement, RequirementId, ThresholdValues } from '../../core/requirement.js'
import { isSameFolder, makeReportDirectory, type RunInput } from '../../engine/run-directory.js'
import { readRunInput } from '../../engine/saved-run.js'
import type { Suite } from '../../core/scenario.js'
import { suitesOfRun } from '../own-suites.js'
import type { Reporter } from '../../core/run-event.js'
import type { RunReport } from '../../core/run-report.js'
import { readBaseline } from '../baseline.js'
import { waiversToday } from '../../core/waivers.js'
import { valueProblem } from '../../core/threshold-rules.js'
import { historiesOf } from '../histories.js'
import { judgeAgain } from '../judge-again.js'
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
  const input = withWaiversOfToday(readRunInput(directory))
  const suites = await suitesOfRun(input, directory)
  const overrides = parseThresholds(args.threshold ?? [], suites)
  const reporters = selectReporters(args.reporter)
  const baseline = readBaseline(args.baseline, input.service.name)
  const judged = judgeAgain(directory, input, { overrides, suites })
  const report = baseline === undefined ? judged : againstBaseline(judged, baseline)
  const { written, failed } = await writeElsewhere(report, { directory, output: args.output, reporters, namesFiles: namesFiles(args.reporter) })
  const live = liveReporter(args.reporter)
  live.nameFiles(written)
  live.onEvent({ type: 'run-ended', report })
  live.close()
  return failed.length > 0 ? exitCodes.internal : report.exitCode
}

/** A waiver that ran out since the run accepts nothing any more: what is decided is decided today. */
function withWaiversOfToday(input: RunInput): RunInput {
  const { inForce, expired } = waiversToday(input.service.waivers, new Date())
  for (const { requirement, owner, until } of expired) process.stderr.write(`seaworthy: the waiver of ${requirement} ran out on ${until} and accepts nothing any more: ask ${owner} to renew it\n`)
  return { ...input, service: { ...input.service, waivers: inForce } }
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

/** 'DRAIN-01.first_fail_within_s=1' and the like. Throws SW_THRESHOLD_UNKNOWN with what there is. */
function parseThresholds(texts: readonly string[], suites: readonly Suite[]): ReadonlyMap<RequirementId, ThresholdValues> {
  const known = new Map<string, Requirement>(suites.flatMap((suite) => suite.requirements).map((one) => [one.id, one]))
  const values = new Map<RequirementId, ThresholdValues>()
  for (const text of texts) {
    const match = /^([A-Z0-9-]+-\d+)\.(\w+)=([\d.]+)$/.exec(text)
    const requirement = known.get(match?.[1] ?? '')
    const key = match?.[2] ?? ''
    const value = Number(match?.[3])
    const threshold = requirement?.thresholds.find((one) => one.key === key && typeof one.standard === 'number')
    const expected = threshold === undefined ? undefined : valueProblem(threshold, value)
    if (expected !== undefined && match !== null) throw new SeaworthyError('SW_THRESHOLD_UNKNOWN', `--threshold ${text}: found ${match[3]}, expected ${expected}`, { hint: 'seaworthy explain ID shows the thresholds of a requirement.' })
    if (requirement === undefined || threshold === undefined || expected !== undefined) {
      const keys = requirement?.thresholds.filter((one) => typeof one.standard === 'number').map((one) => one.key) ?? []
      throw new SeaworthyError('SW_THRESHOLD_UNKNOWN', `--threshold ${text}: expected ID.key=number${keys.length === 0 ? '' : ` with one of the keys ${keys.join(', ')}`}`, { hint: 'seaworthy explain ID shows the thresholds of a requirement.' })
    }
    values.set(requirement.id, { ...values.get(requirement.id), [key]: value })
  }
  return values
}
