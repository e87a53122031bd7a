import { isSharp, unconfirmedIn, unconfirmedMax, type DefectResult, type SelftestReport } from '../../core/selftest-report.js'
import { html, Markup, type Content } from './markup.js'
import { styles } from './styles.js'

/** The detection matrix as one self-contained page: a row a defect, what its own check said, and what its neighbours said. */
export function selftestPage(report: SelftestReport): string {
  const sharp = report.defects.filter(isSharp)
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>seaworthy selftest</title>
<style>${new Markup(styles)}${new Markup(matrixStyles)}</style>
</head>
<body><main>
<h1>${sharp.length} of ${report.defects.length} seeded defects were detected by their own check, with nothing unexpected</h1>
<p>Seed ${report.randomSeed}, begun ${report.startedAt}, ${Math.round(report.durationMs / 1_000)} s.</p>
${cleanLine(report)}
${recheckLines(report)}
${unconfirmedLine(report)}
<div class="scroll"><table class="matrix">
<thead><tr><th scope="col">Defect</th><th scope="col">Breaks</th><th scope="col">Its own check</th><th scope="col">May fail with it, and did</th><th scope="col">Stayed quiet</th><th scope="col">Unexpected</th><th scope="col">Seconds</th></tr></thead>
<tbody>${report.defects.map(row)}</tbody>
</table></div>
</main></body></html>
`
  return page.source
}

function recheckLines({ recheck }: SelftestReport): Content {
  if (recheck === undefined) return ''
  const moved = recheck.moved.map((one) => html`<li>${one.defect ?? 'without a defect'}: ${one.requirement} was ${one.before}, is ${one.after ?? 'not judged'}${one.summary === '' ? '' : `: ${one.summary}`}</li>`)
  return html`<p>Judged again ${recheck.judgedAt} from the runs of ${recheck.of}; ${moved.length === 0 ? 'no outcome moved.' : `outcomes that moved: ${moved.length}.`}</p>${moved.length === 0 ? '' : html`<ul>${moved}</ul>`}`
}

function cleanLine({ clean }: SelftestReport): Content {
  if (clean === null) return html`<p>The run without a defect was left out.</p>`
  const count = Object.keys(clean.outcomes).length
  return clean.notPassed.length === 0 ? html`<p>Without a defect all ${count} requirements passed.</p>` : html`<p class="bad">Without a defect these did not pass: ${clean.notPassed.join(', ')}.</p>`
}

function unconfirmedLine({ defects }: SelftestReport): Content {
  const count = unconfirmedIn(defects)
  if (count === 0) return ''
  const text = `Failures beside other runs that passed alone: ${count}${count > unconfirmedMax ? `, more than the ${unconfirmedMax} that a busy machine explains` : ''}.`
  return count > unconfirmedMax ? html`<p class="bad">${text}</p>` : html`<p>${text}</p>`
}

function row(one: DefectResult): Content {
  const others = Object.keys(one.outcomes).filter((id) => id !== one.requirement)
  const quiet = others.filter((id) => !one.failed.includes(id as DefectResult['requirement']))
  const expected = one.failed.filter((id) => id !== one.requirement && !one.unexpected.includes(id))
  const own = one.detected ? html`<td class="good">failed, as it must</td>` : html`<td class="bad">${one.outcomes[one.requirement] ?? 'not run'}${one.reasons[one.requirement] === undefined ? '' : `: ${one.reasons[one.requirement]}`}</td>`
  const quietText = quiet.map((id) => (one.outcomes[id] === 'passed' ? id : `${id} (${one.outcomes[id] ?? ''})`)).join(', ')
  return html`<tr><th scope="row">${one.id}</th><td>${one.requirement}</td>${own}<td>${expected.join(', ')}</td><td>${quietText}</td><td class="${one.unexpected.length === 0 ? '' : 'bad'}">${one.unexpected.map((id) => (one.reasons[id] === undefined ? id : `${id}: ${one.reasons[id]}`)).join(', ')}</td><td>${Math.round(one.durationMs / 1_000)}${one.attempts > 1 ? ' (second attempt)' : ''}${Object.entries(one.unconfirmed ?? {}).map(([id, reason]) => `; ${id} failed beside other runs and passed alone: ${reason}`).join('')}</td></tr>
`
}

const matrixStyles = `
.matrix { border-collapse: collapse; width: 100%; font-size: 0.85rem; }
.matrix th, .matrix td { border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: 0.25rem 0.6rem 0.25rem 0; text-align: left; vertical-align: top; }
.matrix td:nth-child(2), .matrix th[scope=row] { white-space: nowrap; }
.matrix .good::before { content: "\\2713 "; }
.matrix .bad, p.bad { font-weight: 700; }
.matrix td.bad:not(:empty)::before { content: "\\2717 "; }
.scroll { overflow-x: auto; }
`
