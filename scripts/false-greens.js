// Each row of docs/false-greens.md as a run of the command line on a service written for it: exit code, outcome and words are compared.
//   node scripts/false-greens.js [--rows 1,5] [--attempts 3] [--output FILE]
// A starved machine may make a run inconclusive that should be failed or passed: such a row is run again, a wrong verdict never is.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { writeMeasurement } from '../dist/bench/measurement.js'
import { rows } from './false-greens-rows.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { values } = parseArgs({ options: { rows: { type: 'string' }, attempts: { type: 'string', default: '3' }, output: { type: 'string' } } })

const serverOf = ({ handler = '' }) => `import { createServer } from 'node:http'
let brokenUntil = 0
const server = createServer((request, response) => {
  response.setHeader('x-instance', process.env.NAME)
${handler}  response.end('{}')
})
server.listen(process.env.PORT, '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))
`
const soon = () => new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10)
const descriptorOf = ({ lifecycle = '', waivers = '', data = '', byProgram, only }) => `schema: seaworthy/v1
service: green
${only === undefined ? 'suites: [./suite.mjs]' : ''}
target:
  kind: process
  disposable: true
  replicas: { count: 2, command: [${byProgram === true ? './green.sh' : 'node, server.mjs'}], env: { PORT: "{port}", NAME: "{instance}" }, restart: always, startAtBoot: true }
identity: { instance: header:x-instance }
balancer: { interval: 100ms, timeout: 500ms }
health: { readiness: /ready }
lifecycle: { startTimeout: 20s, stop: { grace: 3s }${lifecycle === '' ? '' : `, ${lifecycle}`} }
traffic:
  read: { http: GET /items }
  break: { http: GET /break, weight: 0 }
${data}
${waivers.replace('SOON', soon())}
`
/** A requirement of its own, whose check is known to fail on a history that says so. */
const suiteOf = ({ exercise = async () => {}, evaluate = () => passed('fine'), withoutChecks }) => `import { defineRequirement, defineSuite, failed, passed, inconclusive, requestsOf, observationsOf, countsAsLost, disturbedHarness, factOf } from '${pathToFileURL(join(root, 'dist/core/index.js'))}'
const requirement = defineRequirement({ id: 'X-GREEN-01', area: 'X-GREEN', title: 'It holds', keyword: 'MUST', level: 1, safety: 'safe', statement: 'It holds.', why: '', passCriterion: '', remediation: '' })
const evaluate = ${evaluate}
const check = { id: 'it-holds', requirement: 'X-GREEN-01', evaluate: (history, thresholds) => factOf(history, 'bad') === true ? failed('bad', []) : evaluate(history, thresholds) }
export default defineSuite({
  id: 'x-green', title: 'Green', areas: [{ id: 'X-GREEN', title: 'Green' }], requirements: [requirement],
  scenarios: [{ id: 'x-green/it-holds', title: 'It holds', needs: [], instanceCountMin: 1, expectedMs: () => 2_000, exercise: ${exercise}, checks: [${withoutChecks === true ? '' : 'check'}] }],
  counterexamples: { 'X-GREEN-01': [{ kind: 'fact', name: 'bad', value: true, atMs: 0 }] },
})
`

function experiment(row, folder) {
  writeFileSync(join(folder, 'server.mjs'), serverOf(row))
  writeFileSync(join(folder, 'suite.mjs'), suiteOf(row))
  writeFileSync(join(folder, 'seaworthy.yaml'), descriptorOf(row))
  if (row.byProgram === true) writeFileSync(join(folder, 'green.sh'), `#!/bin/sh\nexec ${process.execPath} server.mjs\n`, { mode: 0o755 })
  const id = row.only ?? 'X-GREEN-01'
  const [command, ...options] = row.command ?? ['run', '--output', 'run', '--reporter', 'json']
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'bin/seaworthy.js'), command, 'seaworthy.yaml', ...(row.allow ?? ['--allow', 'destructive']), '--only', id, ...options], { cwd: folder, encoding: 'utf8', timeout: 180_000 })
  const report = existsSync(join(folder, 'run/run.json')) ? JSON.parse(readFileSync(join(folder, 'run/run.json'), 'utf8')) : undefined
  return { exit: status, said: stdout + stderr, report, requirement: report?.requirements.find((one) => one.id === id), history: historyIn(join(folder, 'run/scenarios')) }
}

