// Measures accuracy, behaviour under noise, speed, safety and what could be reported without a test on a quiet machine, and writes measurements/*.json and docs/measurements.md.
// node scripts/measure.js [--repeats N]; about an hour with the default of 10. Leave the machine alone meanwhile.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { values } = parseArgs({ options: { repeats: { type: 'string', default: '10' } } })
const repeats = Number(values.repeats)
if (!Number.isInteger(repeats) || repeats < 1) {
  console.error(`--repeats: found ${JSON.stringify(values.repeats)}, expected a whole number of at least 1`)
  process.exit(64)
}
const few = String(Math.min(repeats, 5))
const commands = [
  ['dist/bench/accuracy.js', '--repeats', String(repeats), '--output', 'measurements/accuracy.json'],
  ['dist/bench/accuracy.js', '--noise', '--repeats', few, '--output', 'measurements/noise.json'],
  ['dist/bench/main.js', '--repeats', few, '--only', 'start-up,install,traffic,balancer,proxy,run', '--output', 'measurements/speed.json'],
  ['dist/bench/main.js', '--repeats', '1', '--only', 'history', '--huge', '--output', 'measurements/histories.json'],
  ['scripts/false-greens.js', '--output', 'measurements/false-greens.json'],
  ['scripts/safety.js', '--output', 'measurements/safety.json'],
  ['scripts/generate-documentation.js'],
]
// A missed target is a result too: the rest is measured all the same, and the page says what was missed.
const failed = commands.filter((words) => spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' }).status !== 0)
for (const words of failed) console.error(`did not end well: node ${words.join(' ')}`)
process.exit(failed.length > 0 ? 1 : 0)
