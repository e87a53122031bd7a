import type { Outcome } from '../../core/outcome.js'
import type { AreaReport, RequirementReport, RunReport } from '../../core/run-report.js'
import { formatDuration, formatRequiredLevel, formatScore, formatShare } from '../format.js'
import { outcomeDisplay, outcomesByUrgency } from '../outcome-display.js'
import { commandForAll, fixFirst, fixHeading, remarks, reservations, standingIn, toneOf, unknownAdvice, unknowns, waivedCount } from '../priorities.js'
import { anchorOf, html, type Content, type Markup } from './markup.js'

/** A load line as it is painted on a hull: as deep as this a ship may lie in the water. */
export const loadLine: Markup = html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><circle cx="16" cy="16" r="10"/><path d="M1 16h30"/></svg>`

/** What a reader has to know after three seconds: the verdict, how far it carries, and what to do. */
export function overview(report: RunReport): Markup {
  return html`<section class="verdict tone-${toneOf(report)}" aria-labelledby="verdict">
<p class="service">${report.service.name}</p>
<h1 id="verdict">${linkedVerdict(report)}</h1>
${[...reservations(report), ...remarks(report)].map((one) => html`<p class="notice">${one}</p>`)}
${figures(report)}
${strip(report)}
</section>
${fixSection(report)}
${unknownSection(report)}`
}

/** The verdict with a link from every requirement it names. */
function linkedVerdict({ verdict, requirements }: RunReport): Content {
  const known = new Set<string>(requirements.map(({ id }) => id))
  const sentence = verdict.charAt(0).toUpperCase() + verdict.slice(1)
  return sentence
    .split(/\b([A-Z][A-Z0-9]*-\d+)\b/)
    .map((part) => (known.has(part) ? html`<a href="#${anchorOf(part)}">${part}</a>` : part))
}

function figures({ score, requiredLevel }: RunReport): Markup {
  return html`<dl class="figures">
<div><dt>Score</dt>
<dd><b>${formatScore(score.value)}</b> <small>${score.value === null ? 'nothing was judged' : 'of 100'}</small></dd></div>
<div><dt>Coverage</dt>
<dd><b>${formatShare(score.coverage)}</b> <small>of the checklist, by weight</small></dd></div>
<div><dt>Level reached</dt>
<dd>${levelMarks(score.level)}<b>${score.level === 0 ? 'none' : score.level}</b>
<small>asked for: ${formatRequiredLevel(requiredLevel)}</small></dd></div>
</dl>`
}

function levelMarks(level: number): Markup {
  const lines = [3, 2, 1].map((one, index) => {
    const path = `M2 ${6 + index * 8}h${14 + index * 6}`
    return html`<path class="${one <= level ? 'reached' : 'open'}" d="${path}"/>`
  })
  return html`<svg class="levels" viewBox="0 0 32 28" aria-hidden="true">${lines}</svg>`
}

/** From earned to lost to unknown to not asked. */
const stripOrder = ['passed', 'failed', 'missing', 'inconclusive', 'error', 'skipped', 'not-applicable'] as const

/** The whole checklist as one strip, a requirement as wide as its weight; under it the counts, which filter the cards. */
function strip(report: RunReport): Content {
  if (report.requirements.length === 0) return null
  const ordered = stripOrder.flatMap((outcome) => report.requirements.filter((requirement) => requirement.outcome === outcome))
  let x = 0
  const parts = ordered.map((requirement) => {
    const { outcome, weight } = requirement
    const part = html`<rect class="o-${outcome}" x="${x}" width="${weight}" height="1"><title>${nameAndOutcome(requirement)}, weight ${weight}</title></rect>`
    const gap = x > 0 && html`<path d="M${x} 0v1"/>`
    x += weight
    return [part, gap]
  })
  const waived = waivedCount(report)
  return html`<svg class="strip" viewBox="0 0 ${Math.max(1, x)} 1" preserveAspectRatio="none" aria-hidden="true">${parts}</svg>
<ul class="counts" aria-label="Requirements by outcome">
${outcomesByUrgency.filter((outcome) => report.score.counts[outcome] > 0).map((outcome) => count(outcome, report.score.counts[outcome]))}
${waived > 0 && html`<li class="waived">${waived} waived</li>`}
</ul>`
}

const nameAndOutcome = ({ id, title, outcome }: RequirementReport): string => `${id} ${title}: ${outcomeDisplay[outcome].word}`

const count = (outcome: Outcome, value: number): Markup => html`<li><a class="count o-${outcome}" href="#requirements" data-show="${outcome}">
<span class="symbol" aria-hidden="true">${outcomeDisplay[outcome].symbol}</span><b>${value}</b> ${outcomeDisplay[outcome].word}</a></li>`

function fixSection(report: RunReport): Content {
  const toFix = fixFirst(report)
  if (toFix.length === 0) return null
  return html`<section class="fix" aria-labelledby="fix-heading">
