import { execFile, spawnSync } from 'node:child_process'
import { parse } from 'yaml'
import type { RestartPolicy } from '../../core/service-descriptor.js'
import { exitCodes, messageOf, SeaworthyError } from '../../core/errors.js'

const answerWithinMs = 20_000
const upWithinMs = 300_000
const endWithinMs = 10_000

/** `docker compose` or `docker-compose`, whichever is there. */
export function composeCommand(): readonly string[] | undefined {
  const ways = [['docker', 'compose'], ['docker-compose']]
  return ways.find(([program = '', ...words]) => spawnSync(program, [...words, 'version'], { stdio: 'ignore', timeout: answerWithinMs }).status === 0)
}

/** What a Compose file says of one service. */
export interface ComposeFileService {
  readonly name: string
  readonly replicas: number
  readonly restart: RestartPolicy
  readonly startAtBoot: boolean
  readonly stopSignal?: string
  readonly stopGraceMs?: number
  /** The test of its health check as one text. */
  readonly healthcheck?: string
  /** Ports inside the container that are published. */
  readonly publishedPorts: readonly number[]
}

/** Reads a Compose file with the command that knows the format. Throws SeaworthyError SW_COMPOSE_FILE. */
export async function readComposeFile(file: string, project: string): Promise<readonly ComposeFileService[]> {
  const text = await compose({ file, project, timeoutMs: answerWithinMs }, ['config'])
  return composeServices(text)
}

/** `text`: what `docker compose config` gives, with every variable and default in its place. */
export function composeServices(text: string): readonly ComposeFileService[] {
  const { services = {} } = (parse(text) ?? {}) as { readonly services?: Readonly<Record<string, ServiceDocument>> }
  return Object.entries(services).map(([name, one]) => ({
    name,
    replicas: one.deploy?.replicas ?? one.scale ?? 1,
    ...policyOf(one.restart ?? 'no'),
    ...(one.stop_signal === undefined ? {} : { stopSignal: one.stop_signal }),
    ...(one.stop_grace_period === undefined ? {} : { stopGraceMs: composeDurationMs(one.stop_grace_period) }),
    ...(one.healthcheck?.test === undefined ? {} : { healthcheck: [one.healthcheck.test].flat().join(' ') }),
    publishedPorts: (one.ports ?? []).flatMap(publishedPort),
  }))
}

interface ServiceDocument {
  readonly deploy?: { readonly replicas?: number }
  readonly scale?: number
  readonly restart?: string
  readonly stop_signal?: string
  readonly stop_grace_period?: string
  readonly healthcheck?: { readonly test?: string | readonly string[] }
  readonly ports?: readonly (string | number | { readonly target?: number })[]
}

/** '127.0.0.1:8080:80/tcp', 80, { target: 80 } -> 80; none for UDP. */
function publishedPort(port: string | number | { readonly target?: number }): number[] {
  if (typeof port === 'object') return port.target === undefined ? [] : [port.target]
  const text = String(port)
  return text.endsWith('/udp') ? [] : [Number.parseInt(text.split(':').at(-1) ?? '', 10)].filter(Number.isInteger)
}

/** '1m30s' -> 90000 (compose-spec, durations). */
export function composeDurationMs(text: string): number {
  const units: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
  return [...text.matchAll(/([\d.]+)(us|ms|s|m|h)/g)].reduce((sum, [, value, unit = '']) => sum + Number(value) * (units[unit] ?? 0), 0)
}

/** The engine's name of a policy. After a boot the engine starts what has `always`, and what has `unless-stopped` and ran. */
export function policyOf(name: string): { readonly restart: RestartPolicy; readonly startAtBoot: boolean } {
  if (name === 'always' || name === 'unless-stopped') return { restart: 'always', startAtBoot: true }
  return { restart: name.startsWith('on-failure') ? 'on-failure' : 'never', startAtBoot: false }
}

/** Brings a project up. What it printed is the reason when it fails. Throws SeaworthyError SW_COMPOSE_UP. */
export async function bringUp(project: string, file: string, options: { readonly environment: Readonly<Record<string, string>>; readonly signal: AbortSignal }): Promise<void> {
  await compose({ file, project, timeoutMs: upWithinMs, ...options, code: 'SW_COMPOSE_UP' }, ['up', '-d'])
}

interface ComposeCall {
  readonly file: string
  readonly project: string
  readonly timeoutMs: number
  readonly environment?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  readonly code?: 'SW_COMPOSE_UP'
}

function compose({ file, project, timeoutMs, environment, signal, code }: ComposeCall, words: readonly string[]): Promise<string> {
  const command = composeCommand()
  if (command === undefined) throw new SeaworthyError('SW_COMPOSE_COMMAND', `while working on the project ${project}: found neither docker compose nor docker-compose`, { hint: 'install Compose, or start the project by yourself: a running one is attached to' })
  const [program = '', ...before] = command
  return new Promise((resolve, reject) => {
    const parameters = [...before, '-f', file, '-p', project, ...words]
    const child = execFile(program, parameters, { maxBuffer: 16_000_000, env: { ...process.env, ...environment } }, (error, stdout, stderr) => {
      clearTimeout(late)
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      if (error === null) return resolve(stdout)
      const said = stderr.trim().split('\n').slice(-5).join('\n  ') || messageOf(error)
      reject(new SeaworthyError(code ?? 'SW_COMPOSE_FILE', `while running ${program} ${parameters.join(' ')}: ${said}`, { exitCode: exitCodes.usage, cause: error }))
    })
    // Not by the options of execFile: one settles while the command is still at work, the other waits for ever for what does not hear.
    let late: NodeJS.Timeout | undefined
    const end = (): void => {
      child.kill('SIGTERM')
      late ??= setTimeout(() => {
        child.kill('SIGKILL')
        for (const output of [child.stdout, child.stderr]) output?.destroy() // a grandchild may keep them open
      }, endWithinMs)
    }
    const timer = setTimeout(end, timeoutMs)
    signal?.addEventListener('abort', end, { once: true })
    if (signal?.aborted === true) end()
  })
}
