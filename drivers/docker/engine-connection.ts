import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import Docker from 'dockerode'
import { exitCodes, messageOf, SeaworthyError } from '../../core/errors.js'

/** One way to an engine, and where it was found written. */
export interface EngineAddress {
  readonly origin: string // 'DOCKER_HOST', 'context rootless', 'the default socket' …
  readonly host: string // unix:///path or tcp://127.0.0.1:port
}
export interface EngineConnection {
  readonly docker: Docker
  readonly address: EngineAddress
}

const answerWithinMs = 3_000

/**
 * The engine that the docker command would talk to: DOCKER_HOST, else the chosen context, else a socket of this user or
 * of the machine. Throws SeaworthyError SW_ENGINE_UNREACHABLE with the reason for each way tried.
 */
export async function connectEngine(environment: NodeJS.ProcessEnv = process.env): Promise<EngineConnection> {
  const reasons: string[] = []
  for (const found of engineAddresses(environment)) {
    if ('problem' in found) {
      reasons.push(`${found.origin}: ${found.problem}`)
      continue
    }
    const answer = await connectTo(found, environment)
    if (typeof answer !== 'string') return answer
    reasons.push(`${found.origin} (${found.host}): ${answer}`)
  }
  throw new SeaworthyError('SW_ENGINE_UNREACHABLE', `while looking for a container engine: none answers\n  ${reasons.join('\n  ')}`, {
    exitCode: exitCodes.usage,
    hint: 'start the engine, or set DOCKER_HOST to its socket',
  })
}

/** The engine at this address, or why there is none. */
export async function connectTo(address: EngineAddress, environment: NodeJS.ProcessEnv = process.env): Promise<EngineConnection | string> {
  const options = optionsOf(address.host, environment)
  if (typeof options === 'string') return options
  try {
    await new Docker({ ...options, timeout: answerWithinMs }).ping()
    return { docker: new Docker(options), address }
  } catch (error) {
    return reasonOf(error, address.host)
  }
}

type Found = EngineAddress | { readonly origin: string; readonly problem: string }

/** What is named counts alone: whoever names an engine does not want another one. */
export function engineAddresses(environment: NodeJS.ProcessEnv, { home = homedir(), uid = process.getuid?.() }: { readonly home?: string; readonly uid?: number | undefined } = {}): readonly Found[] {
  const named = environment['DOCKER_HOST']
  if (named) return [{ origin: 'DOCKER_HOST', host: named }]
  const configuration = environment['DOCKER_CONFIG'] ?? join(home, '.docker')
  const context = environment['DOCKER_CONTEXT'] || currentContext(configuration)
  if (context !== undefined && context !== 'default') return [contextAddress(configuration, context)]
  // A login over ssh, sudo or a service has no XDG_RUNTIME_DIR, and an engine of its user all the same.
  const runtime = environment['XDG_RUNTIME_DIR'] || (uid === undefined ? undefined : `/run/user/${uid}`)
  const sockets: readonly (readonly [string, string])[] = [
    ['the default socket', '/var/run/docker.sock'],
    ...(runtime ? [['the rootless socket', join(runtime, 'docker.sock')] as const] : []),
    ['the socket of this user', join(home, '.docker', 'run', 'docker.sock')],
  ]
  return sockets.map(([origin, path]) => ({ origin, host: `unix://${path}` }))
}

function currentContext(configuration: string): string | undefined {
  try {
    const { currentContext: name } = JSON.parse(readFileSync(join(configuration, 'config.json'), 'utf8')) as { readonly currentContext?: unknown }
    return typeof name === 'string' && name !== '' ? name : undefined
  } catch {
    return undefined // no file: the docker command takes the default then
  }
}

/** Contexts are kept in folders named by the digest of their name. */
function contextAddress(configuration: string, name: string): Found {
  const origin = `context ${name}`
  const file = join(configuration, 'contexts', 'meta', createHash('sha256').update(name).digest('hex'), 'meta.json')
  if (!existsSync(file)) return { origin, problem: `there is no ${file}` }
  try {
    const meta = JSON.parse(readFileSync(file, 'utf8')) as { readonly Endpoints?: { readonly docker?: { readonly Host?: unknown } } }
    const host = meta.Endpoints?.docker?.Host
    return typeof host === 'string' ? { origin, host } : { origin, problem: `${file} names no address` }
  } catch (error) {
    return { origin, problem: messageOf(error) }
  }
}

function optionsOf(host: string, environment: NodeJS.ProcessEnv): Docker.DockerOptions | string {
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length) }
  let url: URL
  try {
    url = new URL(host)
  } catch {
    return 'that is no address; expected unix:///PATH or tcp://HOST:PORT'
  }
  if (url.protocol !== 'tcp:' && url.protocol !== 'http:') return `${url.protocol}// is not spoken here; expected unix:///PATH or tcp://HOST:PORT`
  // Ports are published on the loopback address of the engine's machine, and the fault proxies listen on this one.
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)) return 'that engine is on another machine; the balancer and the fault proxies run on this one'
  if (environment['DOCKER_TLS_VERIFY']) return 'TLS to an engine on this machine is not spoken here; use its socket'
  return { protocol: 'http', host: url.hostname, port: Number(url.port || 2375) }
}

/** Exported for its test. */
export function reasonOf(error: unknown, host: string): string {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'there is no such socket'
  if (code === 'ECONNREFUSED') return 'nobody listens there'
  if (code === 'EACCES' || code === 'EPERM') return `this user may not open it (${host.replace('unix://', '')}: its owner and its group may; joining the group takes a new login)`
  return code === 'ECONNRESET' ? `no answer within ${answerWithinMs} ms` : messageOf(error)
}
