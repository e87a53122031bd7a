// Ends runs at random moments by SIGINT, SIGTERM and SIGKILL and looks for anything left behind.
// node scripts/torture.js [--times N] [--signals SIGINT,SIGKILL] [--within-ms 25000]
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { leftovers } from './leftovers.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { values } = parseArgs({ options: { times: { type: 'string', default: '30' }, signals: { type: 'string', default: 'SIGINT,SIGTERM,SIGKILL' }, 'within-ms': { type: 'string', default: '25000' } } })
const expectedExit = { SIGINT: 130, SIGTERM: 143 }
const goneWithinMs = 15_000
const stopWithinMs = 60_000

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function untilNothingIsLeft() {
  const endAt = Date.now() + goneWithinMs
  for (;;) {
    const found = leftovers()
    if (found.length === 0 || Date.now() > endAt) return found
    await pause(200)
  }
}

async function once(signal, number) {
  const output = mkdtempSync(join(tmpdir(), 'seaworthy-test-torture-'))
  const afterMs = Math.round(Math.random() * Number(values['within-ms']))
  const child = spawn(process.execPath, [join(root, 'bin/seaworthy.js'), 'run', '--output', output], { cwd: root, stdio: 'ignore', detached: true })
  const ended = new Promise((resolve) => child.once('exit', (code, by) => resolve({ code, by })))
  const early = await Promise.race([ended, pause(afterMs)])
  if (early !== undefined) return `the run ended by itself with ${early.code} before ${signal}`
  child.kill(signal)
  const result = await Promise.race([ended, pause(stopWithinMs)])
  const problems = []
  if (result === undefined) {
    child.kill('SIGKILL')
    problems.push(`it had not stopped ${stopWithinMs} ms after ${signal}`)
  } else if (expectedExit[signal] !== undefined && result.code !== expectedExit[signal]) {
    problems.push(`exit code ${result.code ?? result.by}, expected ${expectedExit[signal]}`)
  }
  problems.push(...(await untilNothingIsLeft()))
  if (signal !== 'SIGKILL' && afterMs > 2_000) {
    const report = JSON.parse(readFileSync(join(output, 'run.json'), 'utf8'))
    if (report.status !== 'interrupted') problems.push(`run.json says ${report.status}`)
    const wrong = report.requirements.filter((one) => one.outcome === 'failed')
    if (wrong.length > 0) problems.push(`failed because of the interrupt: ${wrong.map((one) => one.id).join(', ')}`)
  }
  rmSync(output, { recursive: true, force: true })
  console.log(`${String(number).padStart(3)} ${signal} after ${afterMs} ms: ${problems.length === 0 ? 'clean' : problems.join('; ')}`)
  return problems.length === 0 ? undefined : problems.join('; ')
}

const before = leftovers()
if (before.length > 0) {
  console.error(`not starting, something is left already: ${before.join('; ')}`)
  process.exit(1)
}
let bad = 0
let number = 0
for (let round = 0; round < Number(values.times); round++) {
  for (const signal of values.signals.split(',')) {
    number += 1
    if ((await once(signal, number)) !== undefined) bad += 1
  }
}
console.log(`${number - bad} of ${number} interrupted runs left nothing behind`)
process.exit(bad === 0 ? 0 : 1)
