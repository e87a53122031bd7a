import { cardStyles } from './styles-cards.js'
import { chartStyles } from './styles-charts.js'

/** Colours by meaning. Dark is for screens only: paper is light. */
const palette = `
:root{color-scheme:light;
--page:#f4f6f8;--surface:#fff;--sunken:#f0f3f6;--ink:#15202b;--soft:#55636f;--line:#dce2e8;--strong:#b9c4ce;--accent:#14507f;
--passed:#147a55;--failed:#c4282b;--missing:#a8326e;--inconclusive:#96600a;--error:#6d41b3;--quiet:#687682;
--passed-bar:#1a7f59;--failed-bar:#d5383a;--missing-bar:#bd4a84;--inconclusive-bar:#d99a22;--error-bar:#8a5fd0;--quiet-bar:#b4bec8;--rest-bar:#d5dce3;
--answered:#8fb3cf;--refused:#e2a82e;--lost:#d5282b;--slowest:#15202b;--procedure:#2f6da3;--fault:#b4531a;--on-span:#fff;
--shadow:0 1px 2px rgb(16 32 48/.06),0 4px 16px rgb(16 32 48/.05)}
@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;
--page:#0d141b;--surface:#151e27;--sunken:#101820;--ink:#e4eaf0;--soft:#9aa8b5;--line:#25313d;--strong:#3f4e5c;--accent:#7fb8e8;
--passed:#52c79b;--failed:#ff8079;--missing:#f08abb;--inconclusive:#e8b04d;--error:#c0a0f5;--quiet:#93a1ae;
--passed-bar:#35a97d;--failed-bar:#e85f59;--missing-bar:#d26a9d;--inconclusive-bar:#cf962b;--error-bar:#a685e2;--quiet-bar:#4b5966;--rest-bar:#2b3742;
--answered:#44708f;--refused:#dba531;--lost:#ff5b55;--slowest:#dfe7ee;--procedure:#68a6dc;--fault:#e08a4d;--on-span:#0d141b;
--shadow:none}}
:root{--on-bar:#fff}.o-inconclusive,.o-skipped,.o-not-applicable{--on-bar:#14202b}
@media screen and (prefers-color-scheme:dark){:root{--on-bar:#0d141b}.o-skipped,.o-not-applicable{--on-bar:#e4eaf0}}
.o-passed{--tone:var(--passed);--bar:var(--passed-bar)}.o-failed{--tone:var(--failed);--bar:var(--failed-bar)}
.o-missing{--tone:var(--missing);--bar:var(--missing-bar)}.o-inconclusive{--tone:var(--inconclusive);--bar:var(--inconclusive-bar)}
.o-error{--tone:var(--error);--bar:var(--error-bar)}.o-skipped{--tone:var(--quiet);--bar:var(--quiet-bar)}
.o-not-applicable{--tone:var(--quiet);--bar:var(--rest-bar)}
.tone-good{--tone:var(--passed)}.tone-bad{--tone:var(--failed)}.tone-unsure{--tone:var(--inconclusive)}.tone-broken{--tone:var(--error)}
`

const base = `
*{box-sizing:border-box}
html{scroll-padding-top:4rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.note,.interventions td:last-child,.areas tbody th{min-width:10.5em}
thead,.number,.standing{overflow-wrap:normal}
main,footer,.masthead{max-width:1120px;margin:0 auto;padding:0 24px}
h1,h2,h3,h4,p,ul,ol,dl,dd,figure,table{margin:0;padding:0}
ul,ol{list-style:none}
h2{font-size:1.2rem;line-height:1.3;font-weight:650;letter-spacing:-.01em;text-wrap:balance}
h3{font-size:1rem;line-height:1.35;font-weight:620}
h4{font-size:.8rem;line-height:1.4;font-weight:600;color:var(--soft)}
a{color:var(--accent);text-decoration-thickness:1px;text-underline-offset:2px}
code,pre,.id,.area-id{font-family:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,"Liberation Mono",monospace;font-size:.9em}
small{font-size:.85rem;color:var(--soft)}
.muted{color:var(--soft)}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:6px 12px 6px 0}
th{font-weight:inherit}
thead th{font-size:.8rem;font-weight:600;color:var(--soft);border-bottom:1px solid var(--line);white-space:nowrap}
.number{text-align:right;white-space:nowrap}
.scroll{overflow-x:auto}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:3px}
[hidden]{display:none!important}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-999px}
.skip:focus{left:24px;top:8px;background:var(--surface);padding:6px 12px;z-index:9}
main>section{margin-top:36px}
main>section>h2,.section-head{margin-bottom:12px}
.notice{border-left:3px solid var(--inconclusive-bar);background:color-mix(in srgb,var(--inconclusive-bar) 12%,var(--surface));padding:6px 12px;margin:10px 0;border-radius:0 4px 4px 0;white-space:pre-line}
.empty{color:var(--soft);padding:12px 0}
.word{font-weight:600;color:var(--tone)}
.said,.remedy p,.note,.statement{white-space:pre-line}
`

