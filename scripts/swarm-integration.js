// The swarm driver with a real engine: the reference service is deployed as the stack of reference-service/deploy/swarm/stack.yaml, attached to and scored, and
// compared with what it was before; a run that is killed puts back what it changed, and removes the second stack that it made; faults of the service are found; then everything is removed, and the engine
// leaves the swarm it was made a manager of. It must be as it was found.
// node scripts/swarm-integration.js [--only START-02,DRAIN-04|all] [--keep]
// Needs an engine that answers and has the image of the reference service (seaworthy image build; REFERENCE_IMAGE names another one), haproxy and ldd (the balancer's image is made of what is on
// this machine). Without them it says so and ends with 0; with CI=true with 1.
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { expectAsFound, gatewayBridge, objects, removeBridge } from './engine-as-found.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const deploy = join(root, 'reference-service/deploy/swarm')
const { values } = parseArgs({ options: { only: { type: 'string', default: 'all' }, output: { type: 'string' }, keep: { type: 'boolean', default: false } } })
const stack = `seaworthy-it-${process.pid}`
const balancer = `seaworthy-example-swarm:${process.pid}`
/** Read by stack.yaml as well. */
const image = process.env.REFERENCE_IMAGE || 'seaworthy-reference'
const port = String(18_100 + (process.pid % 800))
const runsWithinMs = 120_000
const restoredWithinMs = 20_000
const timesMax = 3

/** What a swarm cannot express, as docs/swarm.md says with the reasons: everything else is judged, and passes. */
const impossible = ['START-07', 'UPGR-07', 'SWAP-01', 'SWAP-02', 'SWAP-03', 'SWAP-04', 'DOCS-01']

/** What was made is removed in any case: a signal ends the next wait, not this program. */
let signalled
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => (signalled ??= signal))
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
async function pause(ms) {
  await wait(ms)
  if (signalled !== undefined) throw new Error(`ended by ${signalled}`)
}
const run = (program, parameters, options = {}) => spawnSync(program, parameters, { encoding: 'utf8', maxBuffer: 64_000_000, ...options })
const lines = (text) => text.split('\n').filter((line) => line !== '')
function docker(...parameters) {
  const { status, stdout, stderr } = run('docker', parameters, { env: { ...process.env, BALANCER_IMAGE: balancer, PUBLISHED_PORT: port } })
  if (status !== 0) throw new Error(`docker ${parameters.slice(0, 3).join(' ')}: ${stderr.trim()}`)
  return stdout.trim()
}

/** haproxy of this machine: no registry is needed. */
async function makeBalancer(folder) {
  const { layOutOfflineBase } = await import(join(root, 'dist/drivers/docker/offline-base.js'))
  const base = join(folder, 'root')
  mkdirSync(join(base, 'usr/sbin'), { recursive: true })
  const haproxy = run('sh', ['-c', 'PATH=$PATH:/usr/sbin command -v haproxy']).stdout.trim()
  layOutOfflineBase(base, [haproxy])
  copyFileSync(haproxy, join(base, 'usr/sbin/haproxy'))
  const { status, stderr } = run('sh', ['-c', `tar -C '${base}' -c . | docker import -c 'ENV PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin' - ${balancer}`])
  if (status !== 0) throw new Error(`making the image: ${stderr}`)
  rmSync(base, { recursive: true })
}

/** The descriptor of the reference service with the target of the stack, in a folder that looks like its own to what it names. */
function writeDescriptor(folder) {
  const text = readFileSync(join(root, 'reference-service/seaworthy.yaml'), 'utf8')
  const [, before, after] = /^([\s\S]*?)^target:\n[\s\S]*?(^facts:[\s\S]*)$/m.exec(text)
  const here = join(folder, 'reference-service')
  mkdirSync(here)
  symlinkSync(join(root, 'dist'), join(folder, 'dist'))
  for (const name of ['RUNBOOK.md', 'configuration.yaml']) copyFileSync(join(root, 'reference-service', name), join(here, name))
  writeFileSync(join(here, 'seaworthy.yaml'), `${before}${readFileSync(join(deploy, 'target.yaml'), 'utf8')}\n${after}`)
  return join(here, 'seaworthy.yaml')
}

