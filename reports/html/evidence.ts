import type { Evidence } from '../../core/check.js'
import { formatMeasurement } from '../format.js'
import { html, type Content, type Markup } from './markup.js'

/** Measured beside allowed, with the requests that show it. */
export function evidenceTable(evidence: readonly Evidence[], caption: string, requestsOf: (evidence: Evidence) => Content = () => null): Content {
  if (evidence.length === 0) return null
  return html`<table class="evidence">
<caption class="sr">${caption}</caption>
<thead><tr>
<th scope="col">Evidence</th><th scope="col" class="number">Measured</th><th scope="col" class="number">Allowed</th><td class="scale"></td>
</tr></thead>
<tbody>${evidence.map((one) => row(one, requestsOf(one)))}</tbody>
</table>`
}

function row({ note, measured, allowed, unit, requests = [] }: Evidence, known: Content): Markup {
  return html`<tr>
<td class="note">${note}${known === null && requests.length > 0 && requestIds(requests)}</td>
<td class="number measured">${measured !== undefined && formatMeasurement(measured, unit)}</td>
<td class="number">${allowed !== undefined && formatMeasurement(allowed, unit)}</td>
<td class="scale">${measured !== undefined && allowed !== undefined && scale(measured, allowed)}</td>
</tr>${known !== null && html`<tr class="requests-row"><td colspan="4">${known}</td></tr>`}`
}

function requestIds(requests: readonly number[]): Markup {
  const count = `${requests.length} ${requests.length === 1 ? 'request' : 'requests'}`
  return html`<details class="ids"><summary>${count}</summary><span>${requests.map((id) => `#${id}`).join(' ')}</span></details>`
}

/** Both numbers on one scale. It says nothing about good or bad: a limit may be a minimum or a maximum. */
function scale(measured: number, allowed: number): Content {
  const end = Math.max(measured, allowed)
  if (!Number.isFinite(end) || end <= 0 || measured < 0 || allowed < 0) return null
  const at = (value: number): string => String(Math.round((value / end) * 960) / 10)
  return html`<svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
<title>bar: measured, mark: allowed</title>
<rect class="rail" y="5" width="100" height="2"/><rect class="fill" y="3" width="${at(measured)}" height="6"/>
<path d="M${at(allowed)} 0v12"/>
</svg>`
}
