import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { RunEvent } from '../core/run-event.js'
import type { RunReport } from '../core/run-report.js'
import { packageFile } from './package-files.js'

/** Options of `seaworthy run`, by their names there. */
export interface ChildRunOptions {
  readonly descriptor?: string
  readonly driver?: string
  readonly only?: readonly string[]
  readonly profile?: 'quick' | 'standard' | 'thorough'
  readonly allow?: 'safe' | 'disruptive' | 'destructive'
  readonly requiredLevel?: 1 | 2 | 3
  readonly parallel?: number
  readonly randomSeed?: number
  readonly output?: string
}

export type StepEvent = Extract<RunEvent, { type: 'step' }>
export interface ChildRun {
  /** Rejects when the run left no report, with what it said. */
  readonly report: Promise<RunReport>
  readonly steps: readonly StepEvent[]
  /** Interrupts it; resolves when it has cleaned up and ended. */
  stop(): Promise<void>
}

/**
 * `seaworthy run` in a process of its own: what a test runner does to its own process (hooks, coverage, transforms) neither
 * slows nor fails the traffic.
 */
export function runInChild(options: ChildRunOptions): ChildRun {
  const child = spawn(process.execPath, [packageFile('bin/seaworthy.js'), ...argumentsOf(options)], { env: childEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] })
  const steps: StepEvent[] = []
  let report: RunReport | undefined
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-saidCharactersMax)))
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = eventOf(line)
    if (event?.type === 'step') steps.push(event)
    if (event?.type === 'run-ended') report = event.report
  })
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`))
  })
  return {
    steps,
    report: ended.then((how) => {
      if (report !== undefined) return report
      throw new Error(`the run left no report (${how})${said === '' ? '' : `\n${said.trim()}`}`)
    }),
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

const saidCharactersMax = 4_000

function argumentsOf({ descriptor, only = [], ...named }: ChildRunOptions): readonly string[] {
  const values: Readonly<Record<string, string | number | undefined>> = {
    driver: named.driver, profile: named.profile, allow: named.allow, 'required-level': named.requiredLevel, parallel: named.parallel, 'random-seed': named.randomSeed, output: named.output,
  }
  const pairs = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]))
  return ['run', ...(descriptor === undefined ? [] : [descriptor]), ...pairs, ...only.flatMap((one) => ['--only', one]), '--json']
}

/** What measures the test runner's own process is not for this one. */
function childEnvironment(): NodeJS.ProcessEnv {
  const { NODE_V8_COVERAGE: _coverage, NODE_OPTIONS: _options, ...environment } = process.env
  return environment
}

function eventOf(line: string): RunEvent | undefined {
  try {
    return JSON.parse(line) as RunEvent
  } catch {
    return undefined // not ours
  }
}