const answers = () =>
  new Promise((resolve) => {
    const sent = get({ host: '127.0.0.1', port, path: '/health/ready', agent: false, timeout: 2_000 }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    sent.on('timeout', () => sent.destroy(new Error('no answer'))).on('error', () => resolve(false))
  })

async function deployStack() {
  docker('stack', 'deploy', '-c', join(deploy, 'stack.yaml'), '--resolve-image', 'never', stack)
  const endAt = Date.now() + runsWithinMs
  const missing = () => lines(docker('stack', 'services', stack, '--format', '{{.Name}} {{.Replicas}}')).filter((line) => !/ (\d+)\/\1$/.test(line))
  while (missing().length > 0 || !(await answers())) {
    if (Date.now() > endAt) throw new Error(`after ${runsWithinMs / 1_000} s the stack does not run: ${missing().join(', ') || 'it does not answer'}\n${run('docker', ['stack', 'ps', stack, '--no-trunc']).stdout}`)
    await pause(500)
  }
}

/** What `docker service inspect` says, without what every change changes: version, times, and what the service was before its last change. */
const inspected = () => Object.fromEntries(JSON.parse(docker('service', 'inspect', ...lines(docker('stack', 'services', '-q', stack)))).map(({ ID: id, Spec: spec, Endpoint: endpoint }) => [spec.Name, { id, spec, endpoint }]))
const tasks = () => lines(docker('stack', 'ps', stack, '--filter', 'desired-state=running', '--format', '{{.Name}} {{.CurrentState}}')).map((line) => line.split(' ').slice(0, 2).join(' ')).sort()

function differences(before, after, path = '') {
  if (isDeepStrictEqual(before, after)) return []
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null) return [`${path}: ${JSON.stringify(before)} became ${JSON.stringify(after)}`]
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => differences(before[key], after[key], `${path}/${key}`))
}

const ours = () => lines(docker('ps', '-aq', '--filter', 'label=seaworthy.run'))
const environment = { ...process.env, STACK: stack, PUBLISHED_PORT: port }
const command = (descriptor, only, output) => [join(root, 'bin/seaworthy.js'), 'run', descriptor, '--driver', 'swarm', '--allow', 'destructive', ...(only === 'all' ? [] : ['--only', only]), '--quiet', '--output', output]

function score(descriptor, only, output) {
  rmSync(output, { recursive: true, force: true })
  const ended = run(process.execPath, command(descriptor, only, output), { env: environment })
  if (!existsSync(join(output, 'run.json'))) throw new Error(`no report (exit ${ended.status}): ${ended.stderr.trim().slice(-800)}`)
  const report = JSON.parse(readFileSync(join(output, 'run.json'), 'utf8'))
  return { report, outcomes: new Map(report.requirements.filter(({ id }) => only === 'all' || only.split(',').includes(id)).map((one) => [one.id, one])) }
}

const isAsExpected = (one) => (impossible.includes(one.id) ? one.outcome === 'skipped' && /the swarm driver cannot do/.test(one.summary) : one.outcome === 'passed')
const expectedIds = (only) => (only === 'all' ? JSON.parse(run(process.execPath, [join(root, 'bin/seaworthy.js'), 'list', '--json']).stdout).requirements.map(({ id }) => id) : only.split(','))

