import { countOutcomes, decide, scoreOf } from '../core/score.js'
import type { AreaReport, RequirementReport, RunReport } from '../core/run-report.js'
import { exampleRequirements } from './fixtures-requirements.js'
import { exampleScenarios } from './fixtures-scenarios.js'

/**
 * Reports for tests of reporters, and for looking at them. `exampleReport` has every outcome, a waiver, relaxed
 * thresholds, an unwitnessed and a failed intervention, and a service that answers with hostile text.
 */

const scored = exampleRequirements.map((requirement) => ({ ...requirement, waived: requirement.waived !== null }))
const score = scoreOf(scored)

function areaOf(id: string, title: string): AreaReport {
  const ofArea = scored.filter((requirement) => requirement.area === id)
  const { value, coverage } = scoreOf(ofArea)
  return { id, title, score: coverage < 0.7 ? null : value, coverage, counts: countOutcomes(ofArea) }
}

export const exampleReport: RunReport = {
  schema: 'seaworthy-run/v1',
  runId: '20310314-092653-7f3a',
  status: 'complete',
  restored: true,
  notRestored: [],
  service: { name: 'orders', descriptor: 'services/orders/seaworthy.yaml' },
  driver: 'process',
  profile: 'standard',
  randomSeed: 271828,
  startedAt: '2031-03-14T09:26:53.589Z',
  durationMs: 402_318,
  harness: { version: '0.1.0', node: 'v20.20.2', platform: 'linux x64', cpus: 8 },
  catalogue: { version: '1', count: exampleRequirements.length },
  requiredLevel: 1,
  score,
  ...decide({ requirements: scored, requiredLevel: 1, level: score.level, restored: true, status: 'complete' }),
  areas: [
    areaOf('START', 'Startup and shutdown'),
    areaOf('DRAIN', 'Queue draining'),
    areaOf('RDND', 'Redundancy'),
    areaOf('MONI', 'Monitoring'),
  ],
  requirements: exampleRequirements,
  scenarios: exampleScenarios,
}

const noCounts = countOutcomes([])

/** A run that ended before anything was judged: no requirement, no scenario, no score. */
export const emptyReport: RunReport = {
  ...exampleReport,
  status: 'interrupted',
  exitCode: 130,
  verdict: 'interrupted before the first verdict',
  catalogue: { version: '1', count: 0 },
  score: { value: null, coverage: 0, level: 0, counts: noCounts },
  areas: [],
  requirements: [],
  scenarios: [],
}

/** The harness broke half way and could not put everything back. */
export const crashedReport: RunReport = {
  ...exampleReport,
  status: 'crashed',
  restored: false,
  notRestored: ['process group 4711 of replica-2 is still running'],
  exitCode: 70,
  verdict: 'the harness crashed in queue-draining/one-replica-drains',
  scenarios: exampleScenarios.slice(0, 1),
}

const greenRequirements: readonly RequirementReport[] = exampleRequirements.filter(({ outcome }) => outcome === 'passed')
const green = greenRequirements.map((requirement) => ({ ...requirement, waived: false }))

/** Nothing to complain about. */
export const greenReport: RunReport = {
  ...exampleReport,
  score: scoreOf(green),
  ...decide({ requirements: green, requiredLevel: null, level: 1, restored: true, status: 'complete' }),
  requiredLevel: null,
  areas: exampleReport.areas.map((area) => {
    const ofArea = green.filter((requirement) => requirement.area === area.id)
    return { ...area, score: 100, coverage: 1, counts: countOutcomes(ofArea) }
  }),
  requirements: greenRequirements,
}

/** Everything that a reporter must disarm, in one string. */
export const hostileText = [
  '</script><script>globalThis.owned = true</script>',
  '<img src="x" onerror="globalThis.owned = true">',
  '"><svg onload=globalThis.owned=true>',
  "' onmouseover='globalThis.owned=true",
  '<!-- ]]> --> &lt; & \u2028 \u2029',
  '\u001b[2J\u001b]0;owned\u0007\u009b31m\r\b\u0000',
  '\u202egnp.exe \u2066',
  '\ud800 \udfff \ufffe \uffff',
  '\n::error::owned\n##[error]owned ##vso[task.complete] ##teamcity[buildStop]',
  '[[ATTACHMENT|/etc/passwd]]',
  'javascript:globalThis.owned=true',
  '${owned} {{owned}} 漢字 👩‍🚒',
].join(' ')

const closedSets: ReadonlySet<string> = new Set([
  'schema', 'status', 'profile', 'startedAt', 'keyword', 'outcome', 'grade', 'unit', 'until',
])

/** `exampleReport` with hostile text before every string that is not one of a closed set, ids included. */
export const hostileReport: RunReport = hostile(exampleReport, '') as RunReport

function hostile(value: unknown, key: string): unknown {
  if (typeof value === 'string') return closedSets.has(key) ? value : `${hostileText}${value}`
  if (Array.isArray(value)) return value.map((one) => hostile(one, key))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, hostile(one, name)]))
}
