// What a service under test can do to the machine and to what is published, in numbers: where a run listens, what users install, and the tests that
// plant a secret, a link or a command where one could do harm.
//   node scripts/safety.js [--output FILE]
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { writeMeasurement } from '../dist/bench/measurement.js'
import { leftovers } from './leftovers.js'
import { isLoopback, listeningSockets } from './listeners.js'
import { OwnChildren, whenToldToEnd } from './own-children.js'
import { knownVulnerabilities } from './vulnerabilities.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { values } = parseArgs({ options: { output: { type: 'string' } } })
/** Temporary files of all that is started here: short, for sockets lie below it. */
const temporary = mkdtempSync(join(tmpdir(), 'sw-'))
chmodSync(temporary, 0o711) // PostgreSQL refuses root and runs as nobody, who must get through
const endWithinMs = 30_000

/** By file and title, which must be there: a test that is gone proves nothing. */
const proofs = [
  ['tests/planted-secrets.test.ts', 'no secret stands in a file of the run or in what is printed'],
  ['engine/keep-log.test.ts', 'without a secret, wherever the reading was cut'],
  ['tests/architecture.test.ts', 'a shell runs only scripts of ours and of the descriptor'],
  ['engine/procedures.test.ts', 'standard output is the output; addresses and values are filled, never through a shell'],
  ['engine/saved-run.test.ts', 'a saved run that names what is outside of its folder is refused'],
  ['engine/keep-log.test.ts', 'neither a link nor a pipe is read'],
  ['operating-system/open-log.test.ts', 'what is appended by name goes into no link either'],
  ['reports/html/page.test.ts', 'only relative addresses inside the run directory become links'],
  ['reports/html/page.test.ts', 'escapes every value, in text and in attributes'],
  ['reports/html/page.test.ts', 'forbids everything but its own script and style'],
  ['tests/dependencies.test.ts', 'packages that run scripts when they are installed are known'],
  ['tests/dependencies.test.ts', 'every package is known by its digest, and none comes from elsewhere than a registry'],
]

const children = new OwnChildren()
const underWay = new Set()
function started(parameters) {
  const child = spawn(process.execPath, parameters, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], detached: true, env: { ...process.env, TMPDIR: temporary } })
  children.add(child)
  const one = { child, ended: new Promise((resolve) => child.once('close', resolve).once('error', resolve)) }
  underWay.add(one)
  void one.ended.then(() => underWay.delete(one))
  return one
}

/** They clean up behind themselves, and only who does not is killed. */
async function endAll() {
  const all = [...underWay]
  for (const { child } of all) child.kill('SIGTERM')
  await Promise.race([Promise.all(all.map(({ ended }) => ended)), new Promise((resolve) => setTimeout(resolve, endWithinMs).unref())])
  children.kill()
  rmSync(temporary, { recursive: true, force: true, maxRetries: 5 })
}

async function provenRows() {
  const file = join(temporary, 'tests.json')
  const titles = proofs.map(([, title]) => title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
  const exit = await started(['node_modules/vitest/vitest.mjs', 'run', ...new Set(proofs.map(([path]) => path)), '--testNamePattern', titles, '--reporter=json', `--outputFile=${file}`]).ended
  const results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).testResults : []
  const found = results.flatMap(({ name, assertionResults }) => assertionResults.map(({ title, status }) => ({ name, title, status })))
  const none = results.length === 0 ? `the tests did not run, exit ${exit}` : 'there is no such test'
  return proofs.map(([path, title]) => {
    const status = found.find((one) => one.name.endsWith(path) && one.title === title)?.status ?? none
    return { what: `${path}: ${title}`, measured: status, target: 'passed', met: status === 'passed' }
  })
}

const programOf = (pid) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

/** The addresses on which a run was seen to listen: its balancer and proxies, the replicas and components of the reference service. */
async function listenersRow() {
  const what = 'TCP ports on which a run listens'
  const target = 'on loopback only, of the balancer, three replicas and the database among others'
  if (!existsSync('/proc/net/tcp')) return { what, measured: 'not measured: there is no /proc', target }
  const { child, ended } = started(['bin/seaworthy.js', 'run', '--driver', 'process', '--only', 'DRAIN-01,REPL-05,BKUP-01,SWAP-01', '--quiet', '--output', join(temporary, 'run')])
  const seen = { ports: 0, processes: 0, outside: new Set(), hasDatabase: false }
  let isOver = false
  void ended.then(() => (isOver = true))
  while (!isOver) {
    const sockets = listeningSockets(child.pid)
    seen.ports = Math.max(seen.ports, new Set(sockets.map(({ port }) => port)).size)
    seen.processes = Math.max(seen.processes, new Set(sockets.map(({ pid }) => pid)).size)
    seen.hasDatabase ||= sockets.some(({ pid }) => programOf(pid).includes('postgres'))
    for (const { address, port } of sockets) if (!isLoopback(address)) seen.outside.add(`${address}:${port}`)
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 200))])
  }
  const exit = await ended
  const where = seen.outside.size === 0 ? 'all on loopback' : `also on ${[...seen.outside].join(', ')}`
  // A busy machine may leave something undecided, and exit 2: what was started listened all the same.
  const wasWhole = (exit === 0 || exit === 2) && seen.processes >= 5 && seen.hasDatabase
  return { what, measured: `up to ${seen.ports} at one time in ${seen.processes} processes, ${where}${wasWhole ? '' : `; exit ${exit}, ${seen.hasDatabase ? '' : 'no '}database was seen`}`, target, met: wasWhole && seen.outside.size === 0 }
}

function installedRows() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const installed = Object.entries(packages).filter(([path, one]) => path !== '' && one.dev !== true)
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const direct = Object.keys(dependencies).length
  const withScripts = installed.filter(([, one]) => one.hasInstallScript === true).map(([path]) => path.replace(/^.*node_modules\//, ''))
  const { unknown, total, grave } = knownVulnerabilities()
  return [
    { what: 'packages that users depend on', measured: `${direct} direct, one of ${Object.keys(optionalDependencies ?? {}).length} by platform; ${installed.length} in all, those for other platforms included`, target: 'at most 18 direct', met: direct <= 18 },
    { what: 'packages that run a script when they are installed', measured: `${withScripts.length}: ${withScripts.join(', ')}` },
    unknown === undefined
      ? { what: 'known vulnerabilities in what users install', measured: `${total}, ${grave} of them high or critical`, target: 'none high or critical', met: grave === 0 }
      : { what: 'known vulnerabilities in what users install', measured: `NOT AUDITED: the registry gave no answer (${unknown})`, target: 'none high or critical' },
  ]
}

whenToldToEnd(endAll)
let rows
try {
  rows = [await listenersRow(), ...installedRows(), ...(await provenRows())]
  const left = leftovers({ directory: temporary, runIds: [] })
  rows.push({ what: 'left behind by what was run for this', measured: left.length === 0 ? 'nothing' : left.join('; '), target: 'nothing', met: left.length === 0 })
} finally {
  await endAll()
}
for (const { what, measured, met } of rows) console.log(`${met === false ? 'MISSED ' : ''}${what}: ${measured}`)
if (values.output !== undefined) writeMeasurement(values.output, { name: 'safety', title: 'Safety', command: 'npm run safety', rows })
process.exit(rows.some(({ met }) => met === false) ? 1 : 0)
