import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFile } from '../bin/package-files.js'
import { messageOf } from '../core/errors.js'
import type { RunReport } from '../core/run-report.js'
import { waterfallOf, type Waterfall } from './waterfall.js'

export interface RunMeasurement {
  readonly wallS: number
  readonly harnessMiB: number
  readonly everythingMiB: number
  /** Processor time of the harness process alone, until it was last looked at. */
  readonly harnessCpuS: number
  readonly waterfall: Waterfall
}

/** Looking into the memory of a process holds it up: more often than this starves the run that is measured. */
const sampleEveryMs = 2_000

/** Proportional set size in MiB: shared pages are counted once, divided among their users. 0 where /proc has none. */
function memoryMiB(pid: number): number {
  try {
    const match = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))
    return Number(match?.[1] ?? 0) / 1_024
  } catch {
    return 0
  }
}

/** Processes whose session or ancestry leads to the harness, found by the marker in their environment. */
function processesOfTheRun(harness: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return pid === harness || readFileSync(`/proc/${pid}/environ`, 'latin1').includes('SEAWORTHY_RUN=')
      } catch {
        return false
      }
    })
}

/** User and system time of a process so far, in seconds, by ticks of a hundredth; 0 where /proc has none. */
function cpuS(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return 0
  }
}

/** What kept it from ending with 0: its folder goes with the benchmark. */
function notPassedIn(output: string): readonly string[] {
  try {
    const { requirements } = JSON.parse(readFileSync(join(output, 'run.json'), 'utf8')) as RunReport
    return requirements.filter(({ outcome }) => outcome !== 'passed').map(({ id, outcome, findings }) => `${id} ${outcome}: ${findings.filter((one) => one.outcome === outcome).map(({ summary }) => summary).join('; ')}`)
  } catch (thrown) {
    return [`its report cannot be read: ${messageOf(thrown)}`]
  }
}

/** One quick run on the reference service, its memory sampled every two seconds. */
export async function measureRun(folder: string): Promise<RunMeasurement> {
  const startedAt = performance.now()
  const startedAtMs = Date.now()
  const output = join(folder, `run-${randomUUID()}`)
  const child = spawn(process.execPath, [packageFile('bin/seaworthy.js'), 'run', '--driver', 'process', '--output', output, '--random-seed', '1'], { stdio: 'ignore' })
  let harnessMiB = 0
  let everythingMiB = 0
  let harnessCpuS = 0
  const sample = setInterval(() => {
    const harness = child.pid ?? 0
    harnessCpuS = Math.max(harnessCpuS, cpuS(harness))
    harnessMiB = Math.max(harnessMiB, memoryMiB(harness))
    everythingMiB = Math.max(everythingMiB, processesOfTheRun(harness).reduce((sum, pid) => sum + memoryMiB(pid), 0))
  }, sampleEveryMs)
  const exitCode = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  clearInterval(sample)
  if (exitCode !== 0) console.error(`the measured run ended with ${exitCode}${notPassedIn(output).map((line) => `\n    ${line}`).join('')}`)
  return { wallS: (performance.now() - startedAt) / 1_000, harnessMiB, everythingMiB, harnessCpuS, waterfall: waterfallOf(output, { startedAtMs, endedAtMs: Date.now() }) }
}
