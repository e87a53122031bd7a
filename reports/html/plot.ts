import type { RunReport, ScenarioReport } from '../../core/run-report.js'
import { isProven, kindOf, proofInWords } from './intervention-kind.js'
import { html, type Content, type Markup } from './markup.js'
import type { Traces } from './trace.js'

/** What the script draws from: each trace, with what is known of its interventions beside the report. */
export const plotData = ({ scenarios }: RunReport, traces: Traces): readonly object[] =>
  scenarios.flatMap(({ id, timeline }) => {
    const trace = traces.scenarios.get(id)
    return trace === undefined ? [] : [{ ...trace, interventions: timeline.interventions.map((one) => ({ kind: kindOf(one), proven: isProven(one), proof: proofInWords(one) })) }]
  })

/** The frame of a scenario's drawing, hidden until the script fills it; nothing when there is no history to draw. */
export function plotFrame({ id, title, requests, lost }: ScenarioReport, traces: Traces): Content {
  const problem = traces.problems.get(id)
  if (problem !== undefined) return html`<p class="notice">Its requests cannot be shown: ${problem}</p>`
  // Without a single request there is nothing to zoom into.
  if (requests === 0 || !traces.scenarios.has(id)) return null
  const button = (action: string, text: string, label: string): Markup => html`<button type="button" data-action="${action}" aria-label="${label}">${text}</button>`
  const toggle = (group: string, text: string): Markup => html`<button type="button" data-group="${group}" aria-pressed="true"><i class="key ${group}"></i>${text}</button>`
  return html`<div class="plot" hidden>
<div class="plot-tools">
<div class="group" role="group" aria-label="Zoom">${button('in', '+', 'Zoom in')}${button('out', '−', 'Zoom out')}${button('left', '←', 'Earlier')}${button('right', '→', 'Later')}${button('all', 'All', 'All of the scenario')}</div>
<div class="group" role="group" aria-label="Lost requests">${button('previous', '‹ lost', 'Previous lost request')}${button('next', 'lost ›', 'Next lost request')}</div>
<div class="group" role="group" aria-label="Requests shown">${toggle('ok', 'answered')}${toggle('refused', 'refused')}${toggle('lost', 'lost')}</div>
<label><span class="sr">Instance</span><select name="instance"><option value="">All instances</option></select></label>
<label><span class="sr">Colour</span><select name="color"><option value="outcome">Colour by outcome</option><option value="instance">Colour by instance</option></select></label>
</div>
<div class="plot-area" tabindex="0" role="group" aria-label="Requests of ${title}: ${requests} by planned time and latency, ${lost} lost. Arrow keys move, plus and minus zoom, n and p go to lost requests, 0 shows all."></div>
<div class="plot-keys"><output class="plot-status" aria-live="polite"></output><span class="plot-help">Every request at its planned time, as high as it took (logarithmic). Drag or Ctrl+wheel to zoom, double click for all.</span></div>
<div class="tip" hidden></div>
</div>`
}
