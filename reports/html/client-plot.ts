/** A scenario's drawing with zoom, hover, filter and a walk through what was lost, for pointer and keyboard. */
export const clientPlot = `
const plotHeight = 210
const decades = [1, 10, 100, 1e3, 1e4, 1e5, 1e6]

function shownSeconds(ms, digits) {
  return (ms / 1000).toFixed(digits) + ' s'
}

function newPlot(figure, trace) {
  const scenario = report.scenarios[Number(figure.dataset.scenario)]
  const marks = decodeMarks(trace)
  const box = figure.querySelector('.plot')
  const area = box.querySelector('.plot-area')
  const { interventions, phases } = scenario.timeline
  const endMs = Math.max(1, trace.endMs, ...interventions.map((one) => one.toMs))
  // Setting up takes longer than many a scenario and has nothing to show.
  const beginMs = Math.max(0, Math.min(marks.at.length > 0 ? marks.at[0] : Infinity, ...interventions.map((one) => one.fromMs), ...trace.lanes.map((lane) => lane.spans[0].fromMs), endMs - 1))
  const width = Math.max(280, area.clientWidth)
  const kinds = trace.interventions
  const spans = rowsOf(beginMs, interventions.map((one, index) => ({ ...one, name: one.name + ' ' + one.target + (one.label ? ' (' + one.label + ')' : ''), ...kinds[index] })), endMs, width - 80).map((one) => ({ ...one, row: one.row + 1 }))
  const laneRow = 1 + spans.reduce((most, { row }) => Math.max(most, row), 0)
  const plot = {
    figure, trace, scenario, marks, box, area, beginMs, endMs, spans, laneRow, phases,
    lanes: trace.lanes, lanesTop: 4, focused: -1, painted: 0, decades: Float64Array.from(marks.latency, (latency) => Math.log10(Math.max(1, latency))), byInstance: false,
    instances: [...new Set(trace.kinds.map((kind) => kind.instance))].filter((one) => one !== '').sort(),
    filter: { shown: { ok: true, refused: true, lost: true }, instance: null },
    tip: box.querySelector('.tip'), status: box.querySelector('.plot-status'),
  }
  plot.chosen = chosenKinds(trace, plot.filter)
  const rows = laneRow + trace.lanes.length
  let slowest = 10
  for (const latency of marks.latency) slowest = Math.max(slowest, latency)
  plot.u = new uPlot({
    width, height: plotHeight + rows * laneHeight + 40, padding: [rows * laneHeight + 12, 14, 0, 0], legend: { show: false },
    scales: { x: { time: false, range: (u, min, max) => [min, max] }, y: { distr: 3, range: () => [1, slowest * 1.3] } },
    series: [{}, { paths: () => null, points: { show: false } }],
    axes: [
      { stroke: () => palette().soft, grid: { show: false }, ticks: { stroke: () => palette().line }, font: '11px system-ui', size: 28, values: (u, values, axis, space, step) => values.map((value) => shownSeconds(value, step % 1000 === 0 ? 0 : step % 100 === 0 ? 1 : step % 10 === 0 ? 2 : 3)) },
      { stroke: () => palette().soft, grid: { stroke: () => palette().line, width: 1 }, ticks: { show: false }, font: '11px system-ui', size: 76, splits: (u) => decades.filter((one) => one <= u.scales.y.max), values: (u, values) => values.map((value) => (value >= 1000 ? value / 1000 + ' s' : value + ' ms')) },
    ],
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, dist: 6 } },
    hooks: {
      drawAxes: [(u) => paintLanes(plot, u)], draw: [(u) => paintMarks(plot, u)],
      setCursor: [(u) => pointAt(plot, u.cursor.left, u.cursor.top)], setScale: [() => queueMicrotask(() => tellRange(plot))],
    },
  }, [[beginMs, endMs], [1, slowest]], area)
  plot.u.root.querySelector('canvas').setAttribute('aria-hidden', 'true')
  return plot
}

function zoomTo(plot, from, to) {
  const span = Math.min(plot.endMs - plot.beginMs, Math.max(20, to - from))
  const min = Math.min(Math.max(plot.beginMs, from), plot.endMs - span)
  plot.u.setScale('x', { min, max: min + span })
}
function zoomBy(plot, factor, part = 0.5) {
  const { min, max } = plot.u.scales.x
  const center = min + (max - min) * part
  zoomTo(plot, center - (center - min) * factor, center + (max - center) * factor)
}
function panBy(plot, part) {
  const { min, max } = plot.u.scales.x
  const from = Math.min(Math.max(plot.beginMs, min + (max - min) * part), plot.endMs - (max - min))
  plot.u.setScale('x', { min: from, max: from + max - min })
}

function tellRange(plot) {
  const { min, max } = plot.u.scales.x
  const counts = countMarks(plot.marks, plot.trace, { chosen: plot.chosen, from: min, to: max })
  const summed = plot.trace.cellMs > 0 ? ' (marks that would lie on each other are drawn once)' : ''
  plot.status.textContent = shownSeconds(min, 2) + ' to ' + shownSeconds(max, 2) + ': ' + groups.map((group) => counts[group] + ' ' + groupWords[group]).join(', ') + summed
}

function tellTip(plot, lines, left, top) {
  plot.tip.replaceChildren(...lines.map((words, index) => {
    const row = document.createElement('span')
    row.textContent = words
    if (index === 0) row.className = 'when'
    return row
  }))
  plot.tip.hidden = false
  const room = plot.area.clientWidth
  plot.tip.style.left = Math.max(0, left > room / 2 ? left - plot.tip.offsetWidth - 14 : left + 14) + 'px'
  plot.tip.style.top = Math.max(0, top + 14) + 'px'
}

function markLines(plot, index) {
  const kind = plot.trace.kinds[plot.marks.kind[index]]
  const count = plot.marks.count[index]
  return [
    'Request ' + plot.marks.id[index] + (count > 1 ? ' and ' + (count - 1) + ' more like it' : '') + ': ' + kind.outcome,
    kind.request + (kind.instance === '' ? '' : ', answered by ' + kind.instance),
    'planned at ' + shownSeconds(plot.marks.at[index], 3) + ', took ' + Math.round(plot.marks.latency[index]) + ' ms',
    ...(kind.answer === '' ? [] : ['answer: ' + kind.answer]),
  ]
}

const reach = 10
function nearestMark(plot, left, top) {
  const { u, marks } = plot
  let best = -1
  let bestDistance = reach * reach
  const last = firstAt(marks.at, u.posToVal(left + reach, 'x'))
  for (let index = firstAt(marks.at, u.posToVal(left - reach, 'x')); index < last; index++) {
    if (!plot.chosen[marks.kind[index]]) continue
    const dx = u.valToPos(marks.at[index], 'x') - left
    const dy = u.valToPos(Math.max(1, marks.latency[index]), 'y') - top
    // A lost request among many answered ones is what people point at.
    const distance = (dx * dx + dy * dy) * (plot.trace.kinds[marks.kind[index]].group === 'lost' ? 0.25 : 1)
    if (distance >= bestDistance) continue
    best = index
    bestDistance = distance
  }
  return best
}

function pointAt(plot, left, top) {
  if (left < 0 || top === null) return hideTip(plot)
  const index = nearestMark(plot, left, top)
  if (index === -1) return hideTip(plot)
  const over = plot.u.over
  tellTip(plot, markLines(plot, index), left + over.offsetLeft, top + over.offsetTop)
}
function hideTip(plot) {
  plot.tip.hidden = true
}

/** The rows above the marks: interventions with their proof, instances with their state. */
function pointAtRows(plot, event) {
  const bounds = plot.area.getBoundingClientRect()
  const [left, top] = [event.clientX - bounds.left, event.clientY - bounds.top]
  const row = Math.floor((top - plot.lanesTop) / laneHeight)
  const over = plot.u.over
  if (top >= over.offsetTop || row < 0) return
  const atMs = plot.u.posToVal(left - over.offsetLeft, 'x')
  const slack = plot.u.posToVal(8, 'x') - plot.u.posToVal(0, 'x')
  const lane = plot.lanes[row - plot.laneRow]
  if (lane !== undefined) {
    const span = lane.spans.find((one) => atMs >= one.fromMs && atMs <= one.toMs)
    const near = lane.notes.filter((one) => Math.abs(one.atMs - atMs) <= slack).map((one) => shownSeconds(one.atMs, 2) + ' ' + one.text)
    const version = lane.notes.filter((one) => one.text.startsWith('version ') && one.atMs <= atMs).at(-1)
    return tellTip(plot, [lane.target + ' at ' + shownSeconds(atMs, 2), span ? span.state.replace('-', ' ') : 'no reading', ...(version ? [version.text] : []), ...near], left, top)
  }
  const found = plot.spans.find((one) => one.row === row && atMs >= one.fromMs - slack && atMs <= Math.max(one.toMs, one.fromMs) + slack * 12)
  if (found === undefined) return hideTip(plot)
  tellTip(plot, [found.name, shownSeconds(found.fromMs, 2) + ' to ' + shownSeconds(found.toMs, 2), found.proof], left, top)
}

function nextLost(plot, direction) {
  const { marks, trace } = plot
  const isLost = (index) => trace.kinds[marks.kind[index]].group === 'lost' && plot.chosen[marks.kind[index]]
  const size = marks.at.length
  for (let step = 1; step <= size; step++) {
    const index = (((plot.focused === -1 && direction < 0 ? size : plot.focused) + direction * step) % size + size) % size
    if (isLost(index)) return focusMark(plot, index)
  }
  plot.status.textContent = 'No request was lost here.'
}

function focusMark(plot, index) {
  plot.focused = index
  const { min, max } = plot.u.scales.x
  const span = Math.min(max - min, 4000)
  zoomTo(plot, plot.marks.at[index] - span / 2, plot.marks.at[index] + span / 2)
  plot.u.redraw(false)
  // After the new range has been told, which would take the words of the request away.
  setTimeout(() => {
    const { over } = plot.u
    tellTip(plot, markLines(plot, index), plot.u.valToPos(plot.marks.at[index], 'x') + over.offsetLeft, plot.u.valToPos(Math.max(1, plot.marks.latency[index]), 'y') + over.offsetTop)
    plot.status.textContent = markLines(plot, index).join(', ')
  })
}
`
