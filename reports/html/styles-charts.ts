/** Timelines and what belongs to them. */
export const chartStyles = `
.section-head{display:flex;flex-wrap:wrap;align-items:baseline;gap:4px 24px;justify-content:space-between}
.legend{display:flex;flex-wrap:wrap;gap:2px 16px;font-size:.8rem;color:var(--soft)}
.legend li{display:flex;align-items:center;gap:6px}
.key{width:11px;height:11px;border-radius:2px;background:var(--answered)}
.key.refused{background:var(--refused)}.key.lost{background:var(--lost)}
.key.latency{height:2px;background:var(--slowest)}
.key.ready{background:var(--passed-bar)}.key.not-ready{background:var(--inconclusive-bar)}.key.away{background:var(--failed-bar)}
.key.reading{background:var(--quiet-bar)}
.key.procedure{background:var(--procedure)}.key.fault{background:var(--fault)}
.key.unproven{background:none;border:1.5px dashed var(--soft)}
.scenario{background:var(--surface);border:1px solid var(--line);border-radius:8px;padding:16px 20px 14px;margin-bottom:16px;box-shadow:var(--shadow)}
.scenario header{display:flex;flex-wrap:wrap;gap:0 12px;align-items:baseline}
.scenario header code{color:var(--soft)}
.logs summary{color:var(--accent);cursor:pointer}
.facts{display:flex;flex-wrap:wrap;gap:0 20px;color:var(--soft);font-size:.9rem}
b.lost{color:var(--failed)}b.unsure{color:var(--inconclusive)}
figure{margin-top:10px}
.chart{position:relative}
.chart svg{display:block;width:100%;height:auto;font-size:11px;overflow:visible}
.chart text{fill:var(--soft);paint-order:stroke;stroke:var(--surface);stroke-width:3px;stroke-linejoin:round}
.chart .end{text-anchor:end}.chart .middle{text-anchor:middle}
.chart .unit{font-size:10px}
.chart .latency.tick{text-anchor:start}
.grid{stroke:var(--line);stroke-width:1}
.phase line{stroke:var(--strong);stroke-width:1;stroke-dasharray:2 3}
.chart .phase text{fill:var(--ink);font-weight:600}
.band{opacity:.1}.band.procedure{fill:var(--procedure)}.band.fault{fill:var(--fault)}.band.reading{fill:none}
.span.procedure rect{fill:var(--procedure)}.span.fault rect{fill:var(--fault)}.span.reading rect{fill:var(--quiet-bar)}
.chart .span .inside{fill:var(--on-span);font-weight:600;stroke:none}
.chart .span .before{text-anchor:end}
.span.unproven rect{fill:var(--surface);stroke-width:1.5;stroke-dasharray:4 2}
.span.unproven.procedure rect{stroke:var(--procedure)}.span.unproven.fault rect{stroke:var(--fault)}
.chart .span.unproven .inside{fill:var(--ink)}
path.ok{fill:var(--answered)}path.refused{fill:var(--refused)}path.lost{fill:var(--lost)}
path.latency{fill:none;stroke:var(--slowest);stroke-width:1.2;stroke-linejoin:round;stroke-linecap:round;opacity:.85}
.crosshair{stroke:var(--accent);stroke-width:1}
.scrub{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;cursor:crosshair;pointer-events:none}
.chart:has(.scrub:focus-visible){outline:2px solid var(--accent);outline-offset:4px;border-radius:3px}
.tip{position:absolute;z-index:2;min-width:9.5em;max-width:20em;pointer-events:none;background:var(--surface);border:1px solid var(--strong);border-radius:5px;box-shadow:0 4px 18px rgb(0 0 0/.16);padding:7px 10px;font-size:.8rem;line-height:1.5}
.tip span{display:block}
.tip .when{font-weight:650}
.tip .phase,.tip .active{color:var(--soft)}
.tip .ok::before,.tip .refused::before,.tip .lost::before,.tip .latency::before{content:"";display:inline-block;width:9px;height:9px;margin-right:7px;border-radius:2px;background:var(--answered)}
.tip .refused::before{background:var(--refused)}.tip .lost::before{background:var(--lost)}
.tip .latency::before{height:2px;vertical-align:middle;background:var(--slowest)}
.below{display:flex;flex-wrap:wrap;align-items:flex-start;gap:6px 24px;margin-top:6px}
.chips{display:flex;flex-wrap:wrap;gap:4px 14px;font-size:.85rem}
.chip{color:var(--tone);font-weight:600;text-decoration:none}
.chip:hover{text-decoration:underline}
.interventions{font-size:.85rem;margin-left:auto}
.interventions[open]{width:100%;overflow-x:auto}
.interventions summary{color:var(--accent);cursor:pointer}
.interventions table{margin-top:6px}
.interventions td{border-bottom:1px solid var(--line)}
.interventions .number{padding-right:20px}
`