/** What a busy machine left open is measured again, twice at most; a fault that is found is one. */
async function expectSound(descriptor, only, output) {
  const outcomes = new Map()
  const notRestored = []
  const openIds = () => [...outcomes.values()].filter(({ outcome }) => outcome === 'inconclusive' || outcome === 'error').map(({ id }) => id)
  for (let time = 1; time <= timesMax && (time === 1 || openIds().length > 0); time += 1) {
    if (time > 1) console.log(`--- ${openIds().map((id) => `${id} (${outcomes.get(id).summary})`).join(', ')} left open, measured once more alone`)
    const scored = score(descriptor, time === 1 ? only : openIds().join(','), time === 1 ? output : `${output}-${time}`)
    await pause(0)
    for (const [id, one] of scored.outcomes) outcomes.set(id, one)
    for (const { id, outcome, summary } of scored.outcomes.values()) if (outcome === 'error') console.log(`!!! ${id} was an error (${summary})`)
    if (scored.report.restored !== true) notRestored.push(...(scored.report.notRestored ?? ['no reason is given']))
  }
  for (const { id, outcome, summary } of outcomes.values()) console.log(`${id} ${outcome} (${summary})`)
  if (notRestored.length > 0) throw new Error(`the report says that the world was not restored: ${JSON.stringify(notRestored)}`)
  const missing = expectedIds(only).filter((id) => !outcomes.has(id))
  if (missing.length > 0 || outcomes.size === 0) throw new Error(`the report does not tell of ${missing.join(', ') || 'anything'}`)
  const wrong = [...outcomes.values()].filter((one) => !isAsExpected(one))
  if (wrong.length > 0) throw new Error(`found ${wrong.map(({ id, outcome }) => `${id} ${outcome}`).join(', ')}, expected ${wrong.some(({ id }) => impossible.includes(id)) ? 'what a swarm cannot express skipped, and everything else' : 'all of them'} passed`)
  console.log(`${[...outcomes.values()].filter(({ outcome }) => outcome === 'passed').length} passed, ${[...outcomes.values()].filter(({ outcome }) => outcome === 'skipped').length} that a swarm cannot express were skipped with the reason`)
}

/** What leads connections past their components, by container: it is put in their network namespaces. */
function redirected() {
  const containers = lines(docker('ps', '-q', '--filter', `label=com.docker.stack.namespace=${stack}`))
  return containers.filter((id) => {
    const { status, stdout, stderr } = run('nsenter', ['-t', docker('inspect', '--format', '{{.State.Pid}}', id), '-n', 'sh', '-c', 'PATH=$PATH:/usr/sbin iptables-save'])
    if (status !== 0 && run('docker', ['inspect', '--format', '{{.State.Running}}', id]).stdout.trim() === 'true') throw new Error(`looking for rules in the container ${id}: ${stderr}`)
    return stdout.includes('SEAWORTHY-')
  })
}

async function expectUnchanged(what, before) {
  const endAt = Date.now() + restoredWithinMs
  const found = () => [...differences(before.services, inspected()), ...differences(before.tasks, tasks()), ...ours().map((id) => `a container of ours, ${id}`), ...redirected().map((id) => `connections of the container ${id} led elsewhere`)]
  while (found().length > 0 && Date.now() < endAt) await pause(500)
  if (found().length > 0) throw new Error(`${what}: the stack is not as it was found:\n  ${found().join('\n  ')}`)
  console.log(`${what}: the stack is as it was found`)
}

/** What must be found: by requirement, the change to the service of the replicas that breaks it. */
const faults = {
  'START-04': ['--env-add', 'SEAWORTHY_DEFECT=start.ignores-sigterm'],
  'RDND-05': ['--env-rm', 'SEAWORTHY_DEFECT', '--env-add', 'SEAWORTHY_DEFECT=rdnd.scale-in-kills'],
  'DEGR-01': ['--env-rm', 'SEAWORTHY_DEFECT', '--env-add', 'SEAWORTHY_DEFECT=degr.soft-dep-is-hard'],
  'DRAIN-09': ['--env-rm', 'SEAWORTHY_DEFECT', '--env-add', 'SEAWORTHY_DEFECT=drain.start-drained-ignored'],
  'UPGR-03': ['--env-rm', 'SEAWORTHY_DEFECT', '--env-add', 'SEAWORTHY_DEFECT=upgr.new-format-unreadable'],
  'START-01': ['--env-rm', 'SEAWORTHY_DEFECT', '--env-add', 'SEAWORTHY_DEFECT=start.manual-unlock'],
  'START-02': ['--env-rm', 'SEAWORTHY_DEFECT', '--restart-condition', 'none'],
}
const isLocked = (change) => change.includes('SEAWORTHY_DEFECT=start.manual-unlock')

const replicas = () => lines(docker('ps', '-q', '--filter', `label=com.docker.swarm.service.name=${stack}_ledger`))

