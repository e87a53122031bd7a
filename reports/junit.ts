import { toleratedBecause } from '../core/build-gate.js'
import type { Evidence } from '../core/check.js'
import type { AreaReport, RequirementReport, RunReport } from '../core/run-report.js'
import { formatBound, formatComparison, formatRequiredLevel, formatThreshold } from './format.js'
import { countsInWords, outcomeDisplay, standingOf } from './outcome-display.js'
import { reservations } from './priorities.js'
import { singleFileReporter } from './single-file-reporter.js'
import { element, type XmlElement } from './xml.js'

/**
 * The dialect that Jenkins, GitLab and the GitHub actions have in common: testsuites > testsuite (an area) > testcase
 * (a requirement). failed and missing are failures, inconclusive and error are errors, not-applicable and skipped are
 * skipped, and so is, with its reason, what does not hold but does not fail the build. A suite `run` turns red when the run itself
 * cannot be trusted or nothing else says why its exit code is not 0: the file is red when and only when the command is.
 */
export function reportAsJunit(report: RunReport): string {
  const suites = [...report.areas.map((area) => areaSuite(report, area)), ...strayAreas(report)]
  const isRed = suites.some((suite) => suite.failures + suite.errors > 0)
  suites.push(runSuite(report, isRed))
  const total = (count: (suite: Suite) => number): number => suites.reduce((sum, suite) => sum + count(suite), 0)
  const root = element(
    'testsuites',
    {
      name: `seaworthy ${report.service.name}`,
      tests: total((suite) => suite.tests),
      failures: total((suite) => suite.failures),
      errors: total((suite) => suite.errors),
      time: seconds(report.durationMs),
    },
    suites.map((suite) => suite.xml),
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root.source}\n`
}

interface Suite {
  readonly tests: number
  readonly failures: number
  readonly errors: number
  readonly xml: XmlElement
}

type Verdict = 'passed' | 'failure' | 'error' | 'skipped'

/** What does not fail the build is skipped with the reason, never passed. */
function verdictOf(report: RunReport, requirement: RequirementReport): Verdict {
  if (toleratedBecause(report, requirement) !== null) return 'skipped'
  switch (requirement.outcome) {
    case 'passed':
      return 'passed'
    case 'failed':
    case 'missing':
      return 'failure'
    case 'inconclusive':
    case 'error':
      return 'error'
    case 'not-applicable':
    case 'skipped':
      return 'skipped'
  }
}

function areaSuite(report: RunReport, area: AreaReport): Suite {
  const requirements = report.requirements.filter((requirement) => requirement.area === area.id)
  const verdicts = requirements.map((requirement) => verdictOf(report, requirement))
  const times = requirements.map((requirement) => timeOf(report, requirement))
  const cases = requirements.map((requirement, index) => testCase(report, requirement, times[index] ?? 0))
  const grade = { 'area.score': area.score ?? 'not enough evidence', 'area.coverage': area.coverage }
  return suiteOf({ report, name: `${area.id} ${area.title}`, verdicts, cases, durationMs: sum(times), properties: grade })
}

/** A requirement whose area is not listed must not vanish from the report. */
function strayAreas(report: RunReport): readonly Suite[] {
  const listed = new Set(report.areas.map((area) => area.id))
  const stray = new Set(report.requirements.map(({ area }) => area).filter((area) => !listed.has(area)))
  return [...stray].map((id) => areaSuite(report, { id, title: '', score: null, coverage: 0, counts: report.score.counts }))
}

interface SuiteInput {
  readonly report: RunReport
  readonly name: string
  readonly verdicts: readonly Verdict[]
  readonly cases: readonly XmlElement[]
  readonly durationMs: number
  readonly properties: Readonly<Record<string, string | number>>
}

function suiteOf({ report, name, verdicts, cases, durationMs, properties }: SuiteInput): Suite {
  const count = (wanted: Verdict): number => verdicts.filter((verdict) => verdict === wanted).length
  const failures = count('failure')
  const errors = count('error')
  const xml = element(
    'testsuite',
    {
      name,
      tests: cases.length,
      failures,
      errors,
      skipped: count('skipped'),
      time: seconds(durationMs),
      timestamp: report.startedAt.replace(/(\.\d+)?Z$/, ''), // xs:dateTime without a zone, in UTC, is what Ant began
    },
    [propertiesOf({ ...runProperties(report), ...properties }), ...cases],
  )
  return { tests: cases.length, failures, errors, xml }
}

function propertiesOf(properties: Readonly<Record<string, string | number>>): XmlElement {
  const entries = Object.entries(properties)
  return element('properties', {}, entries.map(([name, value]) => element('property', { name, value }, [])))
}

function runProperties(report: RunReport): Readonly<Record<string, string | number>> {
  return {
    score: report.score.value ?? 'nothing was judged',
    coverage: report.score.coverage,
    level: report.score.level,
    requiredLevel: formatRequiredLevel(report.requiredLevel),
    seed: report.randomSeed,
    profile: report.profile,
    driver: report.driver,
    runId: report.runId,
    catalogue: report.catalogue.version,
    version: report.harness.version,
  }
}

/** The requirements of one scenario share its duration, so that the times add up to what was spent. */
function timeOf(report: RunReport, requirement: RequirementReport): number {
  const scenario = report.scenarios.find(({ id }) => id === requirement.scenario)
  if (scenario === undefined) return 0
  const sharing = report.requirements.filter((other) => other.scenario === requirement.scenario).length
  return scenario.durationMs / sharing
}

function testCase(report: RunReport, requirement: RequirementReport, durationMs: number): XmlElement {
  return element(
    'testcase',
    {
      classname: `seaworthy.${report.service.name.replace(/[^\w-]+/g, '-')}.${requirement.area}`,
      name: `${requirement.id} ${requirement.title}`,
      time: seconds(durationMs),
    },
    [...resultOf(report, requirement), element('system-out', {}, [detailsOf(requirement)])],
  )
}

function resultOf(report: RunReport, requirement: RequirementReport): readonly XmlElement[] {
  const verdict = verdictOf(report, requirement)
  if (verdict === 'passed') return []
  if (verdict === 'skipped') return [element('skipped', { message: skipReason(report, requirement) }, [])]
  const message = `${outcomeDisplay[requirement.outcome].word}: ${requirement.summary}`
  return [element(verdict, { message, type: requirement.outcome }, [detailsOf(requirement)])]
}

function skipReason(report: RunReport, requirement: RequirementReport): string {
  const said = `${outcomeDisplay[requirement.outcome].word}: ${requirement.summary}`
  const tolerated = toleratedBecause(report, requirement)
  return tolerated === null ? said : `${tolerated}; ${said}`
}

function detailsOf(requirement: RequirementReport): string {
  const { strength, grade, scenario, thresholds, relaxed } = requirement
  const values = Object.entries(thresholds).map(([key, value]) => `${key} ${formatThreshold(value)}${relaxed.includes(key) ? ' (relaxed)' : ''}`)
  const lines = [
    requirement.statement,
    standingOf(requirement),
    `${outcomeDisplay[requirement.outcome].word}: ${requirement.summary}`,
    ...requirement.evidence.map(evidenceLine),
    ...requirement.findings.map((finding) => `${finding.check}: ${finding.outcome}${finding.superseded === true ? ' (measured again alone)' : ''}: ${finding.summary}`),
    strength === null ? null : strengthLine(requirement.outcome === 'passed', strength),
    grade === null ? null : `evidence grade: ${grade}`,
    values.length === 0 ? null : `thresholds: ${values.join(', ')}`,
    scenario === null ? null : `scenario: ${scenario}`,
    requirement.outcome === 'failed' || requirement.outcome === 'missing' ? `to fix: ${requirement.remediation}` : null,
    `reproduce: ${requirement.reproduce}`,
  ]
  return lines.filter((line) => line !== null).join('\n')
}

const strengthLine = (isPassed: boolean, { n, bound95 }: NonNullable<RequirementReport['strength']>): string =>
  isPassed ? `strength: none of ${n}; with 95 % confidence at most ${formatBound(bound95)} fail` : `trials: ${n}`

function evidenceLine(evidence: Evidence): string {
  const comparison = formatComparison(evidence)
  const requests = evidence.requests ?? []
  const ids = requests.length === 0 ? '' : ` (requests ${requests.map((id) => `#${id}`).join(' ')})`
  return `- ${evidence.note}${comparison === '' ? '' : `: ${comparison}`}${ids}`
}

function runSuite(report: RunReport, otherwiseRed: boolean): Suite {
  const reasons = [...reservations(report)]
  if (report.exitCode !== 0 && !otherwiseRed) reasons.push(`exit code ${report.exitCode}`)
  const isRed = reasons.length > 0
  const text = [report.verdict, ...reasons, countsInWords(report.score.counts)].join('\n')
  const attributesOfCase = { classname: 'seaworthy.run', name: 'The run is complete and can be trusted', time: seconds(0) }
  const result = isRed ? [element('error', { message: `${report.verdict}: ${reasons.join(' ')}`, type: report.status }, [text])] : []
  const single = element('testcase', attributesOfCase, [...result, element('system-out', {}, [text])])
  return suiteOf({ report, name: 'run', verdicts: [isRed ? 'error' : 'passed'], cases: [single], durationMs: 0, properties: {} })
}

const seconds = (durationMs: number): string => (Number.isFinite(durationMs) ? durationMs / 1_000 : 0).toFixed(3)
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

export const junitReporter = singleFileReporter('junit', { file: 'junit.xml', contents: 'for CI servers' }, reportAsJunit)
