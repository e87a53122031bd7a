import { formatMeasurement, formatScore, formatShare } from '../format.js'
import type { Evidence } from '../../core/check.js'
import type { RequirementReport, RunReport } from '../../core/run-report.js'
import { outcomeDisplay } from '../outcome-display.js'
import { toneOf } from '../priorities.js'
import { html, Markup, type Content } from './markup.js'
import { styles } from './styles.js'

/** Several runs of one service as one self-contained page, the oldest first: score and coverage, then every requirement. */
export function trendPage(reports: readonly RunReport[]): string {
  const runs = reports.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt))
  const last = runs.at(-1)!
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="seaworthy ${last.harness.version}">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${last.service.name} over ${inWords(runs)} – seaworthy</title>
<style>${new Markup(styles)}${new Markup(trendStyles)}</style>
</head>
<body><main class="trend">
<section class="verdict tone-${toneOf(last)}"><p class="service">${last.service.name}</p><h1>${inWords(runs)}, the newest last</h1><p>${last.verdict.charAt(0).toUpperCase()}${last.verdict.slice(1)}</p></section>
<section aria-labelledby="score-heading"><h2 id="score-heading">Score, coverage and level</h2>${scoreChart(runs)}${runTable(runs)}</section>
<section aria-labelledby="requirements-heading"><h2 id="requirements-heading">Requirements</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="requirements-heading"><table class="matrix"><thead><tr><th scope="col">Requirement</th>${runs.map((_, index) => html`<th scope="col" class="run">${index + 1}</th>`)}<th scope="col">Measured, oldest to newest</th></tr></thead>
<tbody>${idsOf(runs).map((id) => requirementRow(id, runs))}</tbody></table></div></section>
</main></body></html>
`
  return page.source
}

const inWords = (runs: readonly RunReport[]): string => (runs.length === 1 ? '1 run' : `${runs.length} runs`)

function runTable(runs: readonly RunReport[]): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Runs"><table><thead><tr><th scope="col">Run</th><th scope="col">Started</th><th scope="col" class="number">Score</th><th scope="col" class="number">Coverage</th><th scope="col" class="number">Level</th><th scope="col">Profile</th><th scope="col">Checklist</th><th scope="col">Verdict</th></tr></thead>
<tbody>${runs.map((run, index) => html`<tr><th scope="row">${index + 1} <code>${run.runId}</code></th><td>${run.startedAt.slice(0, 16).replace('T', ' ')}</td><td class="number">${formatScore(run.score.value)}</td><td class="number">${formatShare(run.score.coverage)}</td><td class="number">${run.score.level}</td><td>${run.profile}</td><td>${run.catalogue.version}</td><td>${run.verdict}</td></tr>`)}</tbody></table></div>`
}

const chart = { width: 1080, height: 180, left: 34, right: 1070, top: 10, bottom: 156 } as const

function scoreChart(runs: readonly RunReport[]): Markup {
  const xOf = (index: number): number => (runs.length === 1 ? (chart.left + chart.right) / 2 : chart.left + (index / (runs.length - 1)) * (chart.right - chart.left - 16))
  const yOf = (percent: number): number => chart.bottom - (percent / 100) * (chart.bottom - chart.top)
  const line = (valueOf: (run: RunReport) => number | null): string => {
    let isOpen = false
    return runs.map((run, index) => {
      const value = valueOf(run)
      const step = value === null ? '' : `${isOpen ? 'L' : 'M'}${xOf(index).toFixed(1)} ${yOf(value).toFixed(1)}`
      isOpen = value !== null
      return step
    }).join('')
  }
  const dots = runs.map((run, index) => run.score.value !== null && html`<circle class="score" cx="${xOf(index).toFixed(1)}" cy="${yOf(run.score.value).toFixed(1)}" r="4"><title>${index + 1}: ${formatScore(run.score.value)} at ${formatShare(run.score.coverage)} coverage</title></circle>`)
  return html`<svg class="scores" viewBox="0 0 ${chart.width} ${chart.height}" role="img" aria-label="Score and coverage of every run; the numbers are in the table below">
${[0, 50, 100].map((value) => html`<line class="grid" x1="${chart.left}" x2="${chart.right}" y1="${yOf(value)}" y2="${yOf(value)}"/><text x="0" y="${yOf(value) + 4}">${value}</text>`)}
<path class="coverage" d="${line(({ score }) => score.coverage * 100)}"/><path class="score" d="${line(({ score }) => score.value)}"/>${dots}
${runs.map((_, index) => html`<text class="middle" x="${xOf(index).toFixed(1)}" y="${chart.height - 4}">${index + 1}</text>`)}</svg>
<p class="muted">The line is the score, the dashed one the coverage.</p>`
}

const idsOf = (runs: readonly RunReport[]): readonly string[] => [...new Set(runs.toReversed().flatMap(({ requirements }) => requirements.map(({ id }) => id)))]

function requirementRow(id: string, runs: readonly RunReport[]): Markup {
  const own = runs.map(({ requirements }) => requirements.find((one) => one.id === id))
  const title = own.findLast((one) => one !== undefined)?.title ?? ''
  return html`<tr><th scope="row"><code>${id}</code> ${title}</th>${own.map(outcomeCell)}<td>${measuredLine(own)}</td></tr>`
}

function outcomeCell(requirement: RequirementReport | undefined): Markup {
  if (requirement === undefined) return html`<td class="run"><span class="muted" title="not in the catalogue">·</span></td>`
  const { symbol, word } = outcomeDisplay[requirement.outcome]
  return html`<td class="run"><span class="tile o-${requirement.outcome}" title="${word}: ${requirement.summary}"><span aria-hidden="true">${symbol}</span><span class="sr">${word}</span></span></td>`
}

/** The first measured value of a requirement in every run, as far as it is the same one. */
function measuredLine(own: readonly (RequirementReport | undefined)[]): Content {
  const first = own.findLast((one) => one?.evidence.some(({ measured }) => measured !== undefined))?.evidence.find(({ measured }) => measured !== undefined)
  if (first === undefined) return null
  const name = nameOf(first)
  const values = own.map((one) => one?.evidence.find((evidence) => evidence.measured !== undefined && nameOf(evidence) === name))
  const shown = values.map((one) => (one?.measured === undefined ? '–' : formatMeasurement(one.measured, undefined)))
  return html`<span class="values">${shown.join(' → ')}</span> <small>${first.note}${first.unit !== undefined && ` (${first.unit})`}</small>`
}

/** Notes carry counts and numbers of replicas, which differ from run to run. */
const nameOf = ({ note, unit }: Evidence): string => `${note.replace(/\d+([.,]\d+)*/g, '#')} ${unit ?? ''}`

const trendStyles = `
.trend section{margin-top:28px}
.trend>.verdict{margin-top:0}
.scores{display:block;width:100%;height:auto;font-size:11px}
.scores text{fill:var(--soft)}.scores .middle{text-anchor:middle}
.scores path{fill:none;stroke:var(--accent);stroke-width:2;stroke-linejoin:round}
.scores .coverage{stroke:var(--soft);stroke-dasharray:4 4;stroke-width:1.5}
.scores circle{fill:var(--accent)}
.matrix td,.matrix tbody th{border-bottom:1px solid var(--line);vertical-align:middle}
.matrix tbody th{min-width:16em}
.trend th code{white-space:nowrap}
.run{text-align:center;padding-right:4px;width:28px}
.values{font-weight:600;white-space:nowrap}
`
