import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { packageFile } from '../bin/package-files.js'
import { measureBalancer, measureSchedule } from './traffic.js'
import { medianOf, type Measure } from './measure.js'
import { measureReportPage } from './report-page.js'
import { measureRun } from './whole-run.js'

/** `npm run bench`: medians over several repeats, printed and, with --output FILE, written as JSON. */
const { values } = parseArgs({ options: { repeats: { type: 'string', default: '5' }, output: { type: 'string' }, 'skip-run': { type: 'boolean', default: false } } })
const repeats = Number(values.repeats)
/** A whole run takes minutes. */
const runRepeatsMax = 3
const measures: Measure[] = []
const add = (name: string, unit: string, samples: readonly number[]): void => {
  const measure = { name, unit, median: medianOf(samples), min: Math.min(...samples), max: Math.max(...samples), repeats: samples.length }
  measures.push(measure)
  const shown = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(2)).padStart(9)
  console.log(`${name.padEnd(58)}${shown(measure.median)} ${unit.padEnd(12)} (${shown(measure.min).trim()} to ${shown(measure.max).trim()}, ${samples.length} repeats)`)
}
async function repeated<T>(work: () => Promise<T>, times = repeats): Promise<readonly T[]> {
  const results: T[] = []
  for (let round = 0; round < times; round++) results.push(await work())
  return results
}

function helpStartMs(): number {
  const startedAt = performance.now()
  const { status } = spawnSync(process.execPath, [packageFile('bin/seaworthy.js'), '--help'], { stdio: 'ignore' })
  if (status !== 0) throw new Error(`seaworthy --help ended with ${status}`)
  return performance.now() - startedAt
}

console.log(`${process.version} on ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`)
const bare = await repeated(async () => {
  const startedAt = performance.now()
  spawnSync(process.execPath, ['-e', '0'], { stdio: 'ignore' })
  return performance.now() - startedAt
})
add('start-up of node alone', 'ms', bare)
add('start-up of seaworthy --help', 'ms', await repeated(async () => helpStartMs()))

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-bench-'))
try {
  for (const ratePerSecond of [500, 2_000, 5_000]) {
    const results = await repeated(() => measureSchedule({ ratePerSecond, durationMs: 3_000, folder }))
    add(`traffic engine at ${ratePerSecond}/s: schedule slip, p99`, 'ms', results.map((one) => one.slipMsP99))
    add(`traffic engine at ${ratePerSecond}/s: latency error, p50`, 'ms', results.map((one) => one.latencyMsP50))
    add(`traffic engine at ${ratePerSecond}/s: latency error, p99`, 'ms', results.map((one) => one.latencyMsP99))
    add(`traffic engine at ${ratePerSecond}/s: requests made of those planned`, 'ratio', results.map((one) => one.sent / (ratePerSecond * 3)))
  }
  const balancer = await repeated(() => measureBalancer(folder))
  add('balancer: throughput', 'requests/s', balancer.map((one) => one.throughputPerSecond))
  add('balancer: throughput of the backends without it', 'requests/s', balancer.map((one) => one.directPerSecond))
  add('balancer: added latency at 500/s, p50', 'ms', balancer.map((one) => one.addedMsP50))
  add('balancer: added latency at 500/s, p99', 'ms', balancer.map((one) => one.addedMsP99))
  for (const requests of [100_000, 1_000_000]) {
    const pages = await repeated(() => measureReportPage({ requests, folder }), Math.min(repeats, runRepeatsMax))
    add(`HTML report of ${requests} requests: time`, 's', pages.map((one) => one.wallS))
    add(`HTML report of ${requests} requests: peak memory`, 'MiB', pages.map((one) => one.peakMiB))
    add(`HTML report of ${requests} requests: size of the file`, 'MiB', pages.map((one) => one.fileMiB))
    const redraws = pages.flatMap(({ redrawMs }) => redrawMs ?? [])
    if (redraws.length > 0) add(`HTML report of ${requests} requests: a zoom in the browser`, 'ms', redraws)
  }
  if (!values['skip-run']) {
    const runs = await repeated(async () => measureRun(folder), Math.min(repeats, runRepeatsMax))
    add('quick run of the reference service: wall time', 's', runs.map((one) => one.wallS))
    add('quick run: peak memory of the harness process', 'MiB', runs.map((one) => one.harnessMiB))
    add('quick run: peak memory of everything of the run', 'MiB', runs.map((one) => one.everythingMiB))
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
if (values.output !== undefined) {
  const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }
  writeFileSync(values.output, `${JSON.stringify({ schema: 'seaworthy-bench/v1', version, node: process.version, cpus: cpus().length, measures }, null, 2)}\n`)
}
process.exit(0)
