import type { ScenarioReport } from '../../core/run-report.js'
import { formatClock, formatDuration, formatNumber } from '../format.js'
import { isProven, kindOf, proofInWords } from './intervention-kind.js'
import { html, type Content, type Markup } from './markup.js'
import { interventionName, laneHeight, layOut, timeTicks, type PlacedIntervention, type PlacedPhase, type TimelineLayout } from './timeline-layout.js'

/** Requests over time with every intervention, as inline SVG; the script adds a cross-hair for the details. */
export function timelineFigure(scenario: ScenarioReport, index: number): Markup {
  const { timeline } = scenario
  if (timeline.buckets.length === 0 && timeline.interventions.length === 0) {
    return html`<p class="empty">No traffic and no intervention were recorded.</p>`
  }
  const layout = layOut(timeline)
  const { width, height, plot } = layout
  return html`<div class="chart" data-scenario="${index}" data-column-ms="${layout.columnMs}" data-end-ms="${layout.endMs}"
data-left="${plot.left / width}" data-right="${plot.right / width}" data-top="${plot.top / height}">
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${describe(scenario)}">
${axes(layout)}
${layout.lanes.map((lane) => band(lane, layout))}
${layout.phases.map((one) => phase(one, plot.bottom))}
${series(layout)}
${layout.lanes.map(bar)}
<line class="crosshair" x1="0" x2="0" y1="${plot.top}" y2="${plot.bottom}" visibility="hidden"/>
</svg>
<input class="scrub" type="range" min="0" max="${Math.max(0, layout.columns.length - 1)}" value="0" aria-label="Moment in ${scenario.title}" hidden>
<div class="tip" hidden></div>
</div>`
}

const n = (value: number): string => String(Math.round(value * 10) / 10)

function describe({ title, requests, lost, durationMs, timeline }: ScenarioReport): string {
  const spans = timeline.interventions.map((one) => `${interventionName(one)} from ${formatDuration(one.fromMs)} to ${formatDuration(one.toMs)}`)
  return `${title}: ${requests} requests in ${formatDuration(durationMs)}, ${lost} lost. ${spans.join('; ')}`
}

function axes(layout: TimelineLayout): Content {
  const { plot, requestsMax, latencyMsMax, endMs, columnMs } = layout
  const grid = [0, 0.5, 1].map((part) => {
    const y = n(plot.bottom - part * (plot.bottom - plot.top))
    return html`<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${y}" y2="${y}"/>
<text class="tick end" x="${plot.left - 6}" y="${y}" dy="4">${formatNumber(requestsMax * part)}</text>
<text class="tick latency" x="${plot.right + 6}" y="${y}" dy="4">${formatNumber(latencyMsMax * part)}</text>`
  })
  const times = timeTicks(endMs).map((atMs) => html`<text class="tick middle" x="${n(layout.xOf(atMs))}" y="${plot.bottom + 22}">${formatClock(atMs)}</text>`)
  const units = html`<text class="unit" x="0" y="${plot.top - 10}">per ${formatDuration(columnMs)}</text>
<text class="unit end" x="${layout.width}" y="${plot.top - 10}">max ms</text>`
  return [grid, times, units]
}

const phase = ({ left, name, text }: PlacedPhase, bottom: number): Markup => html`<g class="phase">
<title>${name}</title>
<line x1="${n(left)}" x2="${n(left)}" y1="4" y2="${bottom}"/><text x="${n(left + 4)}" y="13">${text}</text>
</g>`

function band(lane: PlacedIntervention, { plot }: TimelineLayout): Markup {
  const height = plot.bottom - plot.top
  return html`<rect class="band ${kindOf(lane.intervention)}" x="${n(lane.left)}" y="${plot.top}" width="${n(lane.width)}" height="${height}"/>`
}

function bar(lane: PlacedIntervention): Markup {
  const { intervention, left, width, top, text, textAt, place } = lane
  const span = `${formatDuration(intervention.fromMs)} to ${formatDuration(intervention.toMs)}`
  return html`<g class="span ${kindOf(lane.intervention)}${isProven(intervention) ? '' : ' unproven'}">
<title>${interventionName(intervention)}, ${span}. ${proofInWords(intervention)}</title>
<rect x="${n(left)}" y="${top + 2}" width="${n(width)}" height="${laneHeight - 4}" rx="2"/>
<text class="${place}" x="${n(textAt)}" y="${top + 13.5}">${text}</text></g>`
}

/**
 * One path a series. What is lost is at least two units high and marked again under the axis: one lost request among
 * hundreds is what people came to see.
 */
function series(layout: TimelineLayout): Content {
  const { plot, columns, columnMs } = layout
  const paths = { ok: '', refused: '', lost: '', mark: '' }
  for (const column of columns) {
    const left = layout.xOf(column.atMs)
    const width = Math.max(1, layout.xOf(column.atMs + columnMs) - left - 0.6)
    let y = plot.bottom
    for (const part of ['ok', 'refused', 'lost'] as const) {
      if (column[part] === 0) continue
      const height = Math.max(part === 'ok' ? 0 : 2, plot.bottom - layout.yOfRequests(column[part]))
      y -= height
      paths[part] += rectangle(left, y, { width, height })
    }
    if (column.lost > 0) paths.mark += rectangle(left, plot.bottom + 3, { width: Math.max(2.5, width), height: 5 })
  }
  return html`<path class="ok" d="${paths.ok}"/><path class="refused" d="${paths.refused}"/>
<path class="lost" d="${paths.lost}"/><path class="lost" d="${paths.mark}"/>
<path class="latency" d="${latencyPath(layout)}"/>`
}

/** The line stops where there was no request: nothing is known of the latency there. */
function latencyPath({ columns, columnMs, xOf, yOfLatency }: TimelineLayout): string {
  let lastMs = -Infinity
  return columns
    .filter(({ ok, refused, lost }) => ok + refused + lost > 0)
    .map(({ atMs, latencyMsMax }) => {
      const isNext = atMs - lastMs <= columnMs
      lastMs = atMs
      return `${isNext ? 'L' : 'M'}${n(xOf(atMs + columnMs / 2))} ${n(yOfLatency(latencyMsMax))}${isNext ? '' : 'h.1'}`
    })
    .join('')
}

const rectangle = (x: number, y: number, { width, height }: { readonly width: number; readonly height: number }): string =>
  `M${n(x)} ${n(y)}h${n(width)}v${n(height)}h${n(-width)}z`
