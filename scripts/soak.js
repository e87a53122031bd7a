// Clean runs of the reference service in a row: none may fail, and at most one finding in a hundred may be inconclusive after its second measurement. At the end each is
// compared with the next, or with every later one: no comparison of two runs without a defect may show a regression. The runs are kept.
//   node scripts/soak.js [--runs 20] [--profile quick] [--driver process] [--all-pairs] [--output DIR]
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { compareCleanRuns } from './diff-agrees.js'

const inconclusiveShareMax = 0.01
const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { values } = parseArgs({ options: { runs: { type: 'string', default: '20' }, profile: { type: 'string', default: 'quick' }, output: { type: 'string' }, only: { type: 'string' }, driver: { type: 'string', default: 'process' }, 'all-pairs': { type: 'boolean', default: false } } })
const runs = Number(values.runs)
if (!Number.isInteger(runs) || runs < 1) {
  console.error(`--runs: found ${values.runs}, expected a whole number from 1`)
  process.exit(64)
}
const folder = values.output ?? join('seaworthy-runs', `soak-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`)
mkdirSync(folder, { recursive: true })

function oneRun(number) {
  const directory = join(folder, String(number).padStart(3, '0'))
  const only = values.only === undefined ? [] : ['--only', values.only]
  const startedAt = performance.now()
  const { status } = spawnSync(process.execPath, [join(root, 'bin/seaworthy.js'), 'run', '--driver', values.driver, '--profile', values.profile, '--output', directory, '--reporter', 'json', ...only], { stdio: ['ignore', 'ignore', 'inherit'] })
  const seconds = Math.round((performance.now() - startedAt) / 1_000)
  let requirements = []
  try {
    requirements = JSON.parse(readFileSync(join(directory, 'run.json'), 'utf8')).requirements
  } catch {
    // No report: the exit code tells.
  }
  const having = (...outcomes) => requirements.filter((one) => outcomes.includes(one.outcome)).map((one) => ({ id: one.id, outcome: one.outcome, summary: one.summary }))
  const judged = requirements.filter((one) => one.outcome !== 'skipped' && one.outcome !== 'not-applicable').length
  return { number, exitCode: status, seconds, judged, failed: having('failed', 'missing', 'error'), inconclusive: having('inconclusive'), again: requirements.filter((one) => one.findings.some(({ superseded }) => superseded)).map(({ id }) => id) }
}

const done = []
for (let number = 1; number <= runs; number++) {
  const one = oneRun(number)
  done.push(one)
  console.log(`run ${number} of ${runs}: exit ${one.exitCode}, ${one.judged} judged, ${one.failed.length} failed, ${one.inconclusive.length} inconclusive${one.again.length === 0 ? '' : `, ${one.again.join(', ')} measured again alone`}, ${one.seconds} s`)
  for (const { id, outcome, summary } of [...one.failed, ...one.inconclusive]) console.log(`    ${id} ${outcome}: ${summary.slice(0, 300)}`)
  writeFileSync(join(folder, 'soak.json'), `${JSON.stringify({ schema: 'seaworthy-soak/v1', profile: values.profile, runs: done }, null, 2)}\n`)
}
/** What a run left without a report cannot be compared; that run is a failure by itself. */
function comparisons() {
  const comparable = done.filter((one) => one.exitCode === 0 || one.exitCode === 1 || one.exitCode === 2)
  if (comparable.length < 2) return []
  return compareCleanRuns(comparable.map(({ number }) => join(folder, String(number).padStart(3, '0'))), { allPairs: values['all-pairs'] })
}
const compared = comparisons()
for (const { before, after, regressions, compared: count, unsure, gate, problems } of compared) {
  console.log(`${before} → ${after}: ${count} compared, ${unsure.length} undecided, regressions: ${regressions.join(', ') || 'none'}, gate ${gate}${problems.length > 0 ? `: ${problems.join('; ')}` : ''}`)
}
const disagreeing = compared.filter(({ problems }) => problems.length > 0).length
if (compared.length > 0) console.log(`${compared.length - disagreeing} of ${compared.length} comparisons of two runs show no regression`)
writeFileSync(join(folder, 'soak.json'), `${JSON.stringify({ schema: 'seaworthy-soak/v1', profile: values.profile, runs: done, comparisons: compared }, null, 2)}\n`)
const sum = (count) => done.reduce((total, one) => total + count(one), 0)
const judged = sum((one) => one.judged)
const failed = sum((one) => one.failed.length)
const inconclusive = sum((one) => one.inconclusive.length)
const share = judged === 0 ? 1 : inconclusive / judged
const broken = done.filter((one) => one.exitCode !== 0 && one.exitCode !== 2).length
console.log(`${runs} runs, ${judged} findings: ${failed} failed, ${inconclusive} inconclusive (${(share * 100).toFixed(2)} %, at most ${inconclusiveShareMax * 100} %), median ${done.map((one) => one.seconds).sort((a, b) => a - b)[Math.floor(runs / 2)]} s; ${join(folder, 'soak.json')}`)
process.exit(failed > 0 || broken > 0 || disagreeing > 0 || share > inconclusiveShareMax || judged === 0 ? 1 : 0)
