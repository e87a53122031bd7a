// Allure's own generators read the results of a saved run with the right counts: version 3 from npm, and version 2 where Java is there.
//   node scripts/allure-agrees.js RUN
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const allure3 = 'allure@3.18.0'
const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const statusOf = { passed: 'passed', failed: 'failed', missing: 'failed', inconclusive: 'broken', error: 'broken', skipped: 'skipped', 'not-applicable': 'skipped' }

function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 300_000, ...options })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${error?.message ?? ''}${stdout}${stderr}`)
  return stdout
}

function expectedCounts(directory) {
  const counts = { total: 0 }
  for (const { outcome } of JSON.parse(readFileSync(join(directory, 'run.json'), 'utf8')).requirements) {
    const status = statusOf[outcome]
    counts[status] = (counts[status] ?? 0) + 1
    counts.total += 1
  }
  return counts
}

/** A count that is left out is none. */
function requireSame(tool, found, expected) {
  for (const key of ['passed', 'failed', 'broken', 'skipped', 'total']) {
    if ((found[key] ?? 0) !== (expected[key] ?? 0)) throw new Error(`${tool} counts ${found[key] ?? 0} ${key}, expected ${expected[key] ?? 0}`)
  }
  console.log(`${tool} reads ${expected.total} results: ${Object.entries(expected).filter(([key]) => key !== 'total').map(([key, count]) => `${count} ${key}`).join(', ')}`)
}

const isReachable = (command, args) => spawnSync(command, args, { stdio: 'ignore', timeout: 120_000 }).status === 0

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-allure-'))
try {
  if (process.argv[2] === undefined) throw new Error('expected the folder of a run')
  const directory = resolve(process.argv[2])
  const expected = expectedCounts(directory)
  run(process.execPath, [join(root, 'bin/seaworthy.js'), 'report', directory, '--reporter', 'allure', '--output', join(folder, 'made')])
  const results = join(folder, 'made', 'allure-results')
  if (isReachable('npm', ['view', allure3, 'version'])) {
    // In a folder of its own: the tool keeps files where it is started.
    run('npm', ['exec', '--yes', `--package=${allure3}`, '--', 'allure', 'generate', results, '--output', join(folder, 'three')], { cwd: folder })
    requireSame('Allure 3', JSON.parse(readFileSync(join(folder, 'three', 'widgets', 'statistic.json'), 'utf8')), expected)
  } else console.log('NOT CHECKED: the npm registry cannot be reached, so Allure 3 was not tried')
  if (isReachable('java', ['-version'])) {
    run(process.execPath, [join(root, 'node_modules/allure-commandline/bin/allure'), 'generate', results, '-o', join(folder, 'two')], { cwd: folder })
    requireSame('Allure 2', JSON.parse(readFileSync(join(folder, 'two', 'widgets', 'summary.json'), 'utf8')).statistic, expected)
  } else console.log('NOT CHECKED: there is no Java, so Allure 2 was not tried')
} catch (error) {
  console.error(String(error.message))
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
