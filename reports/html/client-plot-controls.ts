/** Buttons, keys and filters of the drawings; a drawing is made when it comes into view. */
export const clientPlotControls = `
const plots = new Map()

function applyPlotFilter(plot) {
  plot.chosen = chosenKinds(plot.trace, plot.filter)
  plot.u.redraw(false)
  tellRange(plot)
}

const plotActions = {
  in: (plot) => zoomBy(plot, 0.5),
  out: (plot) => zoomBy(plot, 2),
  all: (plot) => { plot.focused = -1; hideTip(plot); zoomTo(plot, plot.beginMs, plot.endMs) },
  left: (plot) => panBy(plot, -0.25),
  right: (plot) => panBy(plot, 0.25),
  next: (plot) => nextLost(plot, 1),
  previous: (plot) => nextLost(plot, -1),
}
const plotKeys = { '+': 'in', '=': 'in', '-': 'out', '0': 'all', Home: 'all', ArrowLeft: 'left', ArrowRight: 'right', n: 'next', p: 'previous' }

function control(plot) {
  const { box, area, u } = plot
  for (const button of box.querySelectorAll('[data-action]')) button.addEventListener('click', () => plotActions[button.dataset.action](plot))
  for (const toggle of box.querySelectorAll('[data-group]')) {
    toggle.addEventListener('click', () => {
      const group = toggle.dataset.group
      plot.filter.shown[group] = !plot.filter.shown[group]
      toggle.setAttribute('aria-pressed', String(plot.filter.shown[group]))
      applyPlotFilter(plot)
    })
  }
  const instances = box.querySelector('[name=instance]')
  instances.append(...plot.instances.map((name) => {
    const option = document.createElement('option')
    option.value = name
    option.textContent = name
    return option
  }))
  instances.addEventListener('change', () => {
    plot.filter.instance = instances.selectedIndex === 0 ? null : instances.value
    applyPlotFilter(plot)
  })
  box.querySelector('[name=color]').addEventListener('change', (event) => {
    plot.byInstance = event.target.value === 'instance'
    u.redraw(false)
  })
  area.addEventListener('keydown', (event) => {
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : plotKeys[event.key]
    if (action === undefined) return
    event.preventDefault()
    plotActions[action](plot)
  })
  area.addEventListener('wheel', (event) => {
    if (!event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    zoomBy(plot, event.deltaY > 0 ? 1.25 : 0.8, Math.min(1, Math.max(0, u.cursor.left / u.over.clientWidth)))
  }, { passive: false })
  area.addEventListener('pointermove', (event) => pointAtRows(plot, event))
  area.addEventListener('pointerleave', () => hideTip(plot))
  new ResizeObserver(() => {
    if (area.clientWidth > 0 && Math.abs(area.clientWidth - u.width) > 1) u.setSize({ width: Math.max(280, area.clientWidth), height: u.height })
  }).observe(area)
}

/** Gives the plot of a scenario, made now when it was not yet; undefined when its history is not in the page. */
function plotOf(figure) {
  const known = plots.get(figure)
  if (known !== undefined) return known
  const trace = traces.get(report.scenarios[Number(figure.dataset.scenario)].id)
  if (trace === undefined) return undefined
  figure.querySelector('.plot').hidden = false
  figure.classList.add('drawn')
  const plot = newPlot(figure, trace)
  plots.set(figure, plot)
  control(plot)
  tellRange(plot)
  return plot
}

const comingIntoView = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue
    comingIntoView.unobserve(entry.target)
    plotOf(entry.target)
  }
}, { rootMargin: '400px' })
for (const figure of document.querySelectorAll('figure.timeline')) {
  if (traces.has(report.scenarios[Number(figure.dataset.scenario)].id)) comingIntoView.observe(figure)
}
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  for (const plot of plots.values()) plot.u.redraw(false)
})

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[data-request]')
  const figure = link && document.getElementById(decodeURIComponent(link.hash.slice(1)))?.querySelector('figure.timeline')
  const plot = figure && plotOf(figure)
  if (!plot) return
  const index = plot.marks.id.indexOf(Number(link.dataset.request))
  if (index !== -1) setTimeout(() => focusMark(plot, index))
})
`
