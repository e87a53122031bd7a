// Runs the examples and compares their outcomes with what their documentation says (`expected.json` beside the descriptors).
// node scripts/check-examples.js [--runs N] [folder or folder/descriptor.yaml ...]
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { values, positionals } = parseArgs({ options: { runs: { type: 'string', default: '1' } }, allowPositionals: true })
const runs = Number(values.runs)
if (!Number.isInteger(runs) || runs < 1) {
  console.error(`check-examples: --runs ${values.runs}: expected a whole number from 1`)
  process.exit(64)
}

const all = readdirSync(join(root, 'examples')).flatMap((folder) => {
  const file = join(root, 'examples', folder, 'expected.json')
  if (!existsSync(file)) return []
  return Object.entries(JSON.parse(readFileSync(file, 'utf8'))).map(([descriptor, expected]) => ({ name: `${folder}/${descriptor}`, folder, expected }))
})
const chosen = positionals.length === 0 ? all : all.filter(({ name, folder }) => positionals.includes(name) || positionals.includes(folder))
if (chosen.length === 0) {
  console.error(`check-examples: found no such example, expected some of ${all.map(({ name }) => name).join(', ')}`)
  process.exit(64)
}

/** Outcomes by requirement, or why there are none. */
function outcomesOf({ name, expected }) {
  const output = mkdtempSync(join(tmpdir(), 'seaworthy-example-'))
  try {
    const only = Object.keys(expected).join(',')
    const args = ['run', join('examples', name), '--only', only, '--allow', 'destructive', '--reporter', 'json', '--output', join(output, 'run')]
    const { stderr } = spawnSync(process.execPath, [join(root, 'bin', 'seaworthy.js'), ...args], { cwd: root, encoding: 'utf8' })
    const report = join(output, 'run', 'run.json')
    if (!existsSync(report)) return { failure: stderr.trim() }
    const { requirements } = JSON.parse(readFileSync(report, 'utf8'))
    return { outcomes: new Map(requirements.map((one) => [one.id, one])) }
  } finally {
    rmSync(output, { recursive: true, force: true })
  }
}

let wrong = 0
for (let run = 1; run <= runs; run++) {
  for (const example of chosen) {
    const { outcomes, failure } = outcomesOf(example)
    if (failure !== undefined) {
      wrong += 1
      console.log(`✗ ${example.name}: no report\n${failure}`)
      continue
    }
    for (const [id, expected] of Object.entries(example.expected)) {
      const found = outcomes.get(id)
      const right = found?.outcome === expected
      if (!right) wrong += 1
      console.log(`${right ? '✓' : '✗'} ${example.name} ${id} ${found?.outcome ?? 'nothing'}${right ? '' : `, expected ${expected}: ${found?.summary ?? ''}`}`)
    }
  }
}
console.log(wrong === 0 ? `every outcome is as documented (${runs} run${runs === 1 ? '' : 's'})` : `${wrong} outcomes are not as documented`)
process.exit(wrong === 0 ? 0 : 1)
