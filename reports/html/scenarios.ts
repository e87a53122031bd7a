import type { RequirementReport, RunReport, ScenarioReport } from '../../core/run-report.js'
import { formatDuration, formatNumber } from '../format.js'
import { outcomeDisplay } from '../outcome-display.js'
import { isProven, proofInWords } from './intervention-kind.js'
import { anchorOf, fileLink, html, joined, type Content, type Markup } from './markup.js'
import { plotFrame } from './plot.js'
import { timelineFigure } from './timeline.js'
import { interventionName, type Intervention } from './timeline-layout.js'
import type { Traces } from './trace.js'

export const scenarioAnchor = (id: string): string => `scenario-${anchorOf(id)}`

export function scenariosSection(report: RunReport, traces: Traces): Content {
  if (report.scenarios.length === 0) return null
  return html`<section aria-labelledby="scenarios-heading">
<div class="section-head"><h2 id="scenarios-heading">What happened</h2>${legend}</div>
${report.scenarios.map((scenario, index) => scenarioArticle(report, scenario, { index, traces }))}
</section>`
}

const legend = html`<ul class="legend">
<li><i class="key ok"></i>answered</li><li><i class="key refused"></i>politely refused</li><li><i class="key lost"></i>lost</li>
<li><i class="key latency"></i>slowest answer</li>
<li><i class="key procedure"></i>procedure</li><li><i class="key fault"></i>fault</li><li><i class="key reading"></i>reading</li><li><i class="key unproven"></i>not witnessed</li>
<li><i class="key ready"></i>ready</li><li><i class="key not-ready"></i>not ready</li><li><i class="key away"></i>no answer</li>
</ul>`

function scenarioArticle(report: RunReport, scenario: ScenarioReport, { index, traces }: { readonly index: number; readonly traces: Traces }): Markup {
  const { id, title, durationMs, requests, lost, incomplete } = scenario
  // Most faults cost requests, within what is allowed: red is for a scenario on which something failed.
  const isRed = report.requirements.some((requirement) => requirement.scenario === id && requirement.outcome === 'failed')
  const lostText = lost === 0 ? 'none lost' : html`<b${isRed && html` class="lost"`}>${formatNumber(lost)} lost</b>`
  return html`<article class="scenario" id="${scenarioAnchor(id)}">
<header><h3>${title}</h3><code>${id}</code></header>
<div class="facts"><span>${formatDuration(durationMs)}</span><span>${formatNumber(requests)} requests, ${lostText}</span>${files(scenario)}</div>
${incomplete !== null && html`<p class="notice">Did not reach its end: ${incomplete}</p>`}
<figure class="timeline" data-scenario="${index}">${timelineFigure(scenario, index)}${plotFrame(scenario, traces)}</figure>
<div class="below">${judged(report, id)}${interventionTable(scenario)}</div>
</article>`
}

function files({ history, logs }: ScenarioReport): Content {
  const links = logs.map((log) => fileLink(log, log.split('/').at(-1) ?? log))
  return [
    history !== null && html`<span>${fileLink(history, 'history')}</span>`,
    links.length > 0 && html`<details class="logs"><summary>${logs.length === 1 ? '1 log' : `${logs.length} logs`}</summary>${joined(links, ', ')}</details>`,
  ]
}

/** The requirements that were judged on this scenario's history. */
function judged(report: RunReport, scenario: string): Content {
  const chips = report.requirements.filter((requirement) => requirement.scenario === scenario).map(chip)
  return chips.length === 0 ? null : html`<ul class="chips" aria-label="Requirements judged on it">${chips}</ul>`
}

function chip({ id, title, outcome }: RequirementReport): Markup {
  const { symbol, word } = outcomeDisplay[outcome]
  return html`<li><a class="chip o-${outcome}" href="#${anchorOf(id)}" title="${title}: ${word}">
<span aria-hidden="true">${symbol}</span> ${id}<span class="sr"> ${word}</span></a></li>`
}

function interventionTable({ timeline: { interventions } }: ScenarioReport): Content {
  if (interventions.length === 0) return null
  return html`<details class="interventions">
<summary>${interventions.length} ${interventions.length === 1 ? 'intervention' : 'interventions'} and their proof</summary>
<table><thead><tr>
<th scope="col">Intervention</th><th scope="col" class="number">From</th><th scope="col" class="number">To</th><th scope="col">Witnessed by</th>
</tr></thead>
<tbody>${interventions.map(interventionRow)}</tbody></table>
</details>`
}

const interventionRow = (one: Intervention): Markup => html`<tr>
<td>${interventionName(one)}</td>
<td class="number">${formatDuration(one.fromMs)}</td><td class="number">${formatDuration(one.toMs)}</td>
<td>${proofOf(one)}</td>
</tr>`

function proofOf(one: Intervention): Content {
  if (one.error !== null) return html`<b class="lost">failed:</b> ${one.error}`
  return isProven(one) ? proofInWords(one) : html`<b class="unsure">not witnessed</b>`
}
