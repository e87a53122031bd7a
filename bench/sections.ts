import { spawnSync } from 'node:child_process'
import { packageFile } from '../bin/package-files.js'
import { measureInstallSize } from './install-size.js'
import { measureJudging } from './judging.js'
import type { Bench } from './measure.js'
import { isInstalled, otherBalancers } from './other-balancers.js'
import { measureRecorded } from './recorded-traffic.js'
import { measureReportPage } from './report-page.js'
import { measureBalancer, measureProxy, measureSchedule, type BalancerMeasurement } from './traffic.js'
import { measureRun } from './whole-run.js'

/** A part of the benchmark that `--only` can choose. */
export interface Section {
  readonly name: string
  run(bench: Bench): Promise<void>
}

/** A whole run takes minutes, and so does a large report. */
const slowRepeatsMax = 3

function startMs(words: readonly string[]): number {
  const startedAt = performance.now()
  const { status } = spawnSync(process.execPath, words, { stdio: 'ignore' })
  if (status !== 0) throw new Error(`node ${words.join(' ')} ended with ${status}`)
  return performance.now() - startedAt
}

async function startUp({ repeated, add }: Bench): Promise<void> {
  add('start-up of node alone', 'ms', await repeated(async () => startMs(['-e', '0'])))
  add('start-up of seaworthy --help', 'ms', await repeated(async () => startMs([packageFile('bin/seaworthy.js'), '--help'])))
}

async function traffic({ repeated, add, folder, short }: Bench): Promise<void> {
  const durationMs = short ? 1_000 : 3_000
  for (const ratePerSecond of short ? [2_000] : [500, 2_000, 5_000]) {
    const results = await repeated(() => measureSchedule({ ratePerSecond, durationMs, folder }))
    add(`traffic engine at ${ratePerSecond}/s: schedule slip, p99`, 'ms', results.map((one) => one.slipMsP99))
    add(`traffic engine at ${ratePerSecond}/s: latency error, p50`, 'ms', results.map((one) => one.latencyMsP50))
    add(`traffic engine at ${ratePerSecond}/s: latency error, p99`, 'ms', results.map((one) => one.latencyMsP99))
  }
  for (const ratePerSecond of short ? [2_000] : [2_000, 5_000, 10_000, 15_000]) {
    const results = await repeated(() => measureRecorded({ ratePerSecond, durationMs, folder }))
    add(`traffic engine, recorded, at ${ratePerSecond}/s: requests on disk`, 'requests/s', results.map((one) => one.recordedPerSecond))
    add(`traffic engine, recorded, at ${ratePerSecond}/s: schedule slip`, 'ratio', results.map((one) => one.slipShare), ratePerSecond === 10_000 ? { max: 0.05 } : undefined)
    add(`traffic engine, recorded, at ${ratePerSecond}/s: not answered`, 'requests', results.map((one) => one.notOk))
  }
}

async function way(bench: Bench, name: string, measure: () => Promise<BalancerMeasurement>): Promise<void> {
  const results = await bench.repeated(measure)
  bench.add(`${name}: throughput`, 'requests/s', results.map((one) => one.throughputPerSecond))
  bench.add(`${name}: throughput of the same servers without it`, 'requests/s', results.map((one) => one.directPerSecond))
  bench.add(`${name}: added latency at 500/s, p50`, 'ms', results.map((one) => one.addedMsP50))
  bench.add(`${name}: added latency at 500/s, p99`, 'ms', results.map((one) => one.addedMsP99))
}

async function balancer(bench: Bench): Promise<void> {
  await way(bench, 'balancer', () => measureBalancer(bench.folder))
  for (const other of otherBalancers) {
    if (isInstalled(other)) await way(bench, other, () => measureBalancer(bench.folder, other))
    else console.log(`${other} is not installed: left out`)
  }
}

