// Runs seaworthy on services that mean harm: each run ends in bounded time and memory, gives no false green, writes reports that are valid and safe,
// listens on loopback only, and leaves nothing.
//   node scripts/hostile.js [--targets 'endless bodies,…'] [--only DRAIN-01,MONI-02] [--output FILE]
import { spawn } from 'node:child_process'
import { existsSync, lstatSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { networkInterfaces, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import addFormats from 'ajv-formats'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { validateXML } from 'xmllint-wasm'
import { writeMeasurement } from '../dist/bench/measurement.js'
import { descriptorOf, fileOfAnother, serverOf, targets } from './hostile-targets.js'
import { leftovers } from './leftovers.js'
import { isLoopback, listenersOf } from './listeners.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { values } = parseArgs({ options: { targets: { type: 'string' }, only: { type: 'string', default: 'DRAIN-01,DRAIN-05,MONI-01,MONI-02,START-02' }, output: { type: 'string' } } })
const wallMsMax = 240_000
const peakMegabytesMax = 600
const runBytesMax = 400_000_000

const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true })
addFormats.default(ajv)
const isValid = ajv.compile(JSON.parse(readFileSync(join(root, 'schemas/run-v1.schema.json'), 'utf8')))
const temporary = mkdtempSync(join(tmpdir(), 'sw-'))

/** Somewhere that is not loopback, which counts who comes. */
async function elsewhere() {
  const address = Object.values(networkInterfaces()).flat().find((one) => one?.family === 'IPv4' && !one.internal)?.address
  const seen = { connections: 0, url: 'http://203.0.113.7:9' }
  if (address === undefined) return { ...seen, close: () => {} }
  const server = createServer((_, response) => response.end('{}')).on('connection', () => (seen.connections += 1))
  await new Promise((resolve) => server.listen(0, address, resolve))
  server.unref()
  return Object.assign(seen, { url: `http://${address}:${server.address().port}`, close: () => server.close() })
}

const peakKilobytes = (pid) => {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
const filesBelow = (folder) => (existsSync(folder) ? readdirSync(folder, { recursive: true }).map((name) => join(folder, name)).filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true) : [])

/** The run, what it needed, and every address it was seen to listen on besides loopback. */
async function observed(child) {
  const startedAt = performance.now()
  const outside = new Set()
  let kilobytes = 0
  let isOver = false
  const ended = new Promise((resolve) => child.once('exit', (code, by) => { isOver = true; resolve(code ?? by) }))
  const killer = setTimeout(() => child.kill('SIGKILL'), wallMsMax)
  while (!isOver) {
    kilobytes = Math.max(kilobytes, peakKilobytes(child.pid))
    for (const address of listenersOf(child.pid)) if (!isLoopback(address)) outside.add(address)
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 300))])
  }
  clearTimeout(killer)
  return { exit: await ended, wallMs: Math.round(performance.now() - startedAt), megabytes: Math.round(kilobytes / 1024), outside: [...outside] }
}

async function wrongInReports(output, { target, exit, said }) {
  const path = join(output, 'run.json')
  if (!existsSync(path)) return ['there is no run.json']
  const wrong = []
  const report = JSON.parse(readFileSync(path, 'utf8'))
  if (!isValid(report)) wrong.push(`run.json is not valid: ${ajv.errorsText(isValid.errors).slice(0, 200)}`)
  if (/<script>alert/.test(readFileSync(join(output, 'index.html'), 'utf8'))) wrong.push('index.html holds a script of the service')
  // A folder in the place of a report cannot be written over, and must not be removed: that it is not there is said, and is no success.
  if (target.spoils !== undefined && exit === 70 && !said.includes(`the ${target.spoils} report could not be written`)) wrong.push('exit 70, and not a word of the report that is missing')
  if (target.spoils !== undefined) return wrong
  const junit = await validateXML({ xml: [{ fileName: 'junit.xml', contents: readFileSync(join(output, 'junit.xml'), 'utf8') }] })
  if (!junit.valid && junit.errors.some(({ message }) => !/no schema|no dtd/i.test(message))) wrong.push(`junit.xml: ${junit.errors[0]?.message}`)
  if (JSON.parse(readFileSync(join(output, 'seaworthy.sarif'), 'utf8')).version !== '2.1.0') wrong.push('seaworthy.sarif is not SARIF 2.1.0')
  return wrong
}

