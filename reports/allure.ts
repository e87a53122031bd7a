import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { toleratedBecause } from '../core/build-gate.js'
import { evidenceRequestIds, requestsWithIds } from '../core/evidence-requests.js'
import type { Outcome } from '../core/outcome.js'
import type { HistoryOf, Reporter } from '../core/run-event.js'
import type { FindingReport, RequirementReport, RunReport } from '../core/run-report.js'
import { writeAtomically } from './atomic-write.js'
import { formatComparison, formatThreshold } from './format.js'
import { standingOf } from './outcome-display.js'
import { oneLine, printable } from './printable.js'

type AllureStatus = 'passed' | 'failed' | 'broken' | 'skipped'

/** Failed says something about the service, broken about the harness or the evidence: Allure keeps them apart as we do. */
const statusOf: Readonly<Record<Outcome, AllureStatus>> = {
  passed: 'passed',
  failed: 'failed',
  missing: 'failed',
  inconclusive: 'broken',
  error: 'broken',
  'not-applicable': 'skipped',
  skipped: 'skipped',
}

export const allureFolder = 'allure-results'

/** A file of the result folder by name. */
export type AllureFiles = ReadonlyMap<string, string>

/** Result files as Allure 2 and 3 read them: a result a requirement, its evidence and the very requests attached. */
export function reportAsAllure(report: RunReport, historyOf: HistoryOf = () => undefined): AllureFiles {
  const files = new Map<string, string>()
  for (const requirement of report.requirements) {
    const attachments = attachmentsOf(report, requirement, historyOf)
    for (const { source, text } of attachments) files.set(source, text)
    const uuid = uuidOf(`${report.runId}\n${requirement.id}`)
    files.set(`${uuid}-result.json`, asJson(resultOf(report, requirement, { uuid, attachments })))
  }
  files.set('environment.properties', environmentOf(report))
  files.set('categories.json', asJson(categories))
  return files
}

const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** The same run gives the same files; the name of a requirement's history stays the same over runs. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')
}

const categories = [
  { name: 'Requirements that do not hold', matchedStatuses: ['failed'] },
  { name: 'Inconclusive: the evidence supports neither answer', matchedStatuses: ['broken'], messageRegex: '(?s)^inconclusive: .*' },
  { name: 'Errors of the harness', matchedStatuses: ['broken'], messageRegex: '(?s)^error: .*' },
]

interface Attachment {
  readonly name: string
  readonly source: string
  readonly type: string
  readonly text: string
}

interface Parts {
  readonly uuid: string
  readonly attachments: readonly Attachment[]
}

function resultOf(report: RunReport, requirement: RequirementReport, { uuid, attachments }: Parts): object {
  const { id, title, outcome, summary, waived, statement, remediation, reproduce, thresholds, relaxed } = requirement
  const tolerated = toleratedBecause(report, requirement)
  const startMs = Date.parse(report.startedAt)
  const stopMs = startMs + (report.scenarios.find((one) => one.id === requirement.scenario)?.durationMs ?? 0)
  const identity = createHash('md5').update(`${report.service.name}\n${id}`).digest('hex')
  return {
    uuid,
    historyId: identity,
    testCaseId: identity,
    fullName: oneLine(`${report.service.name}.${id}`),
    name: oneLine(`${id} ${title}`),
    status: statusOf[outcome],
    statusDetails: {
      message: printable(`${outcome}: ${summary}`),
      trace: printable(`${remediation}\n\n${reproduce}`),
      ...(waived !== null ? { known: true, muted: true } : report.baseline !== undefined && tolerated !== null && statusOf[outcome] === 'failed' ? { known: true } : {}),
    },
    stage: 'finished',
    description: printable([statement, ...(tolerated === null ? [] : [`Does not fail the build: ${tolerated}`])].join('\n\n')),
    start: startMs,
    stop: stopMs,
    labels: labelsOf(report, requirement),
    parameters: Object.entries(thresholds).map(([name, value]) => ({ name: oneLine(`${name}${relaxed.includes(name) ? ' (relaxed)' : ''}`), value: formatThreshold(value), excluded: true })),
    links: [],
    attachments: attachments.map(({ name, source, type }) => ({ name, source, type })),
    steps: requirement.findings.map((finding) => stepOf(finding, startMs, stopMs)),
  }
}

