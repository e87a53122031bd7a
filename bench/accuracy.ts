import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeMeasurement } from './measurement.js'
import { accuracyRows, isMissed, noiseRows } from './truth/accuracy-rows.js'
import { startBurners } from './truth/burners.js'
import { grid, type Step } from './truth/grid.js'
import { besideOthers } from './truth/other-tools.js'
import type { Sample, Verdict } from './truth/sample.js'

/**
 * `npm run accuracy`: what the harness measures on a synthetic target, beside what the target did. Exit code 1 when a count or a
 * verdict was wrong, on any machine; 2 when only times missed their target on a machine that was not starved.
 */
const options = { repeats: { type: 'string' }, short: { type: 'boolean', default: false }, noise: { type: 'boolean', default: false }, only: { type: 'string' }, output: { type: 'string' } } as const
const { values } = parseArgs({ options })
const repeats = Number(values.repeats ?? (values.short ? 1 : values.noise ? 3 : 10))
if (!Number.isInteger(repeats) || repeats < 1) {
  console.error(`--repeats: found ${JSON.stringify(values.repeats)}, expected a whole number of at least 1`)
  process.exit(64)
}
const steps = grid(values.short || values.noise).filter(({ name }) => values.only === undefined || name.startsWith(values.only))
if (steps.length === 0) {
  console.error(`--only: found ${JSON.stringify(values.only)}, expected the beginning of one of ${[...new Set(grid(false).map(({ name }) => name.split(' ')[0]))].join(', ')}`)
  process.exit(64)
}

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-accuracy-'))
const burners = values.noise ? startBurners() : undefined
const samples: Sample[] = []
const verdicts: Verdict[] = []
const errorOf = ({ error, unit }: Sample): string => (unit === 'ratio' ? `${(error * 100).toFixed(2)} %` : unit === 'ms' ? `${error.toFixed(1)} ms` : String(error))

async function measure(step: Step): Promise<void> {
  const found = await step.run(folder)
  samples.push(...found.samples)
  verdicts.push(...found.verdicts)
  console.log(`${step.name.padEnd(52)} ${found.samples.map((one) => `${errorOf(one)}${one.starved ? ' (starved)' : ''}`).join(', ')}${found.verdicts.length === 0 ? '' : `; ${found.verdicts.map((one) => one.outcome).join(', ')}`}`)
}

try {
  for (let round = 0; round < repeats; round++) for (const step of steps) await measure(step)
  burners?.stop()
  const others = values.noise || values.only !== undefined ? [] : await besideOthers({ folder, forMs: values.short ? 1_500 : 5_000 })
  const rows = values.noise ? noiseRows(samples, verdicts) : [...accuracyRows(samples, verdicts), ...others]
  for (const row of rows) console.log(`${row.met === undefined ? '     ' : row.met ? 'met  ' : 'MISS '} ${row.what}: ${row.measured}${row.target === undefined ? '' : ` (${row.target})`}${row.note === undefined ? '' : ` - ${row.note}`}`)
  const name = values.noise ? 'noise' : 'accuracy'
  const title = values.noise ? 'Under a competing load on every processor' : 'Accuracy against known truth'
  const command = `npm run accuracy --${values.noise ? ' --noise' : ''} --repeats ${repeats}${values.short ? ' --short' : ''}`
  if (values.output !== undefined) writeMeasurement(values.output, { name, title, command, rows })
  const missed = rows.filter(isMissed)
  process.exitCode = missed.length === 0 ? 0 : missed.every(({ timed }) => timed === true) ? 2 : 1
} finally {
  burners?.stop()
  rmSync(folder, { recursive: true, force: true })
}
