// Does what can happen to a harness at random moments of random scenarios: interrupted, killed, stopped, starved, out of disk or of descriptors,
// its output closed. Afterwards nothing is left, no verdict is false (the service is the clean reference), and what was reported is valid.
//   node scripts/torture.js [--times N] [--kinds SIGINT,disk] [--only AREA,AREA | --whole] [--within-ms 12000] [--together] [--apart] [--output FILE]
// With --together one run of each kind goes on at the same time, and what is left is looked for when all have ended. With --apart
// runs of others on this machine are not taken for leftovers.
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import addFormats from 'ajv-formats'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { writeMeasurement } from '../dist/bench/measurement.js'
import { leftovers, watchSegments } from './leftovers.js'
import { OwnChildren, whenToldToEnd } from './own-children.js'
import { kinds, pause } from './torture-kinds.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const withinMsUsual = '12000'
const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '30' },
    kinds: { type: 'string', default: Object.keys(kinds).join(',') },
    only: { type: 'string', default: 'START,DRAIN,RDND,CONF,SWAP,TOGL,DEGR,REPL,UPGR,MONI,ACCS,AUDT' },
    whole: { type: 'boolean', default: false },
    'within-ms': { type: 'string', default: withinMsUsual },
    together: { type: 'boolean', default: false },
    apart: { type: 'boolean', default: false },
    output: { type: 'string' },
  },
})
const goneWithinMs = 15_000
const stopWithinMs = 60_000
const endWithinMs = 600_000
const beginWithinMs = 60_000
const controlAttempts = 3
/** Before that the run may not have begun to be one. */
const reportAfterMs = 4_000

const schema = JSON.parse(readFileSync(join(root, 'schemas/run-v1.schema.json'), 'utf8'))
const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true })
addFormats.default(ajv)
const isValid = ajv.compile(schema)

/** Temporary files of the runs are here: what belongs to them is known by it. */
const temporary = mkdtempSync(join(tmpdir(), 'sw-'))
chmodSync(temporary, 0o711) // PostgreSQL refuses root and runs as nobody, who must get through
const environment = values.apart ? { ...process.env, TMPDIR: temporary } : process.env
const runIds = []
const leftSegments = values.apart ? watchSegments(temporary) : () => []
const left = () => [...leftovers(values.apart ? { directory: temporary, runIds } : {}), ...leftSegments()]
const children = new OwnChildren()

async function untilNothingIsLeft() {
  const endAt = Date.now() + goneWithinMs
  for (;;) {
    const found = left()
    if (found.length === 0 || Date.now() > endAt) return found
    await pause(200)
  }
}

async function untilThere(path) {
  for (const endAt = Date.now() + beginWithinMs; !existsSync(path) && Date.now() < endAt; ) await pause(50)
}

function start(kind, { output, log, only: named }) {
  const areas = values.only.split(',')
  const only = named === undefined && values.whole ? [] : ['--only', named ?? areas[Math.floor(Math.random() * areas.length)]]
  const said = openSync(log, 'w')
  const child = spawn(process.execPath, [join(root, 'bin/seaworthy.js'), 'run', '--driver', 'process', '--output', output, ...only], {
    cwd: root,
    env: environment,
    stdio: kind.pipes ? ['ignore', 'pipe', 'pipe'] : ['ignore', said, said],
    detached: true,
  })
  closeSync(said)
  children.add(child)
  child.stdout?.resume()
  child.stderr?.resume()
  const ended = new Promise((resolve) => child.once('exit', (code, by) => resolve({ code, by })))
  return { child, ended, only: only[1] ?? 'everything' }
}

/** Whether it had a service that was found healthy before anything happened to it. */
function hadReadyService(output) {
  const scenarios = join(output, 'scenarios')
  if (!existsSync(scenarios)) return false
  const histories = readdirSync(scenarios, { recursive: true }).filter((path) => path.endsWith('history.ndjson'))
  return histories.some((path) => /"kind":"gate","name":"baseline","passed":true/.test(readFileSync(join(scenarios, path), 'utf8')))
}

