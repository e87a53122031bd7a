import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { dirname } from 'node:path'
import type { Measure } from './measure.js'

/** One number, and what it should be. */
export interface MeasurementRow {
  /** What was measured, in words that stand alone: 'outage length, worst error of 120'. */
  readonly what: string
  /** As it is shown, with its unit: '12 ms', '0 of 4000'. */
  readonly measured: string
  /** As it is shown: 'at most 20 ms'; absent where there is none to reach. */
  readonly target?: string
  /** Absent without a target, or where nothing could be said (a starved machine, a tool that is not installed). */
  readonly met?: boolean
  /** A time: somebody else on the machine may be the reason of a miss. Absent for what is counted, which is right anywhere. */
  readonly timed?: true
  readonly note?: string
}

/** What a measuring command found: `measurements/<name>.json`, rendered into docs/measurements.md by `npm run docs`. */
export interface Measurement {
  readonly schema: typeof measurementSchema
  readonly name: string // 'accuracy', 'speed', 'survival': the name of the file
  readonly title: string
  /** What made it, to be typed again. */
  readonly command: string
  readonly date: string // ISO 8601, UTC
  readonly machine: string
  readonly rows: readonly MeasurementRow[]
  /** The same as numbers, where they are compared with later ones. */
  readonly measures?: readonly Measure[]
}
export const measurementSchema = 'seaworthy-measurement/v1'

/** The machine as a reader of numbers needs it, with its load at this moment. */
export function machine(): string {
  const processors = cpus()
  const memoryGiB = Math.round(totalmem() / 2 ** 30)
  return `${processors.length} x ${processors[0]?.model.trim() ?? 'unknown processor'}, ${memoryGiB} GiB, ${type()} ${release()}, Node.js ${process.version}, load average ${(loadavg()[0] ?? 0).toFixed(1)} at the end`
}

/** Writes one measurement of now on this machine to a file. */
export function writeMeasurement(file: string, found: Pick<Measurement, 'name' | 'title' | 'command' | 'rows' | 'measures'>): void {
  const measurement: Measurement = { schema: measurementSchema, ...found, date: new Date().toISOString(), machine: machine() }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(measurement, null, 2)}\n`)
}
