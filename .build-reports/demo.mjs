import { createTerminal } from './reports/terminal.js'
import { exampleReport, greenReport } from './reports/fixtures.js'
let now = 0
const isTTY = process.argv[2] === 'tty'
let out=''
const t = createTerminal({ stream: {write: s => {out+=s}}, isTTY, color: process.argv[3]==='color', columns: 110, now: () => now, environment: {} })
t.onEvent({type:'run-started',runId:'x',service:'orders',driver:'process',profile:'standard',directory:'seaworthy-runs/20310314-092653-7f3a',randomSeed:271828,scenarios:exampleReport.scenarios.map(s=>({id:s.id,title:s.title,expectedMs:s.durationMs}))})
const sc=exampleReport.scenarios[0].id
t.onEvent({type:'scenario-started',scenario:sc}); now=41000
t.onEvent({type:'step',scenario:sc,message:'draining replica-2'})
t.onEvent({type:'progress',scenario:sc,elapsedMs:1,requests:4102,lost:3})
for (const r of exampleReport.requirements.slice(0,9)) t.onEvent({type:'verdict',scenario:sc,requirement:r.id,title:r.title,outcome:r.outcome,summary:r.summary})
t.onEvent({type:'scenario-ended',scenario:sc,durationMs:80340,incomplete:null})
t.onEvent({type:'scenario-started',scenario:exampleReport.scenarios[1].id}); now=60000
t.onEvent({type:'scenario-started',scenario:exampleReport.scenarios[2].id}); 
t.onEvent({type:'step',scenario:exampleReport.scenarios[1].id,message:'freezing replica-2'})
if (isTTY) { process.stdout.write(out); out=''; }
t.onEvent({type:'run-ended',report:exampleReport})
process.stdout.write(out)