/** As an operator does it, by hand, for every container that comes: until three of them are healthy, and where they are updated all of them are new. */
async function unlock({ updates }) {
  const endAt = Date.now() + runsWithinMs
  const isUpdated = () => !updates || docker('service', 'inspect', '--format', '{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}', `${stack}_ledger`) === 'completed'
  const isHealthy = (id) => run('docker', ['inspect', '--format', '{{.State.Health.Status}}', id]).stdout.trim() === 'healthy'
  while (!(isUpdated() && replicas().length === 3 && replicas().every(isHealthy))) {
    if (Date.now() > endAt) throw new Error(`after ${runsWithinMs / 1_000} s the replicas are not unlocked`)
    for (const id of replicas()) run('docker', ['exec', id, 'node', '-e', "fetch('http://127.0.0.1:8080/admin/unlock', { method: 'POST' }).catch(() => {})"])
    await pause(500)
  }
}

/** A service that is at fault fails, and is let go as it was found like any other. */
async function expectFaultsFound(descriptor, folder) {
  for (const [id, change] of Object.entries(faults)) {
    docker('service', 'update', '--quiet', `--detach=${isLocked(change)}`, '--update-parallelism', '0', '--update-delay', '0s', '--update-monitor', '1s', ...change, `${stack}_ledger`)
    if (isLocked(change)) await unlock({ updates: true })
    for (let round = 0; round < 60 && replicas().length !== 3; round += 1) await pause(500) // those from before end, too
    const before = { services: inspected(), tasks: tasks() }
    for (let time = 1; time <= timesMax; time += 1) {
      const { outcome, summary } = score(descriptor, id, join(folder, `fault-${id}-${time}`)).outcomes.get(id)
      console.log(`with ${change.join(' ')}: ${id} ${outcome} (${summary})`)
      if (outcome === 'failed') break
      // A swarm may take another replica away than the one that has the fault.
      if ((outcome !== 'inconclusive' && !(id === 'RDND-05' && outcome === 'passed')) || time === timesMax) throw new Error(`with ${change.join(' ')}: found ${id} ${outcome}, expected it failed`)
    }
    if (isLocked(change)) await unlock({ updates: false })
    await expectUnchanged(`after ${id}`, before)
  }
}

/** At what a run is killed: by requirement, what it has changed then. */
const killedAt = {
  'RDND-02': { what: 'a task that the swarm does without', isChanged: (before) => inspected()[`${stack}_ledger`].spec.Mode.Replicated.Replicas !== before.services[`${stack}_ledger`].spec.Mode.Replicated.Replicas },
  'UPGR-03': { what: 'an update that stands still half way', isChanged: () => inspected()[`${stack}_ledger`].spec.UpdateConfig?.Delay > 3_600e9 },
  'RDND-07': { what: 'connections that go by fault proxies', isChanged: () => redirected().length > 0 },
}

/** Waits until the harness has changed something, and kills it then. */
async function killed(descriptor, folder, before, [requirement, { what, isChanged }]) {
  const child = spawn(process.execPath, command(descriptor, requirement, join(folder, `killed-${requirement}`)), { env: environment, stdio: 'ignore' })
  const endAt = Date.now() + 90_000
  while (!isChanged(before) && Date.now() < endAt && child.exitCode === null) await pause(200)
  const wasChanged = isChanged(before)
  child.kill('SIGKILL')
  if (!wasChanged) throw new Error(`the run was to be killed at ${what}, and there was none in time`)
  const atMs = Date.now()
  await expectUnchanged(`after SIGKILL at ${what}`, before)
  console.log(`SIGKILL at ${what}: everything was put back within ${Date.now() - atMs} ms`)
  const { status, stdout } = run(process.execPath, [join(root, 'bin/seaworthy.js'), 'clean', '--driver', 'swarm', descriptor], { env: environment })
  if (status !== 0 || !/nothing was left behind/.test(stdout)) throw new Error(`clean found something after the reaper: ${stdout}`)
}

/** Everything of a second stack, by its label alone. */
const copied = () => [['service', 'ls', '-q'], ['ps', '-aq'], ['network', 'ls', '-q'], ['volume', 'ls', '-q']].flatMap((kind) => lines(docker(...kind, '--filter', `label=seaworthy.copy-of=${stack}`)).map((id) => `${kind[0]} ${id}`))

