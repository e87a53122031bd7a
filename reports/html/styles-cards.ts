/** The cards of the requirements and the filter above them. */
export const cardStyles = `
.requirements:focus{outline:none}
.tools{display:flex;align-items:center;gap:4px 10px}
.filter{position:sticky;top:0;z-index:3;display:flex;flex-wrap:wrap;gap:8px;align-items:center;background:var(--page);padding:8px 0 10px;border-bottom:1px solid var(--line);margin-bottom:12px}
.toggles{display:flex;flex-wrap:wrap;gap:4px}
button,select,input[type=search]{font:inherit;font-size:.85rem;color:var(--ink);background:var(--surface);border:1px solid var(--strong);border-radius:5px;padding:4px 10px;min-height:30px}
button{cursor:pointer}
button:hover{border-color:var(--soft)}
.toggle span{color:var(--tone);font-weight:700}
.filter select{max-width:9.5em}
.toggle{padding:4px 8px}
.toggle[aria-pressed=true]{background:var(--bar);border-color:var(--bar);color:var(--on-bar)}
.toggle[aria-pressed=true] span{color:inherit}
.grow{flex:1 1 7em}.grow input{width:100%}
.plain{background:none;border-color:transparent;color:var(--accent)}
#shown{font-size:.85rem;color:var(--soft);white-space:nowrap}
.card{background:var(--surface);border:1px solid var(--line);border-left:4px solid var(--bar);border-radius:5px;margin-bottom:8px}
.card[open]{box-shadow:var(--shadow);margin-bottom:14px}
.card>summary{display:grid;grid-template-columns:auto auto minmax(0,1fr) auto auto;gap:0 10px;align-items:baseline;padding:9px 16px 10px 12px;cursor:pointer;list-style:none}
.card>summary::-webkit-details-marker{display:none}
.card>summary:hover h3{text-decoration:underline;text-underline-offset:2px;text-decoration-thickness:1px}
.card>summary .symbol{align-self:center}
.card .id{font-weight:600;min-width:8.5ch}
.card .standing{font-size:.85rem;color:var(--soft);white-space:nowrap}
.card>summary .word{min-width:7.6em;text-align:right;font-size:.9rem}
.card>summary .said{grid-column:3/-1;color:var(--soft);font-size:.92rem}
.card[open]>summary .said{color:var(--ink)}
.card .body{display:grid;grid-template-columns:minmax(0,1fr) 17rem;gap:16px 36px;padding:12px 16px 16px;border-top:1px solid var(--line)}
.statement{font-size:1.02rem;max-width:68ch;margin-bottom:12px}
.evidence{margin-bottom:14px;font-size:.92rem}
.evidence td{border-bottom:1px solid var(--line)}
.evidence .number{padding-left:8px}
.evidence .measured{font-weight:650}
.evidence .scale{width:92px;padding-right:0}
.evidence .scale svg{display:block;width:92px;height:12px;margin-top:5px}
.evidence .scale .fill{fill:var(--soft)}
.evidence .scale path{stroke:var(--ink);stroke-width:2px;vector-effect:non-scaling-stroke}
.ids{font-size:.85rem;color:var(--soft)}
.ids summary{cursor:pointer;width:fit-content}
.findings{display:grid;gap:6px;margin:4px 0 14px}
.findings li{display:flex;gap:8px;align-items:baseline}
.findings li>div{flex:1;min-width:0}
.findings .evidence{margin:2px 0 6px}
.findings .word{font-size:.9rem}
div.remedy{border-left:3px solid var(--bar);padding:2px 0 2px 14px;margin-bottom:14px;max-width:68ch}
.command>div{display:flex;gap:8px;align-items:stretch;margin-top:3px}
pre{margin:0;flex:1;min-width:0;overflow-x:auto;background:var(--sunken);border:1px solid var(--line);border-radius:5px;padding:6px 10px}
.copy{flex:none}
.side{display:grid;gap:12px;align-content:start;font-size:.9rem}
.side small{display:block}
.thresholds{width:100%}
.thresholds td,.thresholds th{padding:1px 0}
.thresholds td{padding-left:10px}
.badge{font-size:.75rem;font-weight:600;color:var(--inconclusive);border:1px solid currentcolor;border-radius:3px;padding:0 4px}
.relaxed td{color:var(--inconclusive);font-weight:600}
.defects{display:grid;gap:6px;margin-top:3px}
.defects code{display:block;font-weight:600}
@media (max-width:760px){.card>summary{grid-template-columns:auto minmax(0,1fr) auto}
.card>summary h3,.card>summary .said,.card>summary .standing{grid-column:1/-1}
.card>summary .word{text-align:right}
.card>summary h3{order:1}.card>summary .standing{order:2}.card>summary .said{order:3}}
`
