import type { Outcome } from '../../core/outcome.js'
import type { RequirementReport, RunReport } from '../../core/run-report.js'
import { outcomeDisplay, outcomesByUrgency, standingOf } from '../outcome-display.js'
import { evidenceTable } from './evidence.js'
import { toleranceSaid } from '../priorities.js'
import { anchorOf, html, type Content, type Markup } from './markup.js'
import { namedRequests } from './named-requests.js'
import { requirementFacts } from './requirement-facts.js'
import type { Traces } from './trace.js'

/** One card a requirement, with everything that is known; the filter above them is the script's. */
export function requirementsSection(report: RunReport, traces: Traces): Markup {
  const ordered = outcomesByUrgency.flatMap((outcome) => report.requirements.filter((requirement) => requirement.outcome === outcome))
  const hasCards = ordered.length > 0
  return html`<section class="requirements" id="requirements" aria-labelledby="requirements-heading" tabindex="-1">
<div class="section-head"><h2 id="requirements-heading">Requirements</h2>${hasCards && tools}</div>
${hasCards && filterBar(report)}
<div id="cards">${hasCards ? ordered.map((one) => card(one, report, traces)) : html`<p class="empty">No requirement was looked at.</p>`}</div>
<p class="empty" id="no-match" hidden>No requirement matches the filter.</p>
</section>`
}

const tools = html`<p class="tools" hidden><output id="shown" aria-live="polite"></output>
<button type="button" class="plain" id="open-all">Open all</button></p>`

function filterBar({ areas, score }: RunReport): Markup {
  return html`<form class="filter" role="search" aria-label="Filter requirements" hidden>
<div class="toggles" role="group" aria-label="Outcome">
${outcomesByUrgency.filter((outcome) => score.counts[outcome] > 0).map(toggle)}
</div>
<label><span class="sr">Area</span><select name="area"><option value="">All areas</option>
${areas.map(({ id, title }) => html`<option value="${id}">${id} ${title}</option>`)}
</select></label>
<label class="grow"><span class="sr">Text</span><input type="search" name="text" placeholder="Find text" autocomplete="off" spellcheck="false"></label>
</form>`
}

const toggle = (outcome: Outcome): Markup => html`<button type="button" class="toggle o-${outcome}" data-outcome="${outcome}" aria-pressed="false">
<span aria-hidden="true">${outcomeDisplay[outcome].symbol}</span> ${outcomeDisplay[outcome].word}</button>`

/** What needs a look is open, unless somebody looked already and accepted it. */
const isOpenAtFirst = ({ outcome, waived }: RequirementReport): boolean =>
  waived === null && ['failed', 'missing', 'error', 'inconclusive'].includes(outcome)

function card(requirement: RequirementReport, report: RunReport, traces: Traces): Markup {
  const { id, area, outcome, statement } = requirement
  return html`<details class="card o-${outcome}" id="${anchorOf(id)}" data-outcome="${outcome}" data-area="${area}"${isOpenAtFirst(requirement) && html` open`}>
${cardHead(requirement)}
<div class="body">
<div><p class="statement">${statement}</p>
${waiver(requirement)}
${tolerance(report, requirement)}
${evidenceTable(requirement.evidence, 'Measured', (evidence) => namedRequests(requirement, evidence, traces))}
${findings(requirement)}
${remedy(requirement)}
${command(requirement.reproduce)}</div>
<div class="side">${requirementFacts(requirement, report)}</div>
</div>
</details>`
}

function cardHead(requirement: RequirementReport): Markup {
  const { id, title, outcome, summary, waived } = requirement
  const { symbol, word } = outcomeDisplay[outcome]
  return html`<summary><span class="symbol" aria-hidden="true">${symbol}</span>
<span class="id">${id}</span>
<h3>${title}</h3>
<span class="standing">${standingOf(requirement)}</span>
<span class="word">${word}${waived !== null && ', waived'}</span>
<span class="said">${summary}</span></summary>`
}

function waiver({ waived, staleWaiver, outcome }: RequirementReport): Content {
  const stale = outcome === 'passed' ? staleWaiver : undefined
  const shown = waived ?? stale
  return shown !== undefined && html`<p class="notice">Waived until ${shown.until} by ${shown.owner}: ${shown.reason}${stale !== undefined && ' It passes now: the waiver can go.'}</p>`
}

function tolerance(report: RunReport, requirement: RequirementReport): Content {
  const said = requirement.waived === null ? toleranceSaid(report, requirement) : null
  return said !== null && html`<p class="notice">Does not fail the build: ${said}.</p>`
}

function remedy({ outcome, remediation }: RequirementReport): Content {
  if (outcome === 'passed') return null
  const isRed = outcome === 'failed' || outcome === 'missing'
  return html`<div class="remedy"><h4>${isRed ? 'How to fix it' : 'How a service meets it'}</h4><p>${remediation}</p></div>`
}

/** What a check says beyond the requirement's own summary and evidence: neither is shown twice. */
function findings({ findings: found, summary: said, evidence: shown }: RequirementReport): Content {
  if (found.length === 0) return null
  const known = new Set(shown.map((one) => JSON.stringify(one)))
  const items = found.map(({ check, outcome, summary, evidence, superseded }) => {
    const more = evidence.filter((one) => !known.has(JSON.stringify(one)))
    return html`<li class="o-${outcome}"><span class="symbol" aria-hidden="true">${outcomeDisplay[outcome].symbol}</span>
<div><code>${check}</code> <b class="word">${outcomeDisplay[outcome].word}</b>${superseded === true && ' beside other scenarios, so it was measured again alone:'}
${summary !== said && html`<p class="said">${summary}</p>`}
${evidenceTable(more, `Measured by ${check}`)}</div></li>`
  })
  return html`<h4>Checks</h4><ul class="findings">${items}</ul>`
}

const command = (reproduce: string): Markup => html`<div class="command"><h4>Run just this again</h4>
<div><pre tabindex="0" aria-label="Command"><code>${reproduce}</code></pre><button type="button" class="copy" hidden>Copy</button></div></div>`
