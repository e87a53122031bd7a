/** Painting a scenario on the canvas of uPlot: lanes above, marks below, in one pass each. */
export const clientDraw = `
const laneHeight = 17
const seriesColors = ['#2f6da3', '#b4531a', '#147a55', '#8a5fd0', '#bd4a84', '#96600a', '#008b9a', '#6b7d1f']

function palette() {
  const style = getComputedStyle(document.documentElement)
  const of = (name) => style.getPropertyValue('--' + name).trim()
  return { ok: of('mark'), refused: of('refused'), lost: of('lost'), ink: of('ink'), soft: of('soft'), line: of('line'), strong: of('strong'), surface: of('surface'), procedure: of('procedure'), fault: of('fault'), reading: of('quiet-bar'), ready: of('passed-bar'), 'not-ready': of('inconclusive-bar'), away: of('failed-bar'), onSpan: of('on-span') }
}

/** Each intervention into the first row where it touches no other; done once, for the whole width. */
function rowsOf(beginMs, spans, endMs, width) {
  const ends = []
  return spans.map((span) => {
    const x = (atMs) => ((atMs - beginMs) / (endMs - beginMs)) * width
    const from = x(span.fromMs)
    const to = Math.max(x(span.toMs), from + span.name.length * 6.5 + 14)
    let row = ends.findIndex((end) => end + 6 <= from)
    if (row === -1) row = ends.length
    ends[row] = to
    return { ...span, row }
  })
}

function fitting(ctx, words, room) {
  if (ctx.measureText(words).width <= room) return words
  let size = Math.floor(words.length * room / ctx.measureText(words).width)
  while (size > 0 && ctx.measureText(words.slice(0, size) + '…').width > room) size -= 1
  return size < 2 ? '' : words.slice(0, size).trimEnd() + '…'
}

function paintLanes(plot, u) {
  const { ctx, bbox } = u
  const ratio = devicePixelRatio
  const colors = palette()
  const x = (atMs) => Math.min(Math.max(u.valToPos(atMs, 'x', true), bbox.left), bbox.left + bbox.width)
  ctx.save()
  ctx.font = 11 * ratio + 'px system-ui, sans-serif'
  ctx.textBaseline = 'middle'
  ctx.textAlign = 'left'
  const rowTop = (row) => (plot.lanesTop + row * laneHeight) * ratio
  const text = (words, left, row, color, room) => {
    if (room < 14 * ratio) return
    ctx.fillStyle = color
    ctx.fillText(fitting(ctx, words, room - 6 * ratio), left + 3 * ratio, rowTop(row) + (laneHeight / 2) * ratio)
  }
  const visible = (from, to) => to >= u.scales.x.min && from <= u.scales.x.max
  for (const span of plot.spans) {
    if (!visible(span.fromMs, span.toMs)) continue
    const [left, right] = [x(span.fromMs), Math.max(x(span.toMs), x(span.fromMs) + 3 * ratio)]
    ctx.globalAlpha = span.kind === 'reading' ? 0 : 0.1
    ctx.fillStyle = colors[span.kind]
    ctx.fillRect(left, bbox.top, right - left, bbox.height)
    ctx.globalAlpha = 1
    const height = (laneHeight - 4) * ratio
    if (span.proven) ctx.fillRect(left, rowTop(span.row) + 2 * ratio, right - left, height)
    else {
      ctx.strokeStyle = colors[span.kind]
      ctx.setLineDash([4 * ratio, 3 * ratio])
      ctx.strokeRect(left + 0.5, rowTop(span.row) + 2 * ratio, right - left - 1, height)
      ctx.setLineDash([])
    }
    const wide = ctx.measureText(span.name).width + 8 * ratio
    if (wide <= right - left) text(span.name, left, span.row, span.proven ? colors.onSpan : colors.ink, right - left)
    else text(span.name, right, span.row, colors.ink, bbox.left + bbox.width - right)
  }
  plot.phases.forEach((phase, index) => {
    if (!visible(phase.atMs, phase.atMs)) return
    const left = x(phase.atMs)
    const next = plot.phases[index + 1]
    ctx.strokeStyle = colors.strong
    ctx.setLineDash([2 * ratio, 3 * ratio])
    ctx.beginPath()
    ctx.moveTo(left, rowTop(0))
    ctx.lineTo(left, bbox.top + bbox.height)
    ctx.stroke()
    ctx.setLineDash([])
    text(phase.name, left, 0, colors.ink, (next && visible(next.atMs, next.atMs) ? x(next.atMs) : bbox.left + bbox.width) - left)
  })
  plot.lanes.forEach((lane, index) => {
    const row = plot.laneRow + index
    ctx.fillStyle = colors.soft
    ctx.textAlign = 'right'
    ctx.fillText(lane.target.length > 11 ? lane.target.slice(0, 10) + '…' : lane.target, bbox.left - 6 * ratio, rowTop(row) + (laneHeight / 2) * ratio)
    ctx.textAlign = 'left'
    for (const span of lane.spans) {
      if (!visible(span.fromMs, span.toMs)) continue
      const high = span.state === 'ready' ? 5 : span.state === 'not-ready' ? 9 : 11
      ctx.fillStyle = colors[span.state]
      ctx.fillRect(x(span.fromMs), rowTop(row) + ((laneHeight - high) / 2) * ratio, Math.max(2 * ratio, x(span.toMs) - x(span.fromMs)), high * ratio)
    }
    for (const note of lane.notes) {
      if (!visible(note.atMs, note.atMs)) continue
      ctx.fillStyle = colors.ink
      ctx.fillRect(x(note.atMs) - ratio / 2, rowTop(row) + 1 * ratio, 1.5 * ratio, (laneHeight - 2) * ratio)
    }
  })
  ctx.restore()
}

/** What falls on a pixel that has a mark of its group already is not painted again. */
function paintMarks(plot, u) {
  const { ctx, bbox } = u
  const { marks, trace } = plot
  const ratio = devicePixelRatio
  const colors = palette()
  const [from, to] = [u.scales.x.min, u.scales.x.max]
  const first = firstAt(marks.at, from)
  const last = firstAt(marks.at, to + 1e-9)
  const step = Math.max(1, Math.round(1.5 * ratio))
  const width = Math.ceil(bbox.width / step) + 1
  const height = Math.ceil(bbox.height / step) + 1
  // The same as valToPos, without a call for each of a hundred thousand marks.
  const perMs = bbox.width / (to - from)
  const perDecade = bbox.height / Math.log10(u.scales.y.max)
  const bottom = bbox.top + bbox.height
  const instances = plot.instances
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  plot.painted = 0
  for (const group of groups) {
    const taken = new Uint8Array(width * height)
    const size = (group === 'lost' ? 5 : 3) * ratio
    ctx.globalAlpha = group === 'ok' ? 0.8 : 1
    ctx.fillStyle = colors[group]
    const wanted = trace.kinds.map((kind, index) => kind.group === group && plot.chosen[index])
    for (let index = first; index < last; index++) {
      if (!wanted[marks.kind[index]]) continue
      const left = bbox.left + (marks.at[index] - from) * perMs
      const top = bottom - plot.decades[index] * perDecade
      const cell = (((top - bbox.top) / step) | 0) * width + (((left - bbox.left) / step) | 0)
      if (taken[cell] === 1) continue
      taken[cell] = 1
      plot.painted += 1
      const kind = trace.kinds[marks.kind[index]]
      if (plot.byInstance && group !== 'lost') ctx.fillStyle = kind.instance === '' ? colors.soft : seriesColors[instances.indexOf(kind.instance) % seriesColors.length]
      ctx.fillRect(left - size / 2, top - size / 2, size, size)
    }
  }
  ctx.globalAlpha = 1
  if (plot.focused !== -1) {
    ctx.strokeStyle = colors.ink
    ctx.lineWidth = 2 * ratio
    ctx.beginPath()
    ctx.arc(u.valToPos(marks.at[plot.focused], 'x', true), u.valToPos(Math.max(1, marks.latency[plot.focused]), 'y', true), 7 * ratio, 0, 7)
    ctx.stroke()
  }
  ctx.restore()
}
`
