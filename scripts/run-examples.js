// Runs the services of examples/ and compares their outcomes with expected.json, which says what their makers document.
// node scripts/run-examples.js [--times N] [--install] [--require-all] [--scores] [FOLDER or FOLDER/DESCRIPTOR ...]: --install gets what is missing (apt-get as root,
// npm); without it an example whose program is missing is skipped, loudly, and with --require-all that is a failure.
// --scores compares nothing: it runs everything that a descriptor allows once, and writes what was found into the README of each example.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setImmediate as turn } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { scoresSection, withScores } from './example-scores.js'
import { withOpenOnesAgain } from './measured-again.js'
import { whenToldToEnd } from './own-children.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { values, positionals } = parseArgs({ allowPositionals: true, options: { runs: { type: 'string', default: '1' }, times: { type: 'string' }, install: { type: 'boolean' }, 'require-all': { type: 'boolean' }, scores: { type: 'boolean' } } })
const runMsMax = 150_000
const wholeRunMsMax = 900_000
const cleanUpMsMax = 60_000

const isProgram = (name) =>
  ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })

/** What is missing for an example, as one sentence, or undefined. */
function missing(folder, example) {
  const programs = (example.programs ?? []).filter((name) => !isProgram(name))
  if (programs.length > 0) return `${programs.join(', ')} not found (Debian: apt-get install ${(example.debian ?? programs).join(' ')})`
  return example.npm && !existsSync(join(folder, 'node_modules')) ? `its packages are not installed (npm install in ${folder})` : undefined
}

function install(folder, example) {
  const run = (command) => {
    console.log(`installing for ${folder}: ${command.join(' ')}`)
    return spawnSync(command[0], command.slice(1), { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status === 0
  }
  if (example.npm) return run(['npm', 'install', '--no-package-lock', '--no-audit', '--no-fund', '--omit=dev', '--loglevel=error'])
  const packages = ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...(example.debian ?? [])]
  // A fresh machine has no lists of packages, or old ones.
  return run(packages) || (run(['apt-get', 'update', '-qq']) && run(packages))
}

/** The run that goes on, if any: it ends and cleans up before this program does. */
let running
const unlessToldToEnd = whenToldToEnd(async () => {
  if (running === undefined) return
  running.child.kill('SIGTERM')
  await running.ended
  rmSync(running.output, { recursive: true, force: true })
})

/** The report of one run. */
async function reportOf(path, parameters, timeoutMs) {
  const output = mkdtempSync(join(tmpdir(), 'seaworthy-example-'))
  try {
    const command = [join(root, 'bin/seaworthy.js'), 'run', path, '--allow', 'destructive', ...parameters, '--reporter', 'json', '--output', output]
    // In a group of its own: a Ctrl-C is passed on once, and by nobody else.
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'pipe'], detached: true })
    running = { child, output, ended: once(child, 'close') }
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text) => (said = (said + text).slice(-800)))
    const late = setTimeout(() => child.kill('SIGTERM'), timeoutMs)
    const tooLate = setTimeout(() => child.kill('SIGKILL'), timeoutMs + cleanUpMsMax)
    const [status, signal] = await running.ended.finally(() => [late, tooLate].forEach(clearTimeout))
    await unlessToldToEnd()
    if (!existsSync(join(output, 'run.json'))) throw new Error(`no report (exit ${status ?? signal}): ${said.trim()}`)
    return JSON.parse(readFileSync(join(output, 'run.json'), 'utf8'))
  } finally {
    running = undefined
    rmSync(output, { recursive: true, force: true })
  }
}

