// The docker driver with a real engine: its tests, the reference service in containers with a machine that is rebooted and outcomes
// that are those of the process driver, some defects, and a run that is killed.
// node scripts/docker-integration.js [--only START-01,DRAIN-01 | --only all] [--kills 2] [--parts image,tests,outcomes,defects,kills,compose,swarm]
// Uses the engine that answers. Where none does, and this is root on a Debian machine, installs the engine's packages,
// starts an engine of its own, and stops it in the end. Without either it says so and ends with 0; with CI=true with 1.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { dockerDefectsShort } from './docker-defects.js'
import { withOpenOnesAgain } from './measured-again.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { values } = parseArgs({ options: { only: { type: 'string', default: 'START-01,START-02,DRAIN-01' }, kills: { type: 'string', default: '2' }, parts: { type: 'string', default: 'image,tests,outcomes,defects,kills,compose,swarm' } } })
const parts = new Set(values.parts.split(','))
const engineWithinMs = 60_000
const goneWithinMs = 10_000
const killAfterMsMax = 15_000
const exitCodeInconclusive = 2
// How long these may take on a machine of two processors. Machines are shared: what is measured is told always, and only what is beyond twice the limit fails.
const imageWithinSeconds = 90
const wholeRunWithinSeconds = 300
const allowance = 2

// Asked to end, it stops its engine first. What is under way hears a Ctrl-C itself, and ends with a code that is an error here.
let signalled
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => (signalled ??= signal))

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const docker = (...parameters) => spawnSync('docker', parameters, { encoding: 'utf8' })
const answers = () => docker('version', '--format', '{{.Server.Version}}').status === 0
const has = (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0

function run(what, command, parameters, allowed = [0]) {
  console.log(`--- ${what}`)
  const startedAt = Date.now()
  const { status } = spawnSync(command, parameters, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  const seconds = (Date.now() - startedAt) / 1_000
  if (!allowed.includes(status)) throw new Error(`${what}: ${command} ${parameters.join(' ')} ended with ${status}`)
  console.log(`--- ${what}: ${seconds.toFixed(1)} s`)
  return seconds
}

function requireWithin(what, seconds, limitSeconds) {
  console.log(`--- ${what}: ${seconds.toFixed(1)} s (limit: ${limitSeconds} s)`)
  if (seconds > allowance * limitSeconds) throw new Error(`${what} took ${seconds.toFixed(1)} s, more than ${allowance} times its limit of ${limitSeconds} s`)
}

/** The engine's packages; none where they cannot be had. */
function installEngine() {
  if (has('dockerd') || process.getuid?.() !== 0 || !has('apt-get')) return
  console.log('--- installing an engine')
  const install = 'DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends'
  // Compose apart: where it cannot be had, a project is attached to all the same, and that none was brought up is told.
  spawnSync('sh', ['-c', `apt-get update -qq && ${install} docker.io iptables && ${install} docker-compose`], { stdio: ['ignore', 'ignore', 'inherit'] })
}

/** Resolves to what stops it again. */
async function startEngine(folder) {
  installEngine()
  if (!has('dockerd') || process.getuid?.() !== 0) return undefined
  console.log('--- starting an engine')
  const log = openSync(join(folder, 'dockerd.log'), 'w')
  const engine = spawn('dockerd', [], { stdio: ['ignore', log, log], detached: true })
  const ended = new Promise((resolve) => engine.once('exit', resolve).once('error', resolve))
  const endAt = Date.now() + engineWithinMs
  while (!answers() && Date.now() < endAt && engine.exitCode === null) await pause(500)
  const stop = async () => {
    engine.kill('SIGTERM')
    await ended
  }
  if (answers()) return stop
  await stop()
  return undefined
}

/** What a run left in the engine. */
function left() {
  const filter = ['--filter', 'label=seaworthy.run', '-q']
  return [docker('ps', '-a', ...filter), docker('network', 'ls', ...filter), docker('volume', 'ls', ...filter)].flatMap(({ stdout }) => stdout.split('\n').filter((line) => line !== ''))
}

async function killOneRun(folder) {
  const afterMs = Math.round(Math.random() * killAfterMsMax)
  const parameters = [join(root, 'bin/seaworthy.js'), 'run', '--driver', 'docker', '--only', 'DRAIN-01', '--output', join(folder, 'killed')]
  const child = spawn(process.execPath, parameters, { cwd: root, stdio: 'ignore' })
  await pause(afterMs)
  const before = left().length
  child.kill('SIGKILL')
  const killedAt = Date.now()
  while (left().length > 0 && Date.now() - killedAt < goneWithinMs) await pause(100)
  const still = left()
  if (still.length > 0) throw new Error(`SIGKILL after ${afterMs} ms: ${still.length} objects are in the engine ${goneWithinMs} ms later`)
  console.log(`SIGKILL after ${afterMs} ms: ${before} objects in the engine, none ${Date.now() - killedAt} ms later`)
}

/** Harness and reaper of a run are killed and its record is gone, as after a power failure that emptied the folder of temporary files. */
async function loseOneRun(folder) {
  const temporary = join(folder, 'lost')
  mkdirSync(temporary)
  const parameters = [join(root, 'bin/seaworthy.js'), 'run', '--driver', 'docker', '--only', 'DRAIN-01', '--output', join(folder, 'lost-run')]
  const child = spawn(process.execPath, parameters, { cwd: root, stdio: 'ignore', env: { ...process.env, TMPDIR: temporary } })
  const endAt = Date.now() + engineWithinMs
  while (left().length < 5 && Date.now() < endAt) await pause(100)
  child.kill('SIGSTOP')
  const { status } = spawnSync('pkill', ['-KILL', '-f', `${join(root, 'dist/engine/reaper.js')} ${temporary}/`])
  child.kill('SIGKILL')
  if (status !== 0) throw new Error('the reaper of the run was not found')
  await pause(1_000) // what was on its way to the engine
  renameSync(temporary, `${temporary}-elsewhere`) // what runs goes on writing into it
  const before = left().length
  const { stdout } = spawnSync(process.execPath, [join(root, 'bin/seaworthy.js'), 'clean'], { encoding: 'utf8' })
  if (before < 5 || left().length > 0 || !/took what run \S+ left out of the engine/.test(stdout)) throw new Error(`of a run without a record ${before} objects were in the engine, ${left().length} after \`seaworthy clean\`, which said: ${stdout}`)
  console.log(`a run without a record: ${before} objects in the engine, none after \`seaworthy clean\``)
}

/** Requirement ids and what became of each in a run, with the grade of its evidence. */
function judgedIn(folder) {
  const { requirements } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))
  return new Map(requirements.map(({ id, outcome, summary, grade, evidence }) => [id, { outcome, summary, grade, evidence }]))
}

