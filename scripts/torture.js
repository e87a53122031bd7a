// Ends runs at random moments by SIGINT, SIGTERM and SIGKILL and looks for anything left behind.
// node scripts/torture.js [--times N] [--signals SIGINT,SIGKILL] [--within-ms 25000] [--together]
// With --together one run for each signal goes on at the same time, and what is left is looked for when all have ended.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, openSync, closeSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { leftovers } from './leftovers.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { values } = parseArgs({ options: { times: { type: 'string', default: '30' }, signals: { type: 'string', default: 'SIGINT,SIGTERM,SIGKILL' }, 'within-ms': { type: 'string', default: '25000' }, together: { type: 'boolean', default: false } } })
const expectedExit = { SIGINT: 130, SIGTERM: 143 }
const goneWithinMs = 15_000
const stopWithinMs = 60_000
/** Before that the run may not have begun to be one. */
const reportAfterMs = 4_000

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function untilNothingIsLeft() {
  const endAt = Date.now() + goneWithinMs
  for (;;) {
    const found = leftovers()
    if (found.length === 0 || Date.now() > endAt) return found
    await pause(200)
  }
}

async function interrupt(signal) {
  const output = mkdtempSync(join(tmpdir(), 'seaworthy-test-torture-'))
  const afterMs = Math.round(Math.random() * Number(values['within-ms']))
  const said = openSync(`${output}.log`, 'w')
  const child = spawn(process.execPath, [join(root, 'bin/seaworthy.js'), 'run', '--output', output], { cwd: root, stdio: ['ignore', said, said], detached: true })
  closeSync(said)
  const ended = new Promise((resolve) => child.once('exit', (code, by) => resolve({ code, by })))
  const problems = []
  const early = await Promise.race([ended, pause(afterMs)])
  if (early !== undefined) problems.push(`the run ended by itself with ${early.code} before ${signal}`)
  else child.kill(signal)
  const result = await Promise.race([ended, pause(stopWithinMs)])
  // Until the program is loaded, and has said anything, a signal ends it as it ends any other, and a shell sees the same exit code.
  const wasLoading = result?.by === signal && readFileSync(`${output}.log`, 'utf8') === ''
  if (result === undefined) {
    child.kill('SIGKILL')
    problems.push(`it had not stopped ${stopWithinMs} ms after ${signal}`)
  } else if (expectedExit[signal] !== undefined && result.code !== expectedExit[signal] && early === undefined && !wasLoading) {
    problems.push(`exit code ${result.code ?? result.by}, expected ${expectedExit[signal]}`)
  }
  if (signal !== 'SIGKILL' && afterMs > reportAfterMs) problems.push(...wrongInReport(join(output, 'run.json')))
  if (problems.length > 0) problems.push(`it said: ${readFileSync(`${output}.log`, 'utf8').trim().split('\n').slice(-4).join(' | ')}`)
  rmSync(output, { recursive: true, force: true })
  rmSync(`${output}.log`, { force: true })
  return { what: `${signal} after ${afterMs} ms`, problems }
}

/** The partial report is there, says so, and blames nobody for the interrupt. */
function wrongInReport(path) {
  if (!existsSync(path)) return ['there is no run.json']
  const report = JSON.parse(readFileSync(path, 'utf8'))
  const failed = report.requirements.filter((one) => one.outcome === 'failed').map((one) => one.id)
  return [
    ...(report.status === 'interrupted' ? [] : [`run.json says ${report.status}`]),
    ...(failed.length === 0 ? [] : [`failed because of the interrupt: ${failed.join(', ')}`]),
  ]
}

const before = leftovers()
if (before.length > 0) {
  console.error(`not starting, something is left already: ${before.join('; ')}`)
  process.exit(1)
}
const signals = values.signals.split(',')
const rounds = Array.from({ length: Number(values.times) }, () => (values.together ? [signals] : signals.map((signal) => [signal]))).flat()
let number = 0
let bad = 0
for (const round of rounds) {
  const results = await Promise.all(round.map(interrupt))
  const left = await untilNothingIsLeft()
  for (const { what, problems } of results) console.log(`${String(++number).padStart(3)} ${what}: ${problems.length === 0 ? 'as expected' : problems.join('; ')}`)
  console.log(`    ${left.length === 0 ? 'nothing is left' : `left: ${left.join('; ')}`}`)
  bad += left.length > 0 ? round.length : results.filter(({ problems }) => problems.length > 0).length
}
console.log(`${number - bad} of ${number} interrupted runs ended as they must and left nothing behind`)
process.exit(bad === 0 ? 0 : 1)
