import type { Evidence } from '../../core/check.js'
import type { RequestEvent } from '../../core/history.js'
import type { RequirementReport } from '../../core/run-report.js'
import { formatNumber } from '../format.js'
import { html, type Content, type Markup } from './markup.js'
import { scenarioAnchor } from './scenarios.js'
import type { Traces } from './trace.js'

/** The very requests that a line of evidence names, each with a link to its place in the drawing; null when they are not known. */
export function namedRequests(requirement: RequirementReport, evidence: Evidence, traces: Traces): Content {
  const ids = evidence.requests ?? []
  const text = JSON.stringify(evidence)
  const naming = requirement.findings.filter((one) => one.evidence.some((other) => JSON.stringify(other) === text))
  const finding = naming.find(({ superseded }) => superseded !== true) ?? naming[0]
  const scenario = (finding?.scenario as string | undefined) ?? requirement.scenario
  if (ids.length === 0 || scenario === null) return null
  const found = ids.flatMap((id) => traces.request(scenario, id) ?? []).toSorted((a, b) => a.plannedAtMs - b.plannedAtMs)
  if (found.length === 0) return null
  const total = evidence.unit === 'requests' && evidence.measured !== undefined && evidence.measured > found.length ? `the first ${found.length} of ${formatNumber(evidence.measured)} requests` : `${found.length} ${found.length === 1 ? 'request' : 'requests'}`
  return html`<details class="ids"><summary>${total}</summary><div class="scroll" tabindex="0" role="region" aria-label="Requests: ${evidence.note}"><table class="requests"><thead><tr>
<th scope="col">Request</th><th scope="col" class="number">Planned</th><th scope="col" class="number">Took</th><th scope="col">What</th><th scope="col">Instance</th><th scope="col">Outcome</th><th scope="col">Answer</th>
</tr></thead><tbody>${found.map((one) => row(one, scenario))}</tbody></table></div></details>`
}

const row = (one: RequestEvent, scenario: string): Markup => html`<tr>
<td><a href="#${scenarioAnchor(scenario)}" data-request="${one.id}">#${one.id}</a></td>
<td class="number">${(one.plannedAtMs / 1_000).toFixed(3)} s</td><td class="number">${Math.round(one.endedAtMs - one.plannedAtMs)} ms</td>
<td>${one.method} ${one.operation}${one.via !== one.instance && html` through ${one.via}`}</td><td>${one.instance ?? '–'}</td><td>${one.outcome}</td>
<td>${[one.status, one.code, one.detail].filter((part) => part !== undefined).join(' ') || '–'}</td>
</tr>`