const firstScreen = `
.masthead{display:flex;flex-wrap:wrap;align-items:center;gap:4px 10px;padding-top:18px;padding-bottom:14px}
.masthead .name{font-weight:680;letter-spacing:-.02em;font-size:1.1rem;margin-right:auto}
.masthead .meta{color:var(--soft);font-size:.85rem;margin-left:14px}
.mark{width:26px;height:26px;fill:none;stroke:var(--accent);stroke-width:3}
main>.verdict{margin-top:0;background:var(--surface);border:1px solid var(--line);border-top:4px solid var(--tone);border-radius:0 0 8px 8px;padding:22px 28px 20px;box-shadow:var(--shadow)}
.verdict .service{font-weight:600;color:var(--soft)}
h1{font-size:clamp(1.45rem,3.2vw,2.05rem);line-height:1.2;letter-spacing:-.022em;font-weight:690;color:var(--tone);text-wrap:balance}
h1 a{color:inherit}
h1 a,.fix h3 a{display:inline-block;max-width:100%;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;vertical-align:bottom}
.fix .again{margin-bottom:10px;color:var(--soft);max-width:80ch}
.fix pre{margin-bottom:14px}
.figures{display:grid;grid-template-columns:repeat(3,auto);justify-content:start;gap:8px 56px;margin:20px 0 18px}
.figures dt{font-size:.85rem;color:var(--soft)}
.figures dd{display:flex;align-items:baseline;gap:8px;flex-wrap:wrap}
.figures b{font-size:2.1rem;line-height:1.15;font-weight:680;letter-spacing:-.03em}
.figures small{max-width:17em}
.levels{width:28px;height:25px;align-self:center}
.levels path{stroke-width:4;stroke:var(--rest-bar)}
.levels .reached{stroke:var(--passed-bar)}
.strip{display:block;width:100%;height:18px;border-radius:3px}
.strip rect{fill:var(--bar)}
.strip path{stroke:var(--surface);stroke-width:1.5px;vector-effect:non-scaling-stroke}
.counts{display:flex;flex-wrap:wrap;gap:2px 20px;margin-top:10px}
.count{display:inline-flex;align-items:center;gap:6px;color:var(--ink);text-decoration:none}
.count:hover{text-decoration:underline}
.waived{color:var(--soft)}
.symbol{display:inline-grid;place-items:center;flex:none;width:1.35em;height:1.35em;border-radius:3px;background:var(--bar);color:var(--on-bar);font-weight:700;font-size:.82em;line-height:1}
main>.fix{margin-top:24px}
.fix ol{border-top:1px solid var(--strong)}
.fix li{display:grid;grid-template-columns:minmax(0,5fr) minmax(0,7fr);gap:4px 32px;padding:12px 0;border-bottom:1px solid var(--line)}
.fix .standing{font-size:.85rem;color:var(--soft)}
.fix .remedy{margin-top:4px;color:var(--soft);white-space:pre-line}
.areas td,.areas tbody th{border-bottom:1px solid var(--line);padding-top:8px;padding-bottom:8px;vertical-align:middle}
.areas th.number,.areas td.number{padding-left:12px;padding-right:32px}
.areas th:last-child{width:42%}
.graded{display:inline-flex;align-items:center;gap:12px}.graded b{min-width:1.8em}
.area-id{display:inline-block;min-width:4.2em;font-weight:600}
.areas .score b{font-size:1.05rem}
.areas .score .muted{font-size:.85rem}
.meter{width:84px;height:4px;border-radius:2px}
.rail{fill:var(--rest-bar)}.fill{fill:var(--accent)}
.tiles{display:flex;flex-wrap:wrap;gap:3px}
.tile{display:inline-grid;place-items:center;width:24px;height:24px;border-radius:3px;background:var(--bar);color:var(--on-bar);font-weight:700;font-size:.8rem;text-decoration:none;position:relative}
.tile:hover{box-shadow:0 0 0 2px var(--surface),0 0 0 4px var(--bar)}
footer{margin-top:44px;padding-bottom:48px;display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:24px 48px;font-size:.9rem;}
footer::before{content:"";grid-column:1/-1;border-top:1px solid var(--line)}
footer h2{font-size:1rem;margin-bottom:8px}
footer p{color:var(--soft);margin-top:10px;max-width:65ch}
.run-facts div,.meanings div{display:grid;grid-template-columns:9.5em minmax(0,1fr);gap:10px;padding:2px 0}
.run-facts dt{color:var(--soft)}
.meanings dd{color:var(--soft)}
.meanings dt{display:flex;align-items:center;gap:6px}
`

const narrowAndPrint = `
@media (max-width:980px){.card .body{grid-template-columns:minmax(0,1fr) 13rem}.evidence .scale{display:none}}
@media (max-width:760px){main,footer,.masthead{padding-left:16px;padding-right:16px}
main>.verdict{padding:16px}
.masthead .meta{margin-left:0;width:100%}
.figures{grid-template-columns:1fr 1fr;gap:12px 24px}
.filter{position:static}
.fix li,.card .body{grid-template-columns:minmax(0,1fr)}
.chart{overflow-x:auto}.chart svg{min-width:680px}.chart .scrub,.chart .tip,.meter{display:none}
.areas th.number,.areas td.number{padding-right:14px}
.areas .score .muted{white-space:normal;display:inline-block;max-width:6em}
.evidence thead{display:none}
.evidence tr{display:flex;flex-wrap:wrap;gap:0 16px;padding:5px 0;border-bottom:1px solid var(--line)}
.evidence td{border:0;padding:0}.evidence .note{flex:0 0 100%}
.evidence .measured:not(:empty)::before{content:"measured ";font-weight:400}
.evidence .measured+td:not(:empty)::before{content:"allowed "}}
@media print{:root{--page:#fff;--shadow:none}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
body{font-size:10.5pt}
.filter,.tools,.skip,.copy,.scrub,.evidence .scale{display:none!important}
pre{white-space:pre-wrap}
.card .body{grid-template-columns:minmax(0,1fr) 13rem}
.card,.scenario,.fix li,tr,figure{break-inside:avoid}
h2,h3{break-after:avoid}
.card{box-shadow:none}
a{color:inherit;text-decoration:none}}
`

export const styles = `${palette}${base}${firstScreen}${chartStyles}${cardStyles}${narrowAndPrint}`
