import { plotLibraryStyles } from './plot-library.js'

/** The drawing of a scenario. On paper, and without script, the plain picture stands in its place. */
export const plotStyles = `
${plotLibraryStyles}
:root{--mark:#5d93bd}
@media screen and (prefers-color-scheme:dark){:root{--mark:#6fa6cf}}
.plot{position:relative}
.plot .key.ok{background:var(--mark)}
.plot-tools{display:flex;flex-wrap:wrap;gap:6px;align-items:center;margin-bottom:6px}
.plot-tools button,.plot-tools select{min-height:28px;padding:2px 9px;font-size:.8rem}
.plot-tools .group{display:flex;gap:4px}
.plot-tools .key{display:inline-block;margin-right:6px}
.plot-tools [aria-pressed=false]{opacity:.6;text-decoration:line-through}
.plot-area{position:relative;border-radius:3px;min-width:0;overflow:hidden}
.plot-area:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.plot .u-cursor-x{border-right-color:var(--soft)}
.plot .u-select{background:color-mix(in srgb,var(--accent) 18%,transparent)}
.plot-status{display:block;font-size:.8rem;color:var(--soft);min-height:1.5em}
.plot-help{font-size:.75rem;color:var(--soft)}
.plot-keys{display:flex;flex-wrap:wrap;gap:2px 14px;justify-content:space-between;align-items:baseline}
.ids .scroll{contain:inline-size;max-height:22rem;overflow:auto}
.requests-row>td{padding-top:0}
.requests td,.requests th{padding:3px 14px 3px 0;white-space:nowrap}
.requests{font-size:.85rem}
@media screen{figure.drawn>.chart{display:none}}
@media print{.plot{display:none}}
`
