import { createHash } from 'node:crypto'
import { isAbsolute, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Outcome } from '../core/outcome.js'
import type { RequirementReport, RunReport } from '../core/run-report.js'
import { formatComparison } from './format.js'
import { oneLine, printable } from './printable.js'
import { singleFileReporter } from './single-file-reporter.js'

/**
 * SARIF 2.1.0, for code scanning: a rule for every requirement that was looked at, a result for each that did not hold.
 * What is inconclusive is a result of kind `open`, what broke in the harness a notification of the tool: neither says
 * anything against the service. `root` is the folder that relative addresses count from.
 */
export function reportAsSarif(report: RunReport, root: string): string {
  const rules = report.requirements.filter(({ outcome }) => outcome !== 'skipped' && outcome !== 'not-applicable')
  const results = rules.filter(({ outcome }) => outcome === 'failed' || outcome === 'missing' || outcome === 'inconclusive')
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'seaworthy', version: report.harness.version, semanticVersion: report.harness.version, rules: rules.map(ruleOf) } },
        automationDetails: { id: `seaworthy/${oneLine(report.service.name)}/${report.profile}/`, description: { text: oneLine(report.verdict) } },
        invocations: [invocationOf(report)],
        columnKind: 'utf16CodeUnits',
        results: results.map((one) => resultOf(one, { report, root, ruleIndex: rules.indexOf(one) })),
        properties: { runId: report.runId, score: report.score.value, coverage: report.score.coverage, level: report.score.level, profile: report.profile, catalogue: report.catalogue.version },
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

const levelOf = ({ keyword }: RequirementReport): 'error' | 'warning' => (keyword === 'MUST' ? 'error' : 'warning')

function ruleOf(requirement: RequirementReport): object {
  const { id, title, statement, remediation, area, keyword, level, weight } = requirement
  return {
    id: oneLine(id),
    shortDescription: { text: oneLine(title) },
    fullDescription: { text: printable(statement) },
    help: { text: printable(remediation) },
    defaultConfiguration: { level: levelOf(requirement) },
    properties: { tags: ['operability', oneLine(area)], keyword, level, weight, 'problem.severity': levelOf(requirement) },
  }
}

interface Placing {
  readonly report: RunReport
  readonly root: string
  readonly ruleIndex: number
}

function resultOf(requirement: RequirementReport, { report, root, ruleIndex }: Placing): object {
  const { id, outcome, summary, waived, evidence, reproduce, remediation } = requirement
  const isOpen = outcome === 'inconclusive'
  const measured = evidence.map((one) => [one.note, formatComparison(one)].filter((part) => part !== '').join(': '))
  return {
    ruleId: oneLine(id),
    ruleIndex,
    kind: isOpen ? 'open' : 'fail',
    level: isOpen ? 'none' : levelOf(requirement),
    message: { text: printable([`${outcome}: ${summary}`, ...(isOpen ? [] : [`To do: ${remediation}`]), `To see it again: ${reproduce}`].join('\n')) },
    locations: [{ physicalLocation: { artifactLocation: { uri: addressOf(report.service.descriptor, root) }, region: { startLine: 1 } } }],
    partialFingerprints: { 'seaworthyRequirement/v1': createHash('sha256').update(`${report.service.name}\n${id}`).digest('hex') },
    ...(waived === null ? {} : { suppressions: [{ kind: 'external', status: 'accepted', justification: oneLine(`${waived.reason} (${waived.owner}, until ${waived.until})`) }] }),
    ...baselineState(report, requirement),
    properties: { outcome, measured: measured.map(printable), scenario: requirement.scenario === null ? null : oneLine(requirement.scenario) },
  }
}

/** The standard's own word for what a result was in the run before; every result has it or none. */
function baselineState({ baseline }: RunReport, { id, outcome }: RequirementReport): object {
  if (baseline === undefined) return {}
  const kindOf = (one: Outcome | undefined): string => (one === 'failed' || one === 'missing' ? 'fail' : one === 'inconclusive' ? 'open' : 'none')
  const before = kindOf(Object.hasOwn(baseline.outcomes, id) ? baseline.outcomes[id] : undefined)
  return { baselineState: before === 'none' ? 'new' : before === kindOf(outcome) ? 'unchanged' : 'updated' }
}

function invocationOf(report: RunReport): object {
  const broken = report.requirements.filter(({ outcome }) => outcome === 'error')
  const startedAt = new Date(report.startedAt)
  return {
    executionSuccessful: report.status === 'complete' && report.exitCode <= 2,
    exitCode: report.exitCode,
    exitCodeDescription: oneLine(report.verdict),
    startTimeUtc: startedAt.toISOString(),
    endTimeUtc: new Date(startedAt.getTime() + report.durationMs).toISOString(),
    toolExecutionNotifications: [
      ...broken.map(({ id, summary }) => ({ level: 'error', message: { text: printable(`${id} could not be judged: ${summary}`) } })),
      ...report.notRestored.map((what) => ({ level: 'warning', message: { text: printable(`not put back: ${what}`) } })),
    ],
  }
}

/** Relative to the root when inside it, because code scanning only links those; else an address of the file. */
export function addressOf(path: string, root: string): string {
  const inside = isAbsolute(path) ? relative(root, path) : path
  if (isAbsolute(inside) || inside.startsWith('..')) return pathToFileURL(printable(path)).href
  return inside.split(/[\\/]/).map((part) => encodeURIComponent(printable(part))).join('/')
}

export const sarifReporter = singleFileReporter('sarif', { file: 'seaworthy.sarif', contents: 'for code scanning (SARIF 2.1.0)' }, (report) => reportAsSarif(report, process.cwd()))