/** Kills the harness while there is a second stack; with `reaper` also what cleans up after it, so that its labels are all that tells of it. */
async function killedWithCopy(descriptor, folder, before, { reaper }) {
  const what = `after SIGKILL of the harness${reaper ? ' and its reaper' : ''} beside a second stack`
  const child = spawn(process.execPath, command(descriptor, 'CONF-01', join(folder, `killed-copy-${reaper}`)), { env: environment, stdio: 'ignore' })
  const endAt = Date.now() + runsWithinMs
  const containers = () => copied().filter((one) => one.startsWith('ps ')).length
  while (containers() < Object.keys(before.services).length && Date.now() < endAt && child.exitCode === null) await pause(200)
  const seen = copied()
  if (reaper) for (const pid of lines(run('pgrep', ['-P', String(child.pid), '-f', 'reaper.js']).stdout)) process.kill(Number(pid), 'SIGKILL')
  child.kill('SIGKILL')
  if (seen.length === 0) throw new Error('the run was to be killed beside a second stack, and there was none in time')
  const killedAt = Date.now()
  if (reaper) {
    await pause(1_000)
    if (copied().length === 0) throw new Error(`${what}: something removed it before it was cleaned up`)
    const { status, stdout } = run(process.execPath, [join(root, 'bin/seaworthy.js'), 'clean', '--driver', 'swarm', descriptor], { env: environment })
    if (status !== 0 || !/out of the engine/.test(stdout)) throw new Error(`${what}: clean said ${stdout}`)
  }
  while (copied().length > 0 && Date.now() < killedAt + restoredWithinMs) await pause(200)
  if (copied().length > 0) throw new Error(`${what}: found ${copied().join(', ')}`)
  console.log(`${what}: ${seen.length} things of it were removed within ${Date.now() - killedAt} ms`)
  await expectUnchanged(what, before)
}

async function removeAll(found) {
  run('docker', ['stack', 'rm', stack])
  const label = `label=com.docker.stack.namespace=${stack}`
  for (let round = 0; round < 60 && lines(run('docker', ['ps', '-aq', '--filter', label]).stdout).length > 0; round += 1) await wait(500)
  for (const name of lines(run('docker', ['volume', 'ls', '-q', '--filter', label]).stdout)) run('docker', ['volume', 'rm', name])
  if (found.state === 'inactive') run('docker', ['swarm', 'leave', '--force'])
  if (!found.hasBridge) await removeBridge(found)
  run('docker', ['rmi', balancer])
}

function reasonAgainst() {
  if (run('docker', ['version', '--format', '{{.Server.Version}}']).status !== 0) return 'no container engine answers'
  if (run('sh', ['-c', 'PATH=$PATH:/usr/sbin command -v haproxy']).status !== 0) return 'haproxy is not installed (Debian: apt-get install haproxy)'
  return run('docker', ['image', 'inspect', image]).status === 0 ? undefined : `the engine has no image ${image} (seaworthy image build --offline)`
}

const reason = reasonAgainst()
if (reason !== undefined) {
  console.log(`!!! THE SWARM DRIVER WAS NOT TESTED: ${reason}`)
  process.exit(process.env.CI ? 1 : 0)
}
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-swarm-'))
const found = { state: docker('info', '--format', '{{.Swarm.LocalNodeState}}'), hasBridge: run('docker', ['network', 'inspect', gatewayBridge]).status === 0, objects: objects() }
try {
  if (found.state === 'inactive') docker('swarm', 'init', '--advertise-addr', '127.0.0.1')
  await makeBalancer(folder)
  const descriptor = writeDescriptor(folder)
  await deployStack()
  const before = { services: inspected(), tasks: tasks() }
  await expectSound(descriptor, values.only, values.output ?? join(folder, 'sound'))
  await expectUnchanged('after the run', before)
  for (const one of Object.entries(killedAt)) await killed(descriptor, folder, before, one)
  await killedWithCopy(descriptor, folder, before, { reaper: false })
  await killedWithCopy(descriptor, folder, before, { reaper: true })
  await expectFaultsFound(descriptor, folder)
} catch (error) {
  console.error(`!!! ${error.message}`)
  process.exitCode = 1
}
if (values.keep) console.log(`kept: stack ${stack}, folder ${folder}, STACK=${stack} PUBLISHED_PORT=${port}`)
else {
  await removeAll(found)
  rmSync(folder, { recursive: true, force: true })
  await expectAsFound(found, balancer).catch((error) => {
    console.error(`!!! ${error.message}`)
    process.exitCode = 1
  })
}
if (process.exitCode === undefined) console.log('the swarm driver works with a real engine')
