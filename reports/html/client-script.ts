import { clientDraw } from './client-draw.js'
import { clientMarks } from './client-marks.js'
import { clientPlot } from './client-plot.js'
import { clientPlotControls } from './client-plot-controls.js'
import { plotLibrary } from './plot-library.js'

/**
 * What the page does in a browser: details under the pointer, filter, copying. All of it is an addition, the page is
 * complete without it. Text only ever enters the page as `textContent`: the data is what a service said.
 */

const timelines = `
const report = JSON.parse(document.getElementById('report').textContent)
const seconds = (ms) => (ms / 1000).toFixed(1) + ' s'

function columnsOf(scenario, columnMs) {
  const columns = new Map()
  for (const bucket of scenario.timeline.buckets) {
    const atMs = Math.floor(bucket.atMs / columnMs) * columnMs
    const column = columns.get(atMs) ?? { atMs, ok: 0, refused: 0, lost: 0, latencyMsMax: 0 }
    columns.set(atMs, column)
    for (const key of ['ok', 'refused', 'lost']) column[key] += bucket[key]
    column.latencyMsMax = Math.max(column.latencyMsMax, bucket.latencyMsMax)
  }
  return [...columns.values()].sort((a, b) => a.atMs - b.atMs)
}

function linesOf(scenario, column, columnMs) {
  const toMs = column.atMs + columnMs
  const phase = scenario.timeline.phases.filter((one) => one.atMs < toMs).at(-1)
  const active = scenario.timeline.interventions.filter((one) => one.fromMs < toMs && one.toMs >= column.atMs)
  return [
    [seconds(column.atMs) + ' to ' + seconds(toMs), 'when'],
    [column.ok + ' answered', 'ok'],
    [column.refused + ' refused', 'refused'],
    [column.lost + ' lost', 'lost'],
    ['slowest ' + Math.round(column.latencyMsMax) + ' ms', 'latency'],
    ...active.map((one) => [one.name + ' ' + one.target, 'active']),
    ...(phase ? [[phase.name, 'phase']] : []),
  ]
}

function followPointer(chart) {
  const scenario = report.scenarios[Number(chart.dataset.scenario)]
  const columnMs = Number(chart.dataset.columnMs)
  const columns = columnsOf(scenario, columnMs)
  const left = Number(chart.dataset.left)
  const right = Number(chart.dataset.right)
  const endMs = Number(chart.dataset.endMs)
  const svg = chart.querySelector('svg')
  const line = svg.querySelector('.crosshair')
  const scrub = chart.querySelector('.scrub')
  const tip = chart.querySelector('.tip')
  if (columns.length === 0) return
  scrub.hidden = false

  const show = (index) => {
    const column = columns[index]
    const part = left + ((column.atMs + columnMs / 2) / endMs) * (right - left)
    const x = part * svg.viewBox.baseVal.width
    line.setAttribute('x1', x)
    line.setAttribute('x2', x)
    line.setAttribute('visibility', 'visible')
    const lines = linesOf(scenario, column, columnMs)
    tip.replaceChildren(...lines.map(([text, kind]) => {
      const row = document.createElement('span')
      row.className = kind
      row.textContent = text
      return row
    }))
    tip.hidden = false
    tip.style.top = Number(chart.dataset.top) * svg.clientHeight + 'px'
    const room = svg.clientWidth - tip.offsetWidth - 8
    const at = part * svg.clientWidth
    tip.style.left = Math.max(0, at > svg.clientWidth / 2 ? at - tip.offsetWidth - 12 : Math.min(at + 12, room)) + 'px'
    scrub.value = index
    scrub.setAttribute('aria-valuetext', lines.map(([text]) => text).join(', '))
  }
  const hide = () => {
    tip.hidden = true
    line.setAttribute('visibility', 'hidden')
  }
  chart.addEventListener('pointermove', (event) => {
    const box = svg.getBoundingClientRect()
    const atMs = (((event.clientX - box.left) / box.width - left) / (right - left)) * endMs
    const index = columns.findIndex((one) => atMs >= one.atMs && atMs < one.atMs + columnMs)
    if (index === -1) hide()
    else show(index)
  })
  chart.addEventListener('pointerleave', hide)
  scrub.addEventListener('input', () => show(Number(scrub.value)))
  scrub.addEventListener('focus', () => { if (scrub.matches(':focus-visible')) show(Number(scrub.value)) })
  scrub.addEventListener('blur', hide)
}
document.querySelectorAll('.chart').forEach(followPointer)
`

