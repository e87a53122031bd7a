// What a service under test can do to the machine and to what is published, in numbers: where a run listens, what users install, and the tests that
// plant a secret, a link or a command where one could do harm.
//   node scripts/safety.js [--output FILE]
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { writeMeasurement } from '../dist/bench/measurement.js'
import { listenersOf } from './listeners.js'
import { OwnChildren, whenToldToEnd } from './own-children.js'
import { knownVulnerabilities } from './vulnerabilities.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { values } = parseArgs({ options: { output: { type: 'string' } } })
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-safety-'))
const children = new OwnChildren()
whenToldToEnd(() => {
  children.kill()
  rmSync(folder, { recursive: true, force: true })
})

/** By file and title, which must be there: a test that is gone proves nothing. */
const proofs = [
  ['tests/planted-secrets.test.ts', 'no secret stands in a file of the run or in what is printed'],
  ['engine/keep-log.test.ts', 'without a secret, wherever the reading was cut'],
  ['engine/procedures.test.ts', 'standard output is the output; addresses and values are filled, never through a shell'],
  ['engine/keep-log.test.ts', 'neither a link nor a pipe is read'],
  ['operating-system/open-log.test.ts', 'what is appended by name goes into no link either'],
  ['reports/html/page.test.ts', 'only relative addresses inside the run directory become links'],
  ['reports/html/page.test.ts', 'escapes every value, in text and in attributes'],
  ['reports/html/page.test.ts', 'forbids everything but its own script and style'],
  ['tests/dependencies.test.ts', 'packages that run scripts when they are installed are known'],
  ['tests/dependencies.test.ts', 'every package is known by its digest, and none comes from elsewhere than a registry'],
  ['tests/cli.test.ts', 'recheck refuses to write into the run, and report into it removes nothing'],
]

const started = (program, parameters) => {
  const child = spawn(program, parameters, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], detached: true })
  children.add(child)
  return { child, ended: new Promise((resolve) => child.once('close', resolve)) }
}

async function provenRows() {
  const file = join(folder, 'tests.json')
  await started(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...new Set(proofs.map(([path]) => path)), '--reporter=json', `--outputFile=${file}`]).ended
  const found = JSON.parse(readFileSync(file, 'utf8')).testResults.flatMap(({ name, assertionResults }) => assertionResults.map(({ title, status }) => ({ name, title, status })))
  return proofs.map(([path, title]) => {
    const status = found.find((one) => one.name.endsWith(path) && one.title === title)?.status ?? 'there is no such test'
    return { what: `${path}: ${title}`, measured: status, target: 'passed', met: status === 'passed' }
  })
}

/** The addresses on which a run was seen to listen: the harness, its balancer and proxies, every replica and component of the reference service. */
async function listenersRow() {
  const { child, ended } = started(process.execPath, ['bin/seaworthy.js', 'run', '--driver', 'process', '--only', 'DRAIN-01,REPL-05,BKUP-01,SWAP-01', '--quiet', '--output', join(folder, 'run')])
  const seen = { most: 0, outside: new Set() }
  let isOver = false
  void ended.then(() => (isOver = true))
  while (!isOver) {
    const addresses = listenersOf(child.pid)
    seen.most = Math.max(seen.most, addresses.length)
    for (const address of addresses) if (!/^(127\.|::1$|::ffff:127\.)/.test(address)) seen.outside.add(address)
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 200))])
  }
  const exit = await ended
  const where = seen.outside.size === 0 ? 'all on loopback' : `also on ${[...seen.outside].join(', ')}`
  return { what: 'ports on which a run listens', measured: `up to ${seen.most} at one time, ${where}, exit ${exit}`, target: 'some, on loopback only, exit 0', met: seen.most > 0 && seen.outside.size === 0 && exit === 0 }
}

function installedRows() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const installed = Object.entries(packages).filter(([path, one]) => path !== '' && one.dev !== true)
  const direct = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).dependencies).length
  const withScripts = installed.filter(([, one]) => one.hasInstallScript === true).map(([path]) => path.replace(/^.*node_modules\//, ''))
  const { unknown, total, grave } = knownVulnerabilities()
  return [
    { what: 'packages that users depend on', measured: `${direct} direct, ${installed.length} in all, those for other platforms included`, target: 'at most 18 direct', met: direct <= 18 },
    { what: 'packages that run a script when they are installed', measured: `${withScripts.length}: ${withScripts.join(', ')}` },
    unknown === undefined
      ? { what: 'known vulnerabilities in what users install', measured: `${total}, ${grave} of them high or critical`, target: 'none high or critical', met: grave === 0 }
      : { what: 'known vulnerabilities in what users install', measured: `the registry gave no answer (${unknown})`, target: 'none high or critical' },
  ]
}

const rows = [await listenersRow(), ...installedRows(), ...(await provenRows())]
rmSync(folder, { recursive: true, force: true })
for (const { what, measured, met } of rows) console.log(`${met === false ? 'MISSED ' : ''}${what}: ${measured}`)
if (values.output !== undefined) writeMeasurement(values.output, { name: 'safety', title: 'Safety', command: 'npm run safety', rows })
process.exit(rows.some(({ met }) => met === false) ? 1 : 0)
