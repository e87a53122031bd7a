/** Reading and choosing marks in the browser; the other side of `encodeMarks`. */
export const clientMarks = `
const traces = new Map(JSON.parse(document.getElementById('traces').textContent).map((one) => [one.scenario, one]))
const groups = ['ok', 'refused', 'lost']
const groupWords = { ok: 'answered', refused: 'politely refused', lost: 'lost' }

function decodeMarks(trace) {
  const bytes = Uint8Array.from(atob(trace.marks), (character) => character.charCodeAt(0))
  let position = 0
  const take = () => {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = bytes[position++]
      value += (byte % 128) * scale
      if (byte < 128) return value
      scale *= 128
    }
  }
  const marks = { at: [], latency: [], kind: [], count: [], id: [] }
  let tick = 0
  let id = 0
  while (position < bytes.length) {
    tick += take()
    marks.at.push(tick / 10)
    marks.latency.push(take() / 10)
    marks.kind.push(take())
    marks.count.push(take())
    const change = take()
    id += change % 2 === 0 ? change / 2 : -(change + 1) / 2
    marks.id.push(id)
  }
  return { at: Float64Array.from(marks.at), latency: Float64Array.from(marks.latency), kind: Uint16Array.from(marks.kind), count: Float64Array.from(marks.count), id: Float64Array.from(marks.id) }
}

/** The first index whose time is not before this one. */
function firstAt(times, atMs) {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (times[middle] < atMs) low = middle + 1
    else high = middle
  }
  return low
}

function chosenKinds(trace, { shown, instance }) {
  return trace.kinds.map((kind) => shown[kind.group] && (instance === null || kind.instance === instance))
}

function countMarks(marks, trace, { chosen, from, to }) {
  const counts = { ok: 0, refused: 0, lost: 0 }
  for (let index = firstAt(marks.at, from); index < marks.at.length && marks.at[index] <= to; index++) {
    if (chosen[marks.kind[index]]) counts[trace.kinds[marks.kind[index]].group] += marks.count[index]
  }
  return counts
}
`