/** Nothing happens to this run. Where the service cannot even start, everything else here would come out as expected. */
async function requireHealthyControl() {
  for (let attempt = 1; attempt <= controlAttempts; attempt++) {
    const output = join(mkdtempSync(join(temporary, 'run-')), 'run')
    const log = `${output}.log`
    const { ended } = start({ pipes: false }, { output, log, only: 'START-03' })
    const { code } = await ended
    await unlessTold()
    const said = readFileSync(log, 'utf8')
    rmSync(dirname(output), { recursive: true, force: true })
    if (code === 0) return
    // A busy machine may leave it undecided.
    if (code === 2 && attempt < controlAttempts) continue
    cleanUp()
    console.error(`not starting, the run to which nothing happens ended with ${code}, expected 0: ${said.trim().split('\n').slice(-12).join(' | ')}`)
    process.exit(1)
  }
}

async function torture(name) {
  const kind = kinds[name]
  const output = join(mkdtempSync(join(temporary, 'run-')), 'run')
  const log = `${output}.log`
  const afterMs = Math.round(Math.random() * Number(values['within-ms']))
  const prepared = (await kind.prepare?.({ output })) ?? {}
  if (prepared.end !== undefined) endings.add(prepared.end)
  const { child, ended, only } = start(kind, { output, log })
  // Loading takes longer than many a scenario on a busy machine: mostly the moment is counted from where the run begins.
  const fromBegin = Math.random() < 0.8
  if (fromBegin) await Promise.race([ended, untilThere(join(output, 'run-input.json'))])
  const early = await Promise.race([ended, pause(afterMs)])
  const problems = []
  if (early === undefined) await kind.act({ child, prepared, started: (one) => children.add(one) })
  const result = await Promise.race([ended, pause(kind.interrupts || kind.killed ? stopWithinMs : endWithinMs)])
  if (result === undefined) {
    child.kill('SIGKILL')
    problems.push(`it had not ended in time after ${name}`)
    await ended
  }
  await unlessTold()
  const said = readFileSync(log, 'utf8')
  problems.push(...wrongInEnd(kind, { result, early, said }), ...wrongInFiles(kind, { output, result, mustReport: kind.reports && (fromBegin || afterMs > reportAfterMs) && (kind.pipes === true || said !== ''), early }))
  if (problems.length > 0) problems.push(`it said: ${said.trim().split('\n').slice(-4).join(' | ')}`)
  prepared.end?.()
  endings.delete(prepared.end)
  const wasReady = hadReadyService(output)
  rmSync(dirname(output), { recursive: true, force: true })
  return { name, wasReady, what: `${name} ${afterMs} ms after the ${fromBegin ? 'begin' : 'start'} of ${only}`, exit: result?.code ?? result?.by ?? null, problems }
}

/** Until the program is loaded, and has said anything, a signal ends it as it ends any other, and a shell sees the same exit code. */
function wrongInEnd(kind, { result, early, said }) {
  if (result === undefined || kind.killed) return []
  if (early !== undefined && [0, 2].includes(early.code)) return []
  if (kind.mayEndUnloaded && result.code === null && said === '') return []
  return kind.exits.includes(result.code) ? [] : [`exit ${result.code ?? result.by}, expected ${kind.exits.join(' or ')}`]
}

/** What was reported is valid and blames nobody; what was only recorded can be judged, and blames nobody either. */
function wrongInFiles(kind, { output, mustReport, early }) {
  const path = join(output, 'run.json')
  const input = join(output, 'run-input.json')
  const runId = readJson(input)?.runId
  if (runId !== undefined) runIds.push(runId)
  if (existsSync(path)) return wrongInReport(path, kind.interrupts && early === undefined)
  if (mustReport) return ['there is no run.json']
  if (runId === undefined || kind.killed !== true) return []
  const again = join(dirname(output), 'again')
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'bin/seaworthy.js'), 'recheck', output, '--output', again], { encoding: 'utf8' })
  if (!existsSync(join(again, 'run.json'))) return status === 64 && /SW_/.test(stderr) ? [] : [`recheck of what was recorded: exit ${status}, ${stderr.slice(0, 200)}`]
  return wrongInReport(join(again, 'run.json'), false).map((problem) => `judged again: ${problem}`)
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