<h2 id="fix-heading">${fixHeading(report)}</h2>
<ol>${toFix.map((one) => fixItem(report, one))}</ol>
</section>`
}

/** What is unknown has no remedy: it has to be judged first. */
function unknownSection(report: RunReport): Content {
  const open = unknowns(report)
  if (open.length === 0) return null
  return html`<section class="fix" aria-labelledby="unknown-heading">
<h2 id="unknown-heading">What could not be judged</h2>
${again(open)}
<ol>${open.map((requirement) => html`<li class="o-${requirement.outcome}">${named(report, requirement)}<p class="said">${requirement.summary}</p></li>`)}</ol>
</section>`
}

function again(open: readonly RequirementReport[]): Content {
  const command = commandForAll(open)
  return command !== undefined && html`<p class="again">${unknownAdvice(open)}</p><pre tabindex="0" aria-label="Command"><code>${command}</code></pre>`
}

const fixItem = (report: RunReport, requirement: RequirementReport): Markup => html`<li class="o-${requirement.outcome}">
${named(report, requirement)}
<div><p class="said">${requirement.summary}</p><p class="remedy">${requirement.remediation}</p></div>
</li>`

const named = (report: RunReport, requirement: RequirementReport): Markup => html`<div>
<h3><a href="#${anchorOf(requirement.id)}">${requirement.id}</a> ${requirement.title}</h3>
<p class="standing"><b class="word">${outcomeDisplay[requirement.outcome].word}</b> ${standingIn(report, requirement)}</p>
</div>`

export function areasSection(report: RunReport): Content {
  if (report.areas.length === 0) return null
  return html`<section class="areas" aria-labelledby="areas-heading">
<h2 id="areas-heading">Areas</h2>
<div class="scroll"><table>
<thead><tr>
<th scope="col">Area</th><th scope="col" class="number">Score</th><th scope="col" class="number">Coverage</th><th scope="col">Requirements</th>
</tr></thead>
<tbody>${report.areas.map((area) => areaRow(report, area))}</tbody>
</table></div>
</section>`
}

function areaRow(report: RunReport, area: AreaReport): Markup {
  const tiles = report.requirements.filter((requirement) => requirement.area === area.id).map(tile)
  return html`<tr>
<th scope="row"><span class="area-id">${area.id}</span> ${area.title}</th>
<td class="number score">${areaScore(area)}</td>
<td class="number">${formatShare(area.coverage)}</td>
<td><span class="tiles">${tiles}</span></td>
</tr>`
}

function areaScore({ score }: AreaReport): Markup {
  if (score === null) return html`<span class="muted" title="Too little of the area has a result for a grade">not enough evidence</span>`
  return html`<span class="graded">
<svg class="meter" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
<rect class="rail" width="100" height="4"/><rect class="fill" width="${score}" height="4"/>
</svg><b>${formatScore(score)}</b></span>`
}

function tile(requirement: RequirementReport): Markup {
  const { id, outcome } = requirement
  const { symbol, word } = outcomeDisplay[outcome]
  return html`<a class="tile o-${outcome}" href="#${anchorOf(id)}" title="${nameAndOutcome(requirement)}">
<span aria-hidden="true">${symbol}</span><span class="sr">${id} ${word}</span></a>`
}

/** Where the run took place, for people who compare two reports. */
export function runFacts(report: RunReport): Markup {
  const { harness, catalogue } = report
  const facts: readonly (readonly [string, string])[] = [
    ['Run', report.runId],
    ['Service', report.service.descriptor],
    ['Started', report.startedAt],
    ['Took', formatDuration(report.durationMs)],
    ['Driver', report.driver],
    ['Profile', report.profile],
    ['Seed', String(report.randomSeed)],
    ['Checklist', `version ${catalogue.version}, ${catalogue.count} requirements`],
    ['Harness', `seaworthy ${harness.version}, Node ${harness.node}, ${harness.platform}, ${harness.cpus} CPUs`],
    ...(report.baseline === undefined ? [] : [['Compared with', `run ${report.baseline.runId} of ${report.baseline.startedAt}`] as const]),
    ['Exit code', `${report.exitCode}, run ${report.status}`],
  ]
  return html`<dl class="run-facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}