async function history(bench: Bench): Promise<void> {
  const { add, folder, short, huge } = bench
  const sizes = [10_000, 100_000, ...(short ? [] : [1_000_000]), ...(huge ? [10_000_000] : [])]
  for (const requests of sizes) {
    const judged = await bench.repeated(async () => measureJudging({ requests, folder }), slowRepeatsMax)
    const ended = judged.filter((one) => one !== undefined)
    if (ended.length < judged.length) add(`checks on ${requests} requests: ended for want of memory`, 'times', [judged.length - ended.length], { max: 0 })
    if (ended.length > 0) {
      add(`checks on ${requests} requests: time`, 's', ended.map((one) => one.wallS))
      add(`checks on ${requests} requests: peak memory`, 'MiB', ended.map((one) => one.peakMiB))
      add(`audit of ${requests} keys: time`, 's', ended.map((one) => one.auditS))
      add(`audit of ${requests} keys: peak memory`, 'MiB', ended.map((one) => one.auditPeakMiB))
    }
    const pages = await bench.repeated(() => measureReportPage({ requests, folder }), slowRepeatsMax)
    add(`HTML report of ${requests} requests: time`, 's', pages.map((one) => one.wallS))
    add(`HTML report of ${requests} requests: peak memory`, 'MiB', pages.map((one) => one.peakMiB))
    add(`HTML report of ${requests} requests: size of the file`, 'MiB', pages.map((one) => one.fileMiB))
    const redraws = pages.flatMap(({ redrawMs }) => redrawMs ?? [])
    if (redraws.length > 0) add(`HTML report of ${requests} requests: a zoom in the browser`, 'ms', redraws)
  }
  growth(bench, sizes)
}

/** Ten times the requests may take ten times as long, and a little; and hardly more memory. Only the audit has something to remember of each. */
function growth({ add, medianOfNamed }: Bench, sizes: readonly number[]): void {
  const [smaller, larger] = [sizes.at(-2) ?? 0, sizes.at(-1) ?? 0]
  const grown = [{ what: 'checks on', unit: 'requests', isFlat: true }, { what: 'audit of', unit: 'keys', isFlat: false }, { what: 'HTML report of', unit: 'requests', isFlat: true }]
  for (const { what, unit, isFlat } of grown) {
    const ratio = (of: string): number => medianOfNamed(`${what} ${larger} ${unit}: ${of}`) / medianOfNamed(`${what} ${smaller} ${unit}: ${of}`)
    if (Number.isNaN(ratio('time'))) continue
    add(`${what} ${larger} ${unit}: time against that for ${smaller}`, 'ratio', [ratio('time')], { max: (1.2 * larger) / smaller })
    add(`${what} ${larger} ${unit}: memory against that for ${smaller}`, 'ratio', [ratio('peak memory')], isFlat ? { max: 1.5 } : undefined)
  }
}

async function run({ repeated, add, folder }: Bench): Promise<void> {
  const runs = await repeated(async () => measureRun(folder), slowRepeatsMax)
  add('quick run: wall time', 's', runs.map((one) => one.wallS))
  add('quick run: harness overhead, the share of the wall time without any scenario', 'ratio', runs.map((one) => one.waterfall.overheadShare), { max: 0.1 })
  add('quick run, waterfall: until the first scenario', 's', runs.map(({ waterfall }) => waterfall.beforeS))
  add('quick run, waterfall: while scenarios go on', 's', runs.map(({ waterfall }) => waterfall.scenariosS))
  add('quick run, waterfall: between scenarios', 's', runs.map(({ waterfall }) => waterfall.betweenS))
  add('quick run, waterfall: from the last scenario to the exit', 's', runs.map(({ waterfall }) => waterfall.afterS))
  add('quick run, sum over scenarios: deploying', 's', runs.map(({ waterfall }) => waterfall.deployingS))
  add('quick run, sum over scenarios: gates of steady state', 's', runs.map(({ waterfall }) => waterfall.gatesS))
  add('quick run, sum over scenarios: waiting for the service', 's', runs.map(({ waterfall }) => waterfall.waitsS))
  add('quick run, sum over scenarios: traffic, faults and pauses', 's', runs.map(({ waterfall }) => waterfall.exercisingS))
  add('quick run: processor time of the harness process', 's', runs.map((one) => one.harnessCpuS))
  add('quick run: peak memory of the harness process', 'MiB', runs.map((one) => one.harnessMiB))
  add('quick run: peak memory of everything of the run', 'MiB', runs.map((one) => one.everythingMiB))
  for (const { scenario, seconds } of runs[0]?.waterfall.longest ?? []) console.log(`    ${scenario}: ${seconds.toFixed(1)} s`)
}

async function install({ add }: Bench): Promise<void> {
  const size = measureInstallSize()
  add('install size: the package', 'MiB', [size.packageMiB])
  add('install size: with everything it needs', 'MiB', [size.withDependenciesMiB])
  add('install size: packages it needs', 'count', [size.packages])
}

export const sections: readonly Section[] = [
  { name: 'start-up', run: startUp },
  { name: 'install', run: install },
  { name: 'traffic', run: traffic },
  { name: 'balancer', run: balancer },
  { name: 'proxy', run: (bench) => way(bench, 'fault proxy', () => measureProxy(bench.folder)) },
  { name: 'history', run: history },
  { name: 'run', run },
]