function wrongInReport(path, isInterrupted) {
  const report = readJson(path)
  if (report === undefined) return ['run.json is no JSON']
  const problems = isValid(report) ? [] : [`run.json is not valid: ${isValid.errors.slice(0, 3).map(({ instancePath, message }) => `${instancePath} ${message}`).join('; ')}`]
  const failed = report.requirements.filter((one) => one.outcome === 'failed').map((one) => `${one.id} (${one.summary})`)
  if (isInterrupted && report.status !== 'interrupted') problems.push(`run.json says ${report.status}`)
  if (failed.length > 0) problems.push(`failed though nothing is wrong with the service: ${failed.join(', ')}`)
  return problems
}

function writeMeasurements(results) {
  const rows = [...new Set(results.map(({ name }) => name))].map((name) => {
    const own = results.filter((one) => one.name === name)
    const good = own.filter(({ problems }) => problems.length === 0).length
    return { what: `harness ${name}: runs that ended as they must, without a false verdict, with valid reports, nothing left`, measured: `${good} of ${own.length}`, target: 'all', met: good === own.length }
  })
  const ready = results.filter(({ wasReady }) => wasReady).length
  rows.push({ what: 'runs whose service was found healthy before it happened (the others were hit while they began)', measured: `${ready} of ${results.length}`, target: 'at least a quarter', met: ready * 4 >= results.length })
  const options = [`--times ${values.times}`, ...(values.together ? ['--together'] : []), ...(values.apart ? ['--apart'] : []), ...(values['within-ms'] === withinMsUsual ? [] : [`--within-ms ${values['within-ms']}`]), ...(values.kinds === Object.keys(kinds).join(',') ? [] : [`--kinds ${values.kinds}`])]
  writeMeasurement(values.output, { name: 'survival', title: 'Survival of the harness', command: `npm run torture -- ${options.join(' ')}`, rows })
}

/** What undoes the preparation of the runs that are under way. */
const endings = new Set()
/** Goes no further once this program was told to end: then all of it is being ended. */
const unlessTold = whenToldToEnd(async () => {
  children.kill()
  // Their reapers see to what they had started. A run that was killed before it had one left no more than its folder.
  if ((await untilNothingIsLeft()).length > 0) spawnSync(process.execPath, [join(root, 'bin/seaworthy.js'), 'clean'], { env: environment })
  const found = left()
  if (found.length > 0) console.error(`left: ${found.join('; ')}`)
  cleanUp()
})
function cleanUp() {
  for (const end of endings) end()
  rmSync(temporary, { recursive: true, force: true })
}
const wanted = values.kinds.split(',')
const unknown = wanted.filter((name) => !Object.hasOwn(kinds, name))
if (unknown.length > 0) {
  cleanUp()
  console.error(`--kinds: found ${unknown.join(', ')}, expected some of ${Object.keys(kinds).join(', ')}`)
  process.exit(64)
}
const before = left()
if (before.length > 0) {
  cleanUp()
  console.error(`not starting, something is left already: ${before.join('; ')}`)
  process.exit(1)
}
await requireHealthyControl()
const rounds = Array.from({ length: Number(values.times) }, () => (values.together ? [wanted] : wanted.map((name) => [name]))).flat()
const all = []
for (const round of rounds) {
  await unlessTold()
  const results = await Promise.all(round.map(torture))
  const found = await untilNothingIsLeft()
  for (const one of results) {
    if (found.length > 0) one.problems.push(`left: ${found.join('; ')}`)
    all.push(one)
    console.log(`${String(all.length).padStart(3)} ${one.what}, exit ${one.exit}: ${one.problems.length === 0 ? 'as expected, nothing is left' : one.problems.join('; ')}`)
  }
}
const bad = all.filter(({ problems }) => problems.length > 0).length
if (values.output !== undefined) writeMeasurements(all)
cleanUp()
console.log(`${all.length - bad} of ${all.length} runs ended as they must and left nothing behind; the service of ${all.filter(({ wasReady }) => wasReady).length} was found healthy before it happened`)
process.exit(bad === 0 ? 0 : 1)
