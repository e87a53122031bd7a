import type { RequirementReport, RunReport } from '../../core/run-report.js'
import { formatBound, formatThreshold } from '../format.js'
import { html, type Content } from './markup.js'
import { scenarioAnchor } from './scenarios.js'

/** The side of a card: how far the verdict carries, and by which numbers it was judged. */
export const requirementFacts = (requirement: RequirementReport, report: RunReport): Content => [
  strength(requirement),
  grade(requirement),
  scenarioLink(requirement, report),
  thresholds(requirement),
  defects(requirement),
]

function strength({ strength: value, outcome }: RequirementReport): Content {
  if (value === null) return null
  // The bound is that of zero failures: beside anything but a pass it would be a lie.
  const bound = html`none of ${value.n} <small>95 % sure that at most ${formatBound(value.bound95)} fail</small>`
  return html`<div><h4>Strength</h4><p>${outcome === 'passed' ? bound : html`${value.n} trials`}</p></div>`
}

const gradeMeanings = {
  demonstrated: 'done to the running service and seen to work',
  simulated: 'done to a simulation of the machine',
  inspected: 'read from settings, not carried out',
} as const

const grade = ({ grade: value }: RequirementReport): Content =>
  value !== null && html`<div><h4>Evidence</h4><p>${value} <small>${gradeMeanings[value]}</small></p></div>`

function scenarioLink({ scenario }: RequirementReport, report: RunReport): Content {
  if (scenario === null) return null
  const known = report.scenarios.find(({ id }) => id === scenario)
  const link = known === undefined ? scenario : html`<a href="#${scenarioAnchor(known.id)}">${known.title}</a>`
  return html`<div><h4>Judged on</h4><p>${link}</p></div>`
}

const relaxedBadge = html` <span class="badge" title="Asks for less than the checklist does">relaxed</span>`

function thresholds({ thresholds: values, relaxed }: RequirementReport): Content {
  const entries = Object.entries(values)
  if (entries.length === 0) return null
  const rows = entries.map(([key, value]) => {
    const isRelaxed = relaxed.includes(key)
    return html`<tr${isRelaxed && html` class="relaxed"`}>
<th scope="row"><code>${key}</code>${isRelaxed && relaxedBadge}</th><td class="number">${formatThreshold(value)}</td>
</tr>`
  })
  return html`<div><h4>Thresholds</h4><table class="thresholds"><tbody>${rows}</tbody></table></div>`
}

function defects({ defects: seeded }: RequirementReport): Content {
  if (seeded.length === 0) return null
  const items = seeded.map(({ id, how }) => html`<li><code>${id}</code> ${how}</li>`)
  return html`<div><h4>Proof that this check can fail</h4>
<p class="muted">It does so on a service with</p><ul class="defects">${items}</ul></div>`
}