async function run(name) {
  const target = targets[name]
  const folder = mkdtempSync(join(temporary, 'hostile-'))
  const output = join(folder, 'run')
  const away = await elsewhere()
  const another = join(folder, 'of-another')
  writeFileSync(another, fileOfAnother)
  writeFileSync(join(folder, 'server.mjs'), serverOf(target))
  writeFileSync(join(folder, 'seaworthy.yaml'), descriptorOf({ directory: output, elsewhere: away.url, another }))
  const reporters = ['html', 'junit', 'sarif', 'markdown', 'json'].flatMap((one) => ['--reporter', one])
  const child = spawn(process.execPath, [join(root, 'bin/seaworthy.js'), 'run', 'seaworthy.yaml', '--allow', 'destructive', '--only', values.only, '--output', output, ...reporters], { cwd: folder, env: { ...process.env, TMPDIR: temporary }, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { said = `${said}${chunk}`.slice(-20_000) })
  const seen = await observed(child)
  const wrong = []
  const exits = target.spoils === undefined ? [1, 2] : [1, 2, 70]
  if (!exits.includes(seen.exit)) wrong.push(`exit ${seen.exit}, expected ${exits.join(' or ')}: ${said.trim().slice(-300)}`)
  if (seen.megabytes > peakMegabytesMax) wrong.push(`${seen.megabytes} MB, at most ${peakMegabytesMax}`)
  if (seen.outside.length > 0) wrong.push(`listened on ${seen.outside.join(', ')}`)
  if (away.connections > 0) wrong.push(`${away.connections} connections went where a redirect led`)
  const files = filesBelow(output)
  const bytes = files.reduce((sum, path) => sum + statSync(path).size, 0)
  if (bytes > runBytesMax) wrong.push(`${bytes} bytes in the run directory`)
  if (target.mustNotHold !== undefined && files.some((path) => readFileSync(path).includes(target.mustNotHold))) wrong.push(`a file of the run holds ${target.mustNotHold}`)
  if (!lstatSync(another).isFile() || readFileSync(another, 'utf8') !== fileOfAnother) wrong.push('a file that the run has nothing to do with is not as it was')
  wrong.push(...(await wrongInReports(output, { target, exit: seen.exit, said }).catch((error) => [`a report cannot be read: ${error.message}`])))
  const runId = runIdIn(output)
  const left = leftovers({ directory: temporary, runIds: runId === undefined ? [] : [runId] })
  if (left.length > 0) wrong.push(`left: ${left.join('; ')}`)
  away.close()
  rmSync(folder, { recursive: true, force: true })
  return { name, ...seen, bytes, wrong }
}

function runIdIn(output) {
  try {
    return JSON.parse(readFileSync(join(output, 'run-input.json'), 'utf8')).runId
  } catch {
    return undefined
  }
}

function writeMeasurements(results) {
  const rows = results.map(({ name, exit, wallMs, megabytes, wrong }) => ({
    what: `hostile target: ${name}`,
    measured: `${(wallMs / 1_000).toFixed(0)} s, peak ${megabytes} MB, exit ${exit}`,
    target: `${wallMsMax / 1_000} s, ${peakMegabytesMax} MB, exit ${targets[name].spoils === undefined ? '1 or 2' : '1, 2, or 70 for the report in whose place it put a folder'}, valid reports, loopback only, nothing left`,
    met: wrong.length === 0,
    ...(wrong.length === 0 ? {} : { note: wrong.join('; ') }),
  }))
  writeMeasurement(values.output, { name: 'hostile-targets', title: 'Services that mean harm', command: `npm run hostile${values.targets === undefined ? '' : ` -- --targets '${values.targets}'`}`, rows })
}

const results = []
for (const name of values.targets?.split(',') ?? Object.keys(targets)) {
  const result = await run(name)
  results.push(result)
  console.log(`${name}: exit ${result.exit}, ${(result.wallMs / 1_000).toFixed(1)} s, peak ${result.megabytes} MB, ${Math.round(result.bytes / 1_000)} kB${result.wrong.length === 0 ? '' : `: WRONG ${result.wrong.join('; ')}`}`)
}
rmSync(temporary, { recursive: true, force: true })
if (values.output !== undefined) writeMeasurements(results)
const bad = results.filter(({ wrong }) => wrong.length > 0).length
console.log(`${results.length - bad} of ${results.length} hostile targets were borne`)
process.exit(bad === 0 ? 0 : 1)
