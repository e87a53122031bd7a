// A saved run judged again gives the same verdicts, and with another threshold only those move that it concerns.
//   node scripts/recheck-agrees.js RUN
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suites } from '../dist/suites/index.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const directory = process.argv[2]
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-recheck-'))
const read = (path) => JSON.parse(readFileSync(join(path, 'run.json'), 'utf8'))
const moved = (before, after) => before.requirements.filter((one, index) => one.outcome !== after.requirements[index].outcome || one.summary !== after.requirements[index].summary).map((one) => one.id)

function recheck(name, args) {
  const output = join(folder, name)
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'bin/seaworthy.js'), 'recheck', directory, '--output', output, '--reporter', 'json', ...args], { encoding: 'utf8' })
  if (![0, 1, 2].includes(status)) throw new Error(`recheck ended with ${status}: ${stderr}`)
  return read(output)
}

try {
  const run = read(directory)
  const same = recheck('same', [])
  const differing = moved(run, same)
  if (differing.length > 0) throw new Error(`judged again, these differ: ${differing.join(', ')}`)
  // No service fails its readiness before it was told to drain.
  const changed = recheck('changed', ['--threshold', 'DRAIN-01.first_fail_within_s=0'])
  const mayMove = new Set(['DRAIN-01', ...suites.flatMap((suite) => suite.requirements).filter((one) => (one.requires ?? []).includes('DRAIN-01')).map((one) => one.id)])
  const found = moved(run, changed)
  if (!found.includes('DRAIN-01')) throw new Error('DRAIN-01 did not move with its threshold')
  if (found.some((id) => !mayMove.has(id))) throw new Error(`with a threshold of DRAIN-01 these moved too: ${found.filter((id) => !mayMove.has(id)).join(', ')}`)
  console.log(`${run.requirements.length} verdicts are the same when judged again; with another threshold ${found.join(', ')} moved`)
} catch (error) {
  console.error(String(error.message))
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