/** An engine cannot be nested everywhere, nor without its programs, and only that excuses a reboot that was played: it is told as loudly as an engine that is missing. */
function notDemonstrated({ grade, evidence }) {
  const said = `START-01 has the grade ${grade}: ${JSON.stringify(evidence)}`
  const excuses = ['a machine with an engine of its own could not be booted: ', ...(has('dockerd') ? [] : ['the engine has no image '])]
  if (process.env.CI || !excuses.some((reason) => said.includes(`how the machine was rebooted: simulated; ${reason}`))) throw new Error(said)
  console.log(`!!! NO MACHINE WAS REBOOTED: ${said}`)
}

/** Both drivers find everything passed, what was asked for by name in any case; and the reboot was a real one. */
function requirePassed(contained, local) {
  const named = values.only === 'all' ? [] : values.only.split(',')
  const isJudged = (id) => !['skipped', 'not-applicable'].includes(contained.get(id).outcome)
  const ids = [...contained.keys()].filter((id) => named.includes(id) || isJudged(id))
  const lacking = named.filter((id) => !contained.has(id))
  const wrong = ids.filter((id) => contained.get(id).outcome !== 'passed' || local.get(id)?.outcome !== 'passed')
  if (ids.length === 0 || lacking.length > 0) throw new Error(`not in the report: ${lacking.join(', ') || 'any requirement that was judged'}`)
  if (wrong.length > 0) throw new Error(`not passed with both drivers: ${wrong.map((id) => `${id} (docker ${contained.get(id).outcome}: ${contained.get(id).summary}; process ${local.get(id)?.outcome}: ${local.get(id)?.summary})`).join(', ')}`)
  if (ids.includes('START-01')) requireReboots(contained.get('START-01'), local.get('START-01'))
  console.log(`--- both drivers passed: ${ids.map((id) => `${id}${contained.get(id).grade ? ` (${contained.get(id).grade}, ${local.get(id).grade})` : ''}`).join(', ')}`)
}