const filter = `
const cards = [...document.querySelectorAll('.card')]
const form = document.querySelector('.filter')
const toggles = [...document.querySelectorAll('.toggle')]
const isPressed = (toggle) => toggle.getAttribute('aria-pressed') === 'true'

function applyFilter() {
  const wanted = toggles.filter(isPressed).map((toggle) => toggle.dataset.outcome)
  const area = form.elements.area.value
  const words = form.elements.text.value.toLowerCase().split(/\\s+/).filter(Boolean)
  let shown = 0
  for (const card of cards) {
    const text = card.textContent.toLowerCase()
    const fits = (wanted.length === 0 || wanted.includes(card.dataset.outcome))
      && (area === '' || card.dataset.area === area)
      && words.every((word) => text.includes(word))
    card.hidden = !fits
    if (fits) shown += 1
  }
  document.getElementById('shown').textContent = shown === cards.length ? 'all ' + shown : shown + ' of ' + cards.length
  document.getElementById('no-match').hidden = shown > 0
}

function press(outcomes) {
  for (const toggle of toggles) toggle.setAttribute('aria-pressed', String(outcomes.includes(toggle.dataset.outcome)))
}

if (form) {
  form.hidden = false
  document.querySelector('.tools').hidden = false
  form.addEventListener('submit', (event) => event.preventDefault())
  form.addEventListener('input', applyFilter)
  for (const toggle of toggles) {
    toggle.addEventListener('click', () => {
      toggle.setAttribute('aria-pressed', String(!isPressed(toggle)))
      applyFilter()
    })
  }
  for (const link of document.querySelectorAll('[data-show]')) {
    link.addEventListener('click', () => {
      form.reset()
      press([link.dataset.show])
      applyFilter()
    })
  }
  const openAll = document.getElementById('open-all')
  openAll.addEventListener('click', () => {
    const open = openAll.textContent === 'Open all'
    for (const card of cards) card.open = open
    openAll.textContent = open ? 'Close all' : 'Open all'
  })
  applyFilter()
}

// A link to a requirement opens its card, and shows it again when the filter had hidden it.
function reveal() {
  const card = document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (!card || !card.classList.contains('card')) return
  if (card.hidden) {
    form.reset()
    press([])
    applyFilter()
  }
  card.open = true
  card.scrollIntoView()
}
addEventListener('hashchange', reveal)
document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href^="#"]')
  if (link && link.hash === location.hash) reveal()
})
reveal()

let closedForPrint = []
addEventListener('beforeprint', () => {
  closedForPrint = [...document.querySelectorAll('details:not([open])')]
  for (const one of closedForPrint) one.open = true
})
addEventListener('afterprint', () => {
  for (const one of closedForPrint) one.open = false
})
`

const copying = `
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // A page opened from a file may have no clipboard of its own.
    const area = document.createElement('textarea')
    area.value = text
    document.body.append(area)
    area.select()
    const done = document.execCommand('copy')
    area.remove()
    return done
  }
}
for (const button of document.querySelectorAll('.copy')) {
  button.hidden = false
  button.addEventListener('click', async () => {
    const done = await copy(button.parentElement.querySelector('code').textContent)
    button.textContent = done ? 'Copied' : 'Select and copy'
    setTimeout(() => { button.textContent = 'Copy' }, 1500)
  })
}
`

export const clientScript = `'use strict';\n${plotLibrary}\n{${timelines}${filter}${copying}${clientMarks}${clientDraw}${clientPlot}${clientPlotControls}}`