function historyIn(folder) {
  if (!existsSync(folder)) return ''
  return readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('history.ndjson')).map((name) => readFileSync(join(folder, name), 'utf8')).join('')
}

function wrongIn(row, { exit, said, report, requirement, history }) {
  const wrong = []
  const expect = (what, found, isRight) => (isRight ? undefined : wrong.push(`${what}: found ${found}`))
  expect(`exit code ${row.exit}`, exit, exit === row.exit)
  if (row.outcome !== undefined) expect(`outcome ${row.outcome}`, `${requirement?.outcome} (${requirement?.summary})`, requirement?.outcome === row.outcome)
  if (row.summary !== undefined) expect(`summary ${row.summary}`, requirement?.summary, row.summary.test(requirement?.summary ?? ''))
  if (row.says !== undefined) expect(`words ${row.says}`, said.slice(0, 400), row.says.test(said))
  if (row.saysNot !== undefined) expect(`no words ${row.saysNot}`, row.saysNot.exec(said)?.[0], !row.saysNot.test(said))
  if (row.history !== undefined) expect(`history ${row.history}`, `${history.length} characters without it`, row.history.test(history))
  if (row.notRestored !== undefined) expect(`not restored ${row.notRestored}`, JSON.stringify(report?.notRestored), report?.restored === false && row.notRestored.test(report.notRestored.join()))
  if (row.score !== undefined) expect(`score ${row.score}`, report?.score.value, report?.score.value === row.score && typeof report.score.coverage === 'number')
  if (row.waived === true) expect('the mark of the waiver', JSON.stringify(requirement?.waived), requirement?.waived?.owner === 'me')
  return wrong
}

/** Also what did not end in time. */
const mayBeStarved = (row, { exit, requirement }) => exit === null || (requirement?.outcome === 'inconclusive' && row.outcome !== undefined)

const attempts = Number(values.attempts)
const wanted = values.rows?.split(',').map(Number) ?? rows.map((_, index) => index + 1)
if (!Number.isInteger(attempts) || attempts < 1 || wanted.some((number) => rows[number - 1] === undefined)) {
  console.error(`found --rows ${values.rows ?? 'all'} --attempts ${values.attempts}, expected rows from 1 to ${rows.length} and a whole number of attempts from 1`)
  process.exit(64)
}
let bad = 0
const measured = []
for (const number of wanted) {
  const row = rows[number - 1]
  let wrong = []
  let found
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-green-'))
    found = experiment(row, folder)
    wrong = wrongIn(row, found)
    rmSync(folder, { recursive: true, force: true })
    if (wrong.length === 0 || !mayBeStarved(row, found)) break
  }
  bad += wrong.length > 0 ? 1 : 0
  measured.push({ what: `${number}. ${row.situation}`, measured: `exit ${found.exit}${found.requirement === undefined ? '' : `, ${found.requirement.outcome}`}`, target: row.must, met: wrong.length === 0, ...(wrong.length === 0 ? {} : { note: wrong.join('; ') }) })
  console.log(`${String(number).padStart(2)} ${row.situation}: ${wrong.length === 0 ? `${row.must}` : `WRONG ${wrong.join('; ')}`}`)
}
if (values.output !== undefined) writeMeasurement(values.output, { name: 'false-greens', title: 'Success without having tested', command: `npm run false-greens${values.rows === undefined ? '' : ` -- --rows ${values.rows}`}`, rows: measured })
console.log(`${wanted.length - bad} of ${wanted.length} ways to report success without having tested are closed`)
process.exit(bad === 0 ? 0 : 1)