/** Differences between what was found and what is documented, one line each. A busy machine leaves something open, and makes nothing wrong. */
async function compare(path, expected) {
  const conduct = async ({ only, alone }) => {
    const { requirements } = await reportOf(path, ['--only', (only ?? Object.keys(expected)).join(), '--parallel', alone ? '1' : '2'], runMsMax)
    return new Map(requirements.filter(({ id }) => id in expected).map((one) => [one.id, one]))
  }
  try {
    const found = await withOpenOnesAgain(conduct, { expected, onAgain: (open) => console.log(`    ${open.join(', ')} left open, measured once more alone`) })
    return Object.entries(expected).flatMap(([id, outcome]) => (found.get(id)?.outcome === outcome ? [] : [`${id}: found ${found.get(id)?.outcome}, documented ${outcome} (${found.get(id)?.summary})`]))
  } catch (error) {
    return [error.message]
  }
}

async function writeScores(name, folder, descriptors) {
  const page = join(folder, 'README.md')
  const reports = []
  for (const descriptor of descriptors) reports.push([descriptor, await reportOf(join(folder, descriptor), [], wholeRunMsMax)])
  writeFileSync(page, withScores(readFileSync(page, 'utf8'), scoresSection(reports)))
  for (const [descriptor, { score, durationMs }] of reports) console.log(`${name}/${descriptor}: ${score.value} (${(durationMs / 1_000).toFixed(0)} s)`)
}

const readJson = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined)
const known = readdirSync(join(root, 'examples')).flatMap((name) => {
  const folder = join(root, 'examples', name)
  // What its makers document, and which programs it needs: `programs`, the `debian` packages that bring them, `npm`.
  const expected = readJson(join(folder, 'expected.json'))
  return expected === undefined ? [] : [{ name, folder, expected, needs: readJson(join(folder, 'needs.json')) ?? {} }]
})
const names = known.flatMap(({ name, expected }) => [name, ...Object.keys(expected).map((descriptor) => `${name}/${descriptor}`)])
const unknown = positionals.filter((name) => !names.includes(name))
const runs = Number(values.times ?? values.runs)
if (unknown.length > 0 || !Number.isInteger(runs) || runs < 1) {
  console.error(unknown.length > 0 ? `no such example: ${unknown.join(', ')}; there are ${names.join(', ')}` : `--times ${values.times ?? values.runs}: expected a whole number from 1`)
  process.exit(64)
}
if (values.scores && positionals.some((name) => name.includes('/'))) {
  console.error('--scores writes a page for an example as a whole: name folders, not descriptors')
  process.exit(64)
}
const isChosen = (name, descriptor) => positionals.length === 0 || positionals.includes(name) || positionals.includes(`${name}/${descriptor}`)
let wrong = 0
const skipped = new Set()

async function runExample({ name, folder, expected, needs }) {
  const chosen = Object.entries(expected).filter(([descriptor]) => isChosen(name, descriptor))
  if (chosen.length === 0) return
  if (missing(folder, needs) !== undefined && values.install) {
    install(folder, needs)
    // It blocks: a signal of meanwhile is only seen after a turn of the event loop.
    await turn()
    await unlessToldToEnd()
  }
  const lacking = missing(folder, needs)
  if (lacking !== undefined) {
    skipped.add(name)
    console.log(`SKIPPED ${name}: ${lacking}`)
    return
  }
  if (values.scores) return writeScores(name, folder, Object.keys(expected))
  for (const [descriptor, outcomes] of chosen) {
    const startedAt = Date.now()
    const differences = await compare(join(folder, descriptor), outcomes)
    wrong += differences.length
    console.log(`${differences.length === 0 ? 'as documented' : 'DIFFERENT'}  ${name}/${descriptor} (${((Date.now() - startedAt) / 1_000).toFixed(0)} s)`)
    for (const line of differences) console.log(`    ${line}`)
  }
}

for (let run = 1; run <= runs; run++) for (const example of known) await runExample(example)
const outcome = values.scores ? 'scores are written' : wrong === 0 ? 'every outcome is as documented' : `${wrong} outcomes differ from what is documented`
console.log(`${outcome}${skipped.size === 0 ? '' : `; SKIPPED: ${[...skipped].join(', ')}`}`)
process.exit(wrong > 0 || (values['require-all'] && skipped.size > 0) ? 1 : 0)
