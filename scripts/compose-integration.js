// The compose driver with a real engine: the project of examples/compose is attached to and scored, and compared with what it was before;
// projects with a seeded fault must fail; a run that is killed puts back what it changed; and where Compose is installed a project is brought up.
// node scripts/compose-integration.js [--only START-02,DRAIN-04]
// Needs an engine that answers, haproxy and ldd (an image is made of what is on this machine). Without an engine it says so and ends with 0; with CI=true with 1.
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { withOpenOnesAgain } from './measured-again.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const example = join(root, 'examples/compose')
const { values } = parseArgs({ options: { only: { type: 'string', default: 'START-02,START-04,DRAIN-01,DRAIN-03,DRAIN-04,RDND-02' } } })
const image = `seaworthy-example-compose:${process.pid}`
const restoredWithinMs = 10_000

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const run = (program, parameters, options = {}) => spawnSync(program, parameters, { encoding: 'utf8', maxBuffer: 64_000_000, ...options })
const has = (program) => run('sh', ['-c', `command -v ${program}`]).status === 0

function docker(...parameters) {
  const { status, stdout, stderr } = run('docker', parameters)
  if (status !== 0) throw new Error(`docker ${parameters.slice(0, 3).join(' ')}: ${stderr.trim()}`)
  return stdout.trim()
}
const lines = (text) => text.split('\n').filter((line) => line !== '')

/** Node.js, a shell and haproxy of this machine: no registry is needed. */
async function makeImage(folder) {
  const { layOutOfflineBase } = await import(join(root, 'dist/drivers/docker/offline-base.js'))
  const base = join(folder, 'root')
  mkdirSync(join(base, 'usr/sbin'), { recursive: true })
  mkdirSync(join(base, 'data'))
  const haproxy = run('sh', ['-c', 'PATH=$PATH:/usr/sbin command -v haproxy']).stdout.trim()
  layOutOfflineBase(base, [haproxy])
  copyFileSync(haproxy, join(base, 'usr/sbin/haproxy'))
  const { status, stderr } = run('sh', ['-c', `tar -C '${base}' -c . | docker import -c 'ENV PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin' - ${image}`])
  if (status !== 0) throw new Error(`making the image: ${stderr}`)
  rmSync(base, { recursive: true })
}

/** A project as Compose makes it, without Compose: everything has its labels. */
function startProject(project, { restart = 'unless-stopped', environment = [], stopTimeout = 12 } = {}) {
  const label = (name, value) => ['--label', `com.docker.compose.${name}=${value}`]
  docker('network', 'create', ...label('project', project), ...label('network', 'default'), `${project}_default`)
  docker('volume', 'create', ...label('project', project), ...label('volume', 'data'), `${project}_data`)
  const start = (service, number, parameters, command) =>
    docker('run', '-d', '--name', `${project}-${service}-${number}`, '--network', `${project}_default`, '--network-alias', service, ...label('project', project), ...label('service', service), ...label('container-number', number), ...label('oneoff', 'False'), ...label('project.working_dir', example), ...label('project.config_files', join(example, 'compose.yaml')), ...parameters, image, ...command)
  const program = ['-v', `${join(example, 'server.js')}:/app/server.js:ro`]
  start('store', 1, ['--restart', 'unless-stopped', '--expose', '8081', '-e', 'ROLE=store', '-v', `${project}_data:/data`, ...program], ['node', '/app/server.js'])
  for (const number of [1, 2, 3]) start('app', number, ['--restart', restart, '--stop-timeout', String(stopTimeout), '--expose', '8080', ...environment.flatMap((one) => ['-e', one]), ...program], ['node', '/app/server.js'])
  start('proxy', 1, ['--restart', 'unless-stopped', '-p', '127.0.0.1::8080', '-v', `${join(example, 'haproxy.cfg')}:/etc/haproxy.cfg:ro`], ['haproxy', '-db', '-f', '/etc/haproxy.cfg'])
}

const ofProject = (project) => ['--filter', `label=com.docker.compose.project=${project}`]
function removeProject(project) {
  for (const id of lines(run('docker', ['ps', '-aq', ...ofProject(project)]).stdout)) run('docker', ['rm', '-f', '-v', id])
  for (const id of lines(run('docker', ['network', 'ls', '-q', ...ofProject(project)]).stdout)) run('docker', ['network', 'rm', id])
  for (const name of lines(run('docker', ['volume', 'ls', '-q', ...ofProject(project)]).stdout)) run('docker', ['volume', 'rm', name])
}

