import { existsSync, writeFileSync } from 'node:fs'
import { basename, dirname, relative, resolve } from 'node:path'
import { exitCodes, messageOf, SeaworthyError } from '../../core/errors.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { parseDescriptor } from '../../engine/load-descriptor.js'
import { openApiReads } from '../../engine/openapi-reads.js'
import { portPassings, type PortPassing } from '../init/command-line.js'
import { composeChoices } from '../init/compose-choices.js'
import { composeText } from '../init/compose-text.js'
import { descriptorText, type Findings } from '../init/descriptor-text.js'
import { nextDeclarations } from '../init/next-declarations.js'
import { probeService } from '../init/probe-service.js'
import type { RunningService } from '../init/running-service.js'
import { readSources, type Sources } from '../init/sources.js'
import { tryOut, type Trial } from '../init/trial.js'
import { watchInterruption } from '../interruption.js'
import { packageFile } from '../package-files.js'

export interface InitArguments {
  readonly from?: readonly string[] | undefined
  readonly output: string
  readonly force: boolean
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const stopGraceMs = 10_000
const nextMax = 5

/** `seaworthy init`: starts the service once, looks at it and stops it, or looks at one that runs, or reads a Compose file; and writes what it found. Throws SW_INIT_SOURCE, SW_INIT_COMPOSE, SW_INIT_TRIAL, SW_INIT_EXISTS. */
export async function init({ from, output, force }: InitArguments): Promise<number> {
  const path = resolve(output)
  if (existsSync(path) && !force) throw new SeaworthyError('SW_INIT_EXISTS', `while writing ${path}: it is there already`, { hint: '--force writes over it, --output names another file.' })
  const sources = await readSources(from)
  using interruption = watchInterruption((message) => process.stderr.write(`${message}\n`))
  const { running, compose } = sources
  const text = compose !== undefined
    ? composeText({ ...composeChoices(compose), path, schemaPath: schemaPathFrom(path), wanted: sources.wanted })
    : descriptorText(running === undefined ? await findOut(sources, path, interruption.signal) : await lookAtRunning(running, sources, path))
  const service = parseDescriptor(text, path)
  try {
    writeFileSync(path, text, { flag: force ? 'w' : 'wx' })
  } catch (thrown) {
    throw new SeaworthyError('SW_INIT_EXISTS', `while writing ${path}: ${messageOf(thrown)}`, { cause: thrown })
  }
  tellFindings(path, service)
  return exitCodes.ok
}

/** Tries one way after the other to tell the service its port, and looks at it in the first that works. */
async function findOut(sources: Sources, path: string, signal: AbortSignal): Promise<Findings> {
  const failures: string[] = []
  for (const passing of sources.start === undefined ? [] : portPassings(sources.start, sources.knownPort)) {
    say(`starting it with its port ${passing.how} ...`)
    const tried = await tryOut(candidate(passing, path), signal, (trial) => look(trial, { passing, wanted: sources.wanted, path }))
    if (tried.listened) return tried.result
    failures.push(`with its port ${passing.how} it ${tried.exited ? 'ended' : 'did not listen on that port'}${tried.lastWords.length === 0 ? '' : `; its last words:\n${tried.lastWords.map((line) => `    ${line}`).join('\n')}`}`)
  }
  throw new SeaworthyError('SW_INIT_TRIAL', `while trying the start command: it never listened on the port it was given\n  ${failures.join('\n  ')}`, {
    hint: 'Every replica needs a port of its own. Let the service read it from the variable PORT, or write the port that it uses into the command: --from "./server --port 8080".',
  })
}

const schemaPathFrom = (path: string): string => relative(dirname(path), packageFile('schemas/descriptor-v1.schema.json'))
const nameOf = (path: string): string => basename(dirname(path)).slice(0, 80) || 'service'

/** Enough of a descriptor to start it once. */
function candidate({ words, env }: PortPassing, path: string): ServiceDescriptor {
  const document = { schema: 'seaworthy/v1', service: nameOf(path), target: { kind: 'process', replicas: { command: words, env } }, health: { readiness: '/' }, traffic: { read: { http: 'GET /' } } }
  return parseDescriptor(JSON.stringify(document), path)
}

async function look(trial: Trial, { passing, wanted, path }: { readonly passing: PortPassing; readonly wanted: readonly string[]; readonly path: string }): Promise<Findings> {
  const seen = await lookAt(trial.url, wanted, path)
  const stopped = await trial.stop({ signal: 'SIGTERM', graceMs: stopGraceMs })
  return {
    ...seen,
    target: { start: passing, portHow: passing.how, startedAfterMs: trial.startedAfterMs, replicas: 2 },
    ...(stopped === undefined ? {} : { stop: { signal: 'SIGTERM', graceMs: stopGraceMs, tookMs: stopped.durationMs, killed: stopped.killed, exitCode: stopped.exitCode, exitSignal: stopped.signal } }),
  }
}

/** Sends it GET and OPTIONS requests, and nothing else. */
async function lookAtRunning(running: RunningService, { wanted }: Sources, path: string): Promise<Findings> {
  say(`looking at ${running.url.origin} ...`)
  return { ...(await lookAt(running.url, wanted, path)), target: running }
}

async function lookAt(url: URL, wanted: readonly string[], path: string): Promise<Omit<Findings, 'target' | 'stop'>> {
  const { readiness, liveness, detail, reads, slow, instanceHeader, methods, answersEverything } = await probeService(url, { wanted, fromOpenApi: (text) => openApiReads(text).paths })
  if (readiness === undefined) {
    throw new SeaworthyError('SW_INIT_TRIAL', `while looking at ${url.origin}: no usual path answered GET with 2xx`, { hint: 'Name a page that must answer: --from http://localhost:3000/items (beside the start command, if there is one).' })
  }
  return {
    name: nameOf(path),
    schemaPath: schemaPathFrom(path),
    readiness,
    // The same path would say of liveness only that it is no different from readiness.
    ...(liveness === undefined || liveness === readiness ? {} : { liveness }),
    ...(detail === undefined ? {} : { detail }),
    reads,
    ...(slow === undefined ? {} : { slow }),
    ...(instanceHeader === undefined ? {} : { instanceHeader }),
    ...(methods === undefined ? {} : { methods }),
    answersEverything,
  }
}

function tellFindings(path: string, service: ServiceDescriptor): void {
  const { health, traffic, target: { compose } } = service
  const project = compose === undefined ? '' : `; project ${compose.project}, replicas ${compose.replicas.services.join(', ')}, requests to ${(compose.entry ?? compose.replicas).services.join(', ')}`
  say(`wrote ${relative(process.cwd(), path) || path}: ready at ${health.readinessPath}, reads ${Object.values(traffic).filter(({ weight }) => weight > 0).map((one) => one.path).join(', ')}${project}`)
  say('\nTo add next, for the most coverage:')
  for (const { section, example, requirements } of nextDeclarations(service, nextMax)) say(`  ${section}: ${requirements.length} requirements need it, such as ${requirements.slice(0, 4).join(', ')}\n      ${example}`)
  const file = path === resolve('seaworthy.yaml') ? '' : ` ${relative(process.cwd(), path)}`
  say(`\nNow: seaworthy doctor${file}, seaworthy plan${file} --allow disruptive, seaworthy run${file} --allow disruptive`)
}
