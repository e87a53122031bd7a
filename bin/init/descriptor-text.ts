import { stopSignals } from '../../drivers/docker/stop-signal.js'
import type { StartCommand } from './command-line.js'
import { runningLines, type RunningService } from './running-service.js'

/** It was started by us, once. */
export interface StartedService {
  readonly start: StartCommand
  /** How it is told its port. */
  readonly portHow: string
  readonly startedAfterMs: number
  readonly replicas: number
}

/** What is known of a service when its descriptor is written. */
export interface Findings {
  readonly name: string
  readonly schemaPath: string
  readonly target: StartedService | RunningService
  readonly readiness: string
  readonly liveness?: string
  readonly detail?: string
  /** Paths that answered GET with 2xx. */
  readonly reads: readonly string[]
  /** A page that takes long, and how long it took at least. */
  readonly slow?: { readonly path: string; readonly tookMs: number }
  readonly instanceHeader?: string
  readonly methods?: string
  readonly stop?: { readonly signal: string; readonly graceMs: number; readonly tookMs: number; readonly killed: boolean; readonly exitCode: number | null; readonly exitSignal: string | null }
  /** What it listens for was not told apart from any other path. */
  readonly answersEverything: boolean
}

/** Text in YAML: plain where that is safe, else in double quotes. */
export const text = (value: string): string => (/^[A-Za-z/][\w./-]*$/.test(value) && !/^(true|false|null|yes|no|on|off)$/i.test(value) ? value : JSON.stringify(value))
export const operationNames = (reads: readonly string[]): readonly (readonly [string, string])[] =>
  reads.map((path, index) => [index === 0 ? 'read' : `read${index + 1}`, path] as const)

/** A seaworthy.yaml with what was found, and comments that say how it was found and what is a guess. */
export function descriptorText(findings: Findings): string {
  const { name, schemaPath, target } = findings
  const isStarted = 'start' in target
  return [
    `# yaml-language-server: $schema=${schemaPath}`,
    `# Written by \`seaworthy init\` from what the service showed${isStarted ? ' in a trial start' : ''}. Check it with \`seaworthy doctor\`.`,
    'schema: seaworthy/v1',
    `service: ${text(name)}`,
    ...(isStarted ? startedLines(target) : runningLines(target)),
    ...healthLines(findings),
    ...(findings.instanceHeader === undefined ? [] : ['# If this header differs from replica to replica, it tells who answered:', `# identity: { instance: "header:${findings.instanceHeader}" }`]),
    ...lifecycleLines(findings),
    'traffic:',
    ...(findings.methods === undefined ? [] : [`  # It says that it accepts ${findings.methods}.`]),
    ...operationNames(findings.reads).map(([operation, path]) => `  ${operation}: { http: ${JSON.stringify(`GET ${path}`)} }`),
    ...(findings.slow === undefined ? [] : [`  slow: { http: ${JSON.stringify(`GET ${findings.slow.path}`)}, minDuration: ${Math.floor((0.9 * findings.slow.tookMs) / 100) * 100}ms, weight: 0 }  # it took ${Math.round(findings.slow.tookMs)} ms: it can be caught in flight`]),
    '',
  ].join('\n')
}

function startedLines({ start, portHow, replicas }: StartedService): string[] {
  const env = Object.entries(start.env)
  return [
    'target:',
    '  kind: process',
    '  # Say `disposable: true` once the service holds nothing that matters: destructive procedures need it, and --allow destructive.',
    '  replicas:',
    `    count: ${replicas}  # at least two: with one, nothing can be said about losing a replica`,
    `    command: [${start.words.map(text).join(', ')}]`,
    ...(env.length === 0 ? [] : [`    env: { ${env.map(([key, value]) => `${key}: ${text(value)}`).join(', ')} }`]),
    `    # It listens on the port that it is given ${portHow}.`,
    '    restart: always  # a guess: what your platform does when the process ends (always, on-failure, never)',
    '    startAtBoot: true  # a guess: whether your platform starts it when the machine boots',
  ]
}

function lifecycleLines({ target, stop }: Findings): string[] {
  if ('start' in target) return ['lifecycle:', `  startTimeout: ${Math.max(10, Math.ceil((5 * target.startedAfterMs) / 1_000))}s  # it listened after ${target.startedAfterMs} ms`, ...stopLines(stop)]
  return target.stop === undefined ? [] : ['lifecycle:', ...platformStopLines(target.stop)]
}

/** The name comes from an image: it may not end a comment and begin a line. */
function platformStopLines({ signal, graceMs, unknownSignal }: NonNullable<RunningService['stop']>): string[] {
  const guess = unknownSignal === undefined ? '' : `  # a guess: its container is stopped with ${unknownSignal.replaceAll(/[\s\p{Cc}]+/gu, ' ')}, which cannot be named here; expected one of ${stopSignals.join(', ')}`
  return [`  stop: { signal: ${signal}, grace: ${graceMs / 1_000}s }${guess}`]
}

function healthLines({ readiness, liveness, detail, answersEverything }: Findings): string[] {
  const parts = [`readiness: ${text(readiness)}`, ...(liveness === undefined ? [] : [`liveness: ${text(liveness)}`]), ...(detail === undefined ? [] : [`detail: ${text(detail)}`])]
  const guess = answersEverything ? ['# It answers every path with 2xx, so no health path could be told from the others: name the one that says whether it can serve.'] : []
  return [...guess, `health: { ${parts.join(', ')} }`]
}

function stopLines(stop: Findings['stop']): string[] {
  if (stop === undefined) return []
  const seen = stop.killed ? `it did not end within ${stop.graceMs / 1_000} s, so START-04 will fail` : `it ended with ${stop.exitSignal ?? `code ${stop.exitCode}`} after ${Math.round(stop.tookMs)} ms`
  return [`  stop: { signal: ${stop.signal}, grace: ${stop.graceMs / 1_000}s }  # ${seen}`]
}
