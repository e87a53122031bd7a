import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { medianOf, shown, type Measure } from './measure.js'
import { writeMeasurement, type MeasurementRow } from './measurement.js'
import { sections } from './sections.js'

/**
 * `npm run bench`: medians over several repeats, printed, compared with those of an earlier file (--compare FILE), and written
 * with --output FILE. It measures and does not judge: the exit code is 0 whatever the numbers are.
 */
const options = {
  repeats: { type: 'string', default: '5' }, only: { type: 'string' }, short: { type: 'boolean', default: false }, huge: { type: 'boolean', default: false },
  output: { type: 'string' }, compare: { type: 'string' },
} as const
const { values } = parseArgs({ options })

function refuse(message: string): never {
  console.error(message)
  process.exit(64)
}
const repeats = Number(values.repeats)
if (!Number.isInteger(repeats) || repeats < 1) refuse(`--repeats: found ${JSON.stringify(values.repeats)}, expected a whole number of at least 1`)
const wanted = values.only?.split(',') ?? sections.map(({ name }) => name)
const unknown = wanted.find((name) => !sections.some((section) => section.name === name))
if (unknown !== undefined) refuse(`--only: found ${JSON.stringify(unknown)}, expected some of ${sections.map(({ name }) => name).join(',')}`)

/** Medians of an earlier file by name. */
function earlier(file: string): ReadonlyMap<string, number> {
  try {
    const { measures } = JSON.parse(readFileSync(file, 'utf8')) as { readonly measures: readonly Measure[] }
    return new Map(measures.map(({ name, median }) => [name, median]))
  } catch (thrown) {
    return refuse(`--compare: ${file} is no file of an earlier benchmark: ${(thrown as Error).message}`)
  }
}
const before = values.compare === undefined ? undefined : earlier(values.compare)

const measures: Measure[] = []
function add(name: string, unit: string, samples: readonly number[], target?: { readonly max: number }): void {
  const measure: Measure = { name, unit, median: medianOf(samples), min: Math.min(...samples), max: Math.max(...samples), repeats: samples.length, ...(target === undefined ? {} : { target }) }
  measures.push(measure)
  const known = before?.get(name)
  const compared = before === undefined ? '' : known === undefined ? '  new' : `  ${(measure.median / known).toFixed(2)} times ${shown(known)}`
  console.log(`${name.padEnd(76)}${shown(measure.median).padStart(9)} ${unit.padEnd(12)} (${shown(measure.min)} to ${shown(measure.max)}, ${samples.length} repeats)${compared}`)
}

function rowOf({ name, unit, median, min, max, repeats: times, target }: Measure): MeasurementRow {
  const text = (value: number): string => (unit === 'ratio' && Math.abs(value) < 1 ? `${(value * 100).toFixed(1)} %` : `${shown(value)}${unit === 'ratio' ? ' times' : ` ${unit}`}`)
  const measured = times === 1 ? text(median) : `${text(median)} (${text(min)} to ${text(max)})`
  return target === undefined ? { what: name, measured } : { what: name, measured, target: `at most ${text(target.max)}`, met: median <= target.max }
}

console.log(`${process.version} on ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`)
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-bench-'))
try {
  const bench = {
    folder, short: values.short, huge: values.huge, add,
    repeated: async <T>(work: () => Promise<T>, timesMax = repeats): Promise<readonly T[]> => {
      const results: T[] = []
      for (let round = 0; round < Math.min(repeats, timesMax); round++) results.push(await work())
      return results
    },
    medianOfNamed: (name: string): number => measures.find((one) => one.name === name)?.median ?? Number.NaN,
  }
  for (const section of sections) if (wanted.includes(section.name)) await section.run(bench)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
if (values.output !== undefined) {
  const words = [`--repeats ${repeats}`, ...(values.only === undefined ? [] : [`--only ${values.only}`]), ...(values.short ? ['--short'] : []), ...(values.huge ? ['--huge'] : [])]
  // Of ten million requests it takes so long that it is measured by itself.
  const named = values.only === 'history' ? { name: 'histories', title: 'Long histories' } : { name: 'speed', title: 'Speed' }
  writeMeasurement(values.output, { ...named, command: `npm run bench -- ${words.join(' ')}`, rows: measures.map(rowOf), measures })
}
process.exit(0)
