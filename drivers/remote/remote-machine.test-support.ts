import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'

/** Says who it is and which start of it; `/slow` takes a while. Graceful only when told so. */
const serviceProgram = `
import { createServer } from 'node:http'
import { randomUUID } from 'node:crypto'
const [name, port, graceful] = process.argv.slice(2)
const boot = randomUUID()
let draining = false
const server = createServer((request, response) => {
  const answer = () => response.writeHead(request.url === '/ready' && draining ? 503 : 200, { 'x-instance': name, 'x-boot': boot, 'cache-control': 'no-store' }).end('{}')
  request.resume()
  request.url.startsWith('/slow') ? setTimeout(answer, 1500) : answer()
})
server.listen(Number(port), '127.0.0.1')
if (graceful === 'graceful') process.on('SIGTERM', () => {
  draining = true
  setTimeout(() => { server.close(() => process.exit(0)); server.closeIdleConnections() }, 700)
})
`

/** Keeps its services running, as systemd does on a machine: files beside it say which must not, and their pids. */
const supervisorProgram = `
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
const [folder, graceful, bootPort, ...ports] = process.argv.slice(2)
let boot = randomUUID()
const at = (index, what) => folder + '/replica-' + index + '.' + what
const running = new Map()
const look = () => {
  if (existsSync(folder + '/reboot')) {
    for (const child of running.values()) child.kill('SIGKILL')
    rmSync(folder + '/reboot')
    boot = randomUUID()
  }
  ports.forEach((port, index) => {
    if (running.has(index) || existsSync(at(index, 'stopped')) || existsSync(at(index, 'held'))) return
    const child = spawn(process.execPath, [folder + '/service.mjs', 'replica-' + index, port, graceful], { stdio: 'ignore' })
    running.set(index, child)
    writeFileSync(at(index, 'pid'), String(child.pid))
    child.on('exit', () => running.delete(index))
  })
}
setInterval(look, 30)
look()
createServer((request, response) => response.end(JSON.stringify({ boot: { id: boot } }))).listen(Number(bootPort), '127.0.0.1')
const end = () => { for (const child of running.values()) child.kill('SIGKILL'); process.exit(0) }
process.on('SIGTERM', end)
process.stdin.on('end', end).resume()
`

/** Hooks that do what they say, as a user writes them. */
const honest = (folder: string): Readonly<Record<string, string>> => {
  const at = `${folder}/replica-{index}`
  return {
    start: `rm -f ${at}.stopped`,
    stop: `touch ${at}.stopped; kill -TERM $(cat ${at}.pid); while kill -0 $(cat ${at}.pid) 2>/dev/null; do sleep 0.05; done`,
    kill: `kill -KILL $(cat ${at}.pid)`,
    hold: `touch ${at}.held`,
    release: `rm -f ${at}.held`,
    freeze: `kill -STOP $(cat ${at}.pid)`,
    thaw: `kill -CONT $(cat ${at}.pid)`,
    reboot: `touch ${folder}/reboot`,
    logs: `echo what {instance} logged`,
  }
}

export interface RemoteMachine {
  readonly folder: string
  readonly urls: readonly string[]
  /** The path of a descriptor for it; `hooks` replaces single ones, undefined takes one away. */
  descriptor(hooks?: Readonly<Record<string, string | undefined>>, name?: string): string
  end(): Promise<void>
}

/** A "remote" machine on loopback: a supervisor with two services, ended with it. */
export async function startRemoteMachine({ graceful = true, replicas = 2 }: { readonly graceful?: boolean; readonly replicas?: number } = {}): Promise<RemoteMachine> {
  const folder = mkdtempSync(join(tmpdir(), 'sw-remote-'))
  writeFileSync(join(folder, 'service.mjs'), serviceProgram)
  writeFileSync(join(folder, 'supervisor.mjs'), supervisorProgram)
  const [bootPort = 0, ...ports] = await freePorts(replicas + 1)
  const supervisor = spawn(process.execPath, [join(folder, 'supervisor.mjs'), folder, graceful ? 'graceful' : 'abrupt', String(bootPort), ...ports.map(String)], { stdio: ['pipe', 'ignore', 'inherit'] })
  const urls = ports.map((port) => `http://127.0.0.1:${port}`)
  await Promise.all(urls.map(untilAnswers))
  return {
    folder,
    urls,
    descriptor(hooks = {}, name = 'seaworthy.yaml') {
      const path = join(folder, name)
      writeFileSync(path, descriptorText({ folder, urls, bootPort, hooks: { ...honest(folder), ...hooks } }))
      return path
    },
    async end() {
      await ended(supervisor)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface DescriptorParts {
  readonly folder: string
  readonly urls: readonly string[]
  readonly bootPort: number
  readonly hooks: Readonly<Record<string, string | undefined>>
}
const descriptorText = ({ urls, bootPort, hooks }: DescriptorParts): string =>
  JSON.stringify({
    schema: 'seaworthy/v1',
    service: 'remote',
    target: { kind: 'remote', disposable: true, url: urls, restart: 'always', startAtBoot: true, bootId: `http://127.0.0.1:${bootPort}/#/boot/id`, hooks: { timeout: '5s', ...hooks } },
    identity: { instance: 'header:x-instance', boot: 'header:x-boot' },
    balancer: { interval: '100ms', timeout: '1s' },
    health: { readiness: '/ready' },
    lifecycle: { startTimeout: '15s', stop: { grace: '6s' } },
    traffic: { read: { http: 'GET /items' }, slow: { http: 'GET /slow', minDuration: '1400ms', weight: 0 } },
  })

/** Chosen by the kernel, and given back just before they are used. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

async function untilAnswers(url: string): Promise<void> {
  for (let left = 1_000; left > 0; left--) {
    if (await fetch(url).then((answer) => answer.ok, () => false)) return
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  throw new Error(`nothing answers at ${url}`)
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}