/** What `docker inspect` says of a project, without what a restart must change: process ids, times, counts, places in the network. */
function inspected(project) {
  const containers = JSON.parse(docker('inspect', ...lines(docker('ps', '-aq', '--no-trunc', ...ofProject(project))).sort())).map(({ State: state, NetworkSettings: network, RestartCount: _count, Mounts: mounts, ...rest }) => ({
    ...rest,
    Mounts: [...mounts].sort((a, b) => a.Destination.localeCompare(b.Destination)), // the engine has no order for them
    State: { Status: state.Status, Running: state.Running, Paused: state.Paused, Restarting: state.Restarting },
    Ports: network.Ports,
    Networks: Object.fromEntries(Object.entries(network.Networks).map(([name, { NetworkID, Aliases: aliases }]) => [name, { NetworkID, Aliases: [...(aliases ?? [])].sort() }])),
  }))
  const networks = JSON.parse(docker('network', 'inspect', ...lines(docker('network', 'ls', '-q', ...ofProject(project))))).map(({ Containers: _containers, ...rest }) => rest)
  return { containers, networks, volumes: lines(docker('volume', 'ls', '-q', ...ofProject(project))) }
}

function differences(before, after, path = '') {
  if (isDeepStrictEqual(before, after)) return []
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null) return [`${path}: ${JSON.stringify(before)} became ${JSON.stringify(after)}`]
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => differences(before[key], after[key], `${path}/${key}`))
}

/** Containers of ours, whatever project is tested. */
const ours = () => lines(docker('ps', '-aq', '--filter', 'label=seaworthy.run'))

function command(project, only, output, descriptor = join(example, 'seaworthy.yaml')) {
  return { parameters: [join(root, 'bin/seaworthy.js'), 'run', descriptor, '--driver', 'compose', '--allow', 'disruptive', '--only', only, '--quiet', '--output', output], environment: { ...process.env, SEAWORTHY_PROJECT: project, APP_IMAGE: image, PROXY_IMAGE: image, PUBLISHED_PORT: '18088' } }
}

/** Outcomes by requirement, and whether each run put everything back. What a busy machine left open is measured once more, unless that is what is `expected`. */
function score(project, ids, { output, descriptor, expected }) {
  const notRestored = []
  const conduct = ({ only }) => {
    rmSync(output, { recursive: true, force: true })
    const asked = only ?? ids.split(',')
    const { parameters, environment } = command(project, asked.join(), output, descriptor)
    const ended = run(process.execPath, parameters, { env: environment })
    if (!existsSync(join(output, 'run.json'))) throw new Error(`no report (exit ${ended.status}): ${ended.stderr.trim().slice(-800)}`)
    const report = JSON.parse(readFileSync(join(output, 'run.json'), 'utf8'))
    if (report.restored !== true) notRestored.push(JSON.stringify(report.notRestored))
    return new Map(report.requirements.filter(({ id }) => asked.includes(id)).map((one) => [one.id, one]))
  }
  const outcomes = withOpenOnesAgain(conduct, { expected, onAgain: (open) => console.log(`${open.join(', ')} left open, measured once more`) })
  return { outcomes, notRestored }
}

/** Outcomes are as expected, and every run put everything back. */
function expectOutcomes(what, { outcomes, notRestored }, expected) {
  for (const [id, outcome] of Object.entries(expected)) {
    const found = outcomes.get(id)
    console.log(`${what}: ${id} ${found?.outcome} (${found?.summary})`)
    if (found?.outcome !== outcome) throw new Error(`${what}: ${id}: found ${found?.outcome}, expected ${outcome}`)
  }
  if (notRestored.length > 0) throw new Error(`${what}: the report says that the world was not restored: ${notRestored.join('; ')}`)
}

function expectUnchanged(what, before, project) {
  const found = differences(before, inspected(project))
  if (found.length > 0) throw new Error(`${what}: the project is not as it was found:\n  ${found.join('\n  ')}`)
  if (ours().length > 0) throw new Error(`${what}: found ${ours().length} containers of ours in the engine`)
  console.log(`${what}: the project is as it was found`)
}

async function attached(project, folder) {
  startProject(project)
  const before = inspected(project)
  const only = values.only
  expectOutcomes('a sound project', score(project, only, { output: join(folder, 'sound') }), Object.fromEntries(only.split(',').map((id) => [id, 'passed'])))
  expectUnchanged('after the run', before, project)
  await killed(project, folder, before)
}