const stepOf = ({ check, outcome, summary, evidence, superseded }: FindingReport, start: number, stop: number): object => ({
  name: `${oneLine(check)}${superseded === true ? ' (measured again alone)' : ''}`,
  status: statusOf[outcome],
  statusDetails: { message: printable(summary) },
  stage: 'finished',
  start,
  stop,
  steps: [],
  attachments: [],
  parameters: evidence.filter((one) => one.measured !== undefined).map((one) => ({ name: oneLine(one.note), value: formatComparison(one) })),
})

const severities = { 'MUST 1': 'blocker', 'MUST 2': 'critical', 'MUST 3': 'normal' } as const

function labelsOf(report: RunReport, requirement: RequirementReport): readonly object[] {
  const area = report.areas.find(({ id }) => id === requirement.area)
  const severity = (severities as Readonly<Record<string, string>>)[`${requirement.keyword} ${requirement.level}`] ?? 'minor'
  const labels: readonly (readonly [string, string])[] = [
    ['parentSuite', report.service.name],
    ['suite', `${requirement.area} ${area?.title ?? ''}`],
    ['epic', report.service.name],
    ['feature', area?.title ?? requirement.area],
    ['story', requirement.title],
    ['severity', severity],
    ['tag', requirement.keyword],
    ['tag', `level ${requirement.level}`],
    ['framework', 'seaworthy'],
    ...(requirement.scenario === null ? [] : [['thread', requirement.scenario] as const]),
  ]
  return labels.map(([name, value]) => ({ name, value: oneLine(value) }))
}

function attachmentsOf(report: RunReport, requirement: RequirementReport, historyOf: HistoryOf): readonly Attachment[] {
  if (requirement.evidence.length === 0) return []
  const { id, evidence, findings, thresholds, strength, grade } = requirement
  const named = (name: string, text: string): Attachment => ({ name, source: `${uuidOf(`${report.runId}\n${id}\n${name}`)}-attachment.json`, type: 'application/json', text })
  const measured = named('Evidence', asJson({ standing: standingOf(requirement), thresholds, strength, grade, evidence, findings }))
  const requests = [...evidenceRequestIds(requirement)].flatMap(([scenario, ids]) => {
    const history = historyOf(scenario)
    return history === undefined ? [] : requestsWithIds(history, ids).map((request) => ({ scenario, ...request }))
  })
  return requests.length === 0 ? [measured] : [measured, named('Requests', asJson(requests))]
}

/** Java's properties format: everything beyond ASCII and every separator is escaped. */
function environmentOf(report: RunReport): string {
  const escaped = (text: string): string =>
    oneLine(text).replace(/[\\:=#!]/g, '\\$&').replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const facts: readonly (readonly [string, string])[] = [
    ['seaworthy', report.harness.version],
    ['verdict', report.verdict],
    ['profile', report.profile],
    ['driver', report.driver],
    ['seed', String(report.randomSeed)],
    ['catalogue', report.catalogue.version],
    ['node', report.harness.node],
    ['platform', report.harness.platform],
  ]
  return `${facts.map(([name, value]) => `${name}=${escaped(value)}`).join('\n')}\n`
}

export const allureReporter: Reporter = {
  name: 'allure',
  description: `${allureFolder}/: results for Allure 2 and 3`,
  async write(report, directory, historyOf) {
    const files = [...reportAsAllure(report, historyOf)].map(([name, text]) => [join(directory, allureFolder, name), text] as const)
    for (const [path, text] of files) await writeAtomically(path, text)
    return [join(directory, allureFolder)]
  },
}