function requireReboots(contained, local) {
  if (contained.grade !== 'demonstrated') notDemonstrated(contained)
  if (!JSON.stringify(local.evidence).includes('a reboot is played')) throw new Error('the process driver does not say why its reboot is simulated')
}

/** What a busy machine left open is measured once more, with the machine to itself. Returns what was judged. */
function outcomesOf(what, driver, folder) {
  const isWhole = values.only === 'all'
  const conduct = ({ only, alone }) => {
    const asked = only ?? (isWhole ? [] : values.only.split(','))
    const output = join(folder, alone ? `${driver}-alone` : driver)
    const parallel = alone ? ['--parallel', '1'] : isWhole ? [] : ['--parallel', '2']
    const parameters = ['bin/seaworthy.js', 'run', '--driver', driver, ...asked.flatMap((id) => ['--only', id]), ...parallel, '--output', output]
    const seconds = run(`${what}${asked.length === 0 ? '' : `: ${asked.join()}`}`, process.execPath, parameters, [0, exitCodeInconclusive])
    if (isWhole && !alone && driver === 'docker') requireWithin('the whole checklist in containers', seconds, wholeRunWithinSeconds)
    return judgedIn(output)
  }
  return withOpenOnesAgain(conduct, { onAgain: (open) => console.log(`--- ${what}: ${open.join(', ')} left open, measured once more alone`) })
}

async function integrate(folder) {
  const part = async (name, work) => {
    await pause(0) // or no signal would be seen between steps that block
    if (signalled !== undefined) throw new Error(`ended by ${signalled}`)
    return parts.has(name) ? work() : undefined
  }
  await part('image', () => requireWithin('the image without a registry', run('building the image without a registry', process.execPath, ['bin/seaworthy.js', 'image', 'build', '--offline']), imageWithinSeconds))
  await part('tests', () => run('tests of the docker driver', process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', 'drivers/docker']))
  await part('outcomes', () => requirePassed(outcomesOf('the reference service in containers', 'docker', folder), outcomesOf('the same as processes', 'process', folder)))
  await part('defects', () => run('defects in containers', process.execPath, ['bin/seaworthy.js', 'selftest', '--driver', 'docker', '--defects-only', '--parallel', '2', ...dockerDefectsShort.flatMap((id) => ['--only', id]), '--output', join(folder, 'selftest')]))
  for (let time = 1; parts.has('kills') && time <= Number(values.kills); time += 1) await killOneRun(folder)
  if (parts.has('kills')) await loseOneRun(folder)
  if (left().length > 0) throw new Error(`found ${left().length} objects of ended runs in the engine`)
  await part('compose', () => run('a Compose project', process.execPath, ['scripts/compose-integration.js']))
  await part('swarm', () => run('a stack in a swarm', process.execPath, ['scripts/swarm-integration.js']))
}

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-docker-'))
let stop
try {
  if (!answers()) stop = await startEngine(folder)
  await pause(0)
  if (signalled !== undefined) throw new Error(`ended by ${signalled}`)
  if (!answers()) {
    console.log('!!! THE DOCKER DRIVER WAS NOT TESTED: no container engine answers, and none could be started')
    process.exitCode = process.env.CI ? 1 : 0
  } else {
    await integrate(folder)
    console.log('the docker driver works with a real engine')
  }
} catch (error) {
  console.error(`!!! ${error.message}`)
  process.exitCode = 1
} finally {
  await stop?.()
  rmSync(folder, { recursive: true, force: true })
}
