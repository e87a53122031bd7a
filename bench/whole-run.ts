import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFile } from '../bin/package-files.js'

export interface RunMeasurement {
  readonly wallS: number
  readonly harnessMiB: number
  readonly everythingMiB: number
}

const sampleEveryMs = 500

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

/** One quick run on the reference service, its memory sampled twice a second. */
export async function measureRun(folder: string): Promise<RunMeasurement> {
  const startedAt = performance.now()
  const child = spawn(process.execPath, [packageFile('bin/seaworthy.js'), 'run', '--output', join(folder, `run-${randomUUID()}`), '--random-seed', '1'], { stdio: 'ignore' })
  let harnessMiB = 0
  let everythingMiB = 0
  const sample = setInterval(() => {
    const harness = child.pid ?? 0
    harnessMiB = Math.max(harnessMiB, memoryMiB(harness))
    everythingMiB = Math.max(everythingMiB, processesOfTheRun(harness).reduce((sum, pid) => sum + memoryMiB(pid), 0))
  }, sampleEveryMs)
  const exitCode = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  clearInterval(sample)
  if (exitCode !== 0) console.error(`the measured run ended with ${exitCode}`)
  return { wallS: (performance.now() - startedAt) / 1_000, harnessMiB, everythingMiB }
}
