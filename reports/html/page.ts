import { createHash } from 'node:crypto'
import type { Outcome } from '../../core/outcome.js'
import type { RunReport } from '../../core/run-report.js'
import { formatDuration, formatScore } from '../format.js'
import { outcomeDisplay, outcomesByUrgency } from '../outcome-display.js'
import { toneOf } from '../priorities.js'
import { clientScript } from './client-script.js'
import { html, jsonForScript, Markup } from './markup.js'
import { areasSection, loadLine, overview, runFacts } from './overview.js'
import { plotData } from './plot.js'
import { requirementsSection } from './requirements.js'
import { scenariosSection } from './scenarios.js'
import { styles } from './styles.js'
import { plotStyles } from './styles-plot.js'
import { noTraces, type Traces } from './trace.js'

const pageStyles = `${styles}${plotStyles}`

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/**
 * Nothing may be loaded, and of script and style only exactly what is written here may run: what a service under test
 * said cannot become either, even if it found a way past the escaping.
 */
const contentSecurityPolicy = [
  `default-src 'none'`,
  `style-src ${hashOf(pageStyles)}`,
  `script-src ${hashOf(clientScript)}`,
  `base-uri 'none'`,
  `form-action 'none'`,
].join('; ')

const toneSymbols = { good: '✓', bad: '✗', unsure: '?', broken: '!' } as const

/** The whole report as one page that works without network, server or script. */
export function reportAsHtml(report: RunReport, traces: Traces = noTraces): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(contentSecurityPolicy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="seaworthy ${report.harness.version}">
<title>${toneSymbols[toneOf(report)]} ${report.service.name} ${formatScore(report.score.value)} – seaworthy</title>
<style>${new Markup(pageStyles)}</style>
</head>
<body>
<a class="skip" href="#requirements">Skip to the requirements</a>
<header class="masthead">${loadLine}<span class="name">seaworthy</span>
<span class="meta">${report.profile} profile, ${report.driver} driver, seed ${report.randomSeed}</span>
<span class="meta"><time datetime="${report.startedAt}">${readableTime(report.startedAt)}</time>, took ${formatDuration(report.durationMs)}</span>
</header>
<main>
${overview(report)}
${areasSection(report)}
${scenariosSection(report, traces)}
${requirementsSection(report, traces)}
</main>
<footer>
<section aria-labelledby="run-heading"><h2 id="run-heading">This run</h2>${runFacts(report)}</section>
${howToRead}
</footer>
<script type="application/json" id="report">${jsonForScript(report)}</script>
<script type="application/json" id="traces">${jsonForScript(plotData(report, traces))}</script>
<script>${new Markup(clientScript)}</script>
</body>
</html>
`
  return page.source
}

const meaning = (outcome: Outcome): Markup => html`<div class="o-${outcome}">
<dt><span class="symbol" aria-hidden="true">${outcomeDisplay[outcome].symbol}</span> ${outcomeDisplay[outcome].word}</dt>
<dd>${outcomeDisplay[outcome].meaning}</dd>
</div>`

/** `2031-03-14 09:26 UTC`, or the text as it is when it is no such time. */
const readableTime = (iso: string): string => iso.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*Z$/, '$1 $2 UTC')

const howToRead = html`<section aria-labelledby="reading-heading"><h2 id="reading-heading">How to read it</h2>
<dl class="meanings">${outcomesByUrgency.map(meaning)}</dl>
<p>The score is the weight that passed over the weight of everything that passed, failed, is missing, inconclusive or in error.
Coverage is the weight with a result (passed, failed, missing) over the weight of the whole checklist.
A level is reached when every MUST up to it passed or does not apply and the SHOULDs have 80 % of their weight.
Waived requirements earn nothing.</p></section>`