/** Waits until the harness has changed something that it must put back, and kills it then. */
async function killed(project, folder, before) {
  const { parameters, environment } = command(project, 'RDND-02', join(folder, 'killed'))
  const child = spawn(process.execPath, parameters, { env: environment, stdio: 'ignore' })
  const endAt = Date.now() + 90_000
  const changed = () => differences(before, inspected(project)).length > 0
  while (!changed() && Date.now() < endAt && child.exitCode === null) await pause(200)
  const wasChanged = changed()
  child.kill('SIGKILL')
  const killedAt = Date.now()
  if (!wasChanged) throw new Error('the run was to be killed while something was changed, and nothing was in time')
  while ((changed() || ours().length > 0) && Date.now() - killedAt < restoredWithinMs) await pause(200)
  console.log(`SIGKILL: everything was put back within ${Date.now() - killedAt} ms`)
  expectUnchanged('after SIGKILL', before, project)
}

function faulty(project, folder) {
  startProject(project, { restart: 'no', environment: ['IGNORE_SIGTERM=1'], stopTimeout: 3 })
  const before = inspected(project)
  expectOutcomes('replicas without a restart policy that ignore SIGTERM', score(project, 'START-02,START-04', { output: join(folder, 'faulty') }), { 'START-02': 'failed', 'START-04': 'failed' })
  expectUnchanged('after the run on the faulty project', before, project)
}

function broughtUp(project, folder) {
  if (!has('docker-compose') && run('docker', ['compose', 'version']).status !== 0) {
    console.log('!!! BRINGING A PROJECT UP WAS NOT TESTED: Compose is not installed (Debian: apt-get install docker-compose)')
    return
  }
  expectOutcomes('a project that the run brought up', score(project, 'START-02', { output: join(folder, 'up') }), { 'START-02': 'passed' })
  const left = [...lines(docker('ps', '-aq', ...ofProject(project))), ...lines(docker('network', 'ls', '-q', ...ofProject(project))), ...lines(docker('volume', 'ls', '-q', ...ofProject(project)))]
  if (left.length > 0) throw new Error(`a project that was brought up: found ${left.length} objects of it afterwards`)
  console.log('a project that was brought up is gone afterwards')
}

/** A name that the descriptor does not have is not touched, and a descriptor of another file is refused. */
function refused(project, folder) {
  const other = join(folder, 'other')
  mkdirSync(other)
  copyFileSync(join(example, 'compose.yaml'), join(other, 'compose.yaml'))
  writeFileSync(join(other, 'seaworthy.yaml'), readFileSync(join(example, 'seaworthy.yaml'), 'utf8'))
  const before = inspected(project)
  const { outcomes } = score(project, 'START-02', { output: join(folder, 'refused'), descriptor: join(other, 'seaworthy.yaml'), expected: { 'START-02': 'inconclusive' } })
  const found = outcomes.get('START-02')
  console.log(`a project made from another file: START-02 ${found?.outcome} (${found?.summary})`)
  if (!['inconclusive', 'error'].includes(found?.outcome) || !/made from/.test(found?.summary ?? '')) throw new Error('a project of the same name that was made from another file was not refused')
  expectUnchanged('after the refusal', before, project)
}

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-compose-'))
const projects = ['sound', 'faulty', 'up'].map((name) => `seaworthy-it-${process.pid}-${name}`)
try {
  if (run('docker', ['version', '--format', '{{.Server.Version}}']).status !== 0) {
    console.log('!!! THE COMPOSE DRIVER WAS NOT TESTED: no container engine answers')
    process.exitCode = process.env.CI ? 1 : 0
  } else if (run('sh', ['-c', 'PATH=$PATH:/usr/sbin command -v haproxy']).status !== 0) {
    console.log('!!! THE COMPOSE DRIVER WAS NOT TESTED: haproxy is not installed (Debian: apt-get install haproxy)')
    process.exitCode = process.env.CI ? 1 : 0
  } else {
    await makeImage(folder)
    await attached(projects[0], folder)
    refused(projects[0], folder)
    removeProject(projects[0])
    faulty(projects[1], folder)
    removeProject(projects[1])
    broughtUp(projects[2], folder)
    console.log('the compose driver works with a real engine')
  }
} catch (error) {
  console.error(`!!! ${error.message}`)
  process.exitCode = 1
} finally {
  for (const project of projects) removeProject(project)
  run('docker', ['rmi', image])
  rmSync(folder, { recursive: true, force: true })
}
