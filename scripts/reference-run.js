// The conformance suites on the reference service, as a gate: every requirement must pass. What came out inconclusive (a busy machine, say) is measured
// once more by itself, and both answers are printed; what failed, is missing or is in error ends it at once.
//   node scripts/reference-run.js --output DIR
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { values } = parseArgs({ options: { output: { type: 'string' } } })
if (values.output === undefined) {
  console.error('--output: expected the folder of the run')
  process.exit(64)
}

/** `npm start` is what the README tells people to use, so it is what is run. */
function run(output, only) {
  const selection = only === undefined ? [] : ['--only', only.join(',')]
  const { status } = spawnSync('npm', ['start', '--silent', '--', '--output', output, ...selection], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  const lacking = ['index.html', 'junit.xml', 'run.json'].filter((file) => !existsSync(join(root, output, file)) || statSync(join(root, output, file)).size === 0)
  if (lacking.length > 0) fail(`the run left no ${lacking.join(', ')} (exit code ${status})`)
  return { status, report: JSON.parse(readFileSync(join(root, output, 'run.json'), 'utf8')) }
}

function fail(reason) {
  console.error(`not clean: ${reason}`)
  process.exit(1)
}

const having = (report, ...outcomes) => report.requirements.filter((one) => outcomes.includes(one.outcome))
const named = (requirements) => requirements.map((one) => `${one.id} ${one.outcome}: ${one.summary}`).join('\n  ')

const { report } = run(values.output)
const bad = having(report, 'failed', 'missing', 'error', 'skipped', 'not-applicable')
if (bad.length > 0) fail(`\n  ${named(bad)}`)
if (!report.restored) fail(`the world was not restored: ${report.notRestored.join('; ')}`)
const open = having(report, 'inconclusive')
if (open.length > 0) {
  console.log(`\n${open.length} of ${report.requirements.length} were inconclusive, measured once more:\n  ${named(open)}`)
  const again = run(`${values.output}-again`, open.map((one) => one.id))
  const still = again.report.requirements.filter((one) => open.some(({ id }) => id === one.id) && one.outcome !== 'passed')
  if (still.length > 0) fail(`\n  ${named(still)}`)
} else if (report.score.coverage !== 1) fail(`coverage ${report.score.coverage}`)
console.log(`${report.requirements.length} requirements passed${open.length === 0 ? '' : ` (${open.map((one) => one.id).join(', ')} in a second measurement)`}, level ${report.score.level}, coverage ${report.score.coverage}, in ${Math.round(report.durationMs / 1_000)} s`)
