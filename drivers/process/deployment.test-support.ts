import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Deployment, DeployOptions, Driver, DriverPlatformEvent, Journal, JournalEntry } from '../../core/driver.js'
import type { Component, ServiceTarget, ServiceDescriptor, Unit } from '../../core/service-descriptor.js'
import { processesWithMarker } from '../../operating-system/run-processes.js'
import type { ProcessEntry } from '../../operating-system/process-table.js'
import { processDriver } from './process-driver.js'

/** Answers every request with what it is: `{ pid, environment, directory }`. Ends with code 0 on SIGTERM. */
const answeringProgram = `
process.on('SIGTERM', () => process.exit(0))
const { PORT, HOST } = process.env
require('node:http').createServer((request, response) => {
  response.end(JSON.stringify({ pid: process.pid, environment: process.env, directory: process.cwd() }))
}).listen(Number(PORT), HOST)
`
const address = { HOST: '{host}', PORT: '{port}' }
export const answering: Unit = { command: ['node', '-e', answeringProgram], env: address, restart: 'always', startAtBoot: true }
/** The same program behind a shell that passes no signal on and waits for it. */
export const wrapped: Unit = { ...answering, command: ['sh', '-c', '"$0" -e "$1"; true', process.execPath, answeringProgram] }
/** Has nothing to do and ends at once when asked to; takes a few milliseconds to start. */
export const idle: Unit = { command: ['sh', '-c', 'exec sleep 1000'], env: {}, restart: 'always', startAtBoot: true }

export const component = (name: string, unit: Unit = idle): Component =>
  ({ ...unit, name, role: 'dependency', hard: true, ready: { kind: 'tcp' }, ownsData: false })

export function descriptor(target: Partial<ServiceTarget>, directory = tmpdir()): ServiceDescriptor {
  return {
    schema: 'seaworthy/v1',
    name: 'under-test',
    directory,
    target: { kind: 'process', disposable: true, replicas: { ...idle, count: 1 }, components: [], ...target },
    facts: {},
    balancer: { intervalMs: 50, fall: 2, rise: 1, timeoutMs: 500 },
    health: { readinessPath: '/' },
    lifecycle: { stop: { signal: 'SIGTERM', graceMs: 5_000, allowedExitCodes: [0] }, startTimeoutMs: 10_000 },
    traffic: {},
    notApplicable: [],
    waivers: [],
    overrides: {},
  }
}

/** For `expect.poll`: machines are shared. */
export const within = { timeout: 15_000, interval: 20 }

export type Controls = Required<Deployment['controls']>
/** The process driver has every control. */
export const controlsOf = (deployment: Deployment): Controls => deployment.controls as Controls

export interface TestRun {
  readonly runId: string
  readonly directory: string
  readonly events: DriverPlatformEvent[]
  /** Entries of the journal that are not done. */
  readonly journaled: ReadonlyMap<number, JournalEntry>
  deploy(service: ServiceDescriptor, name?: string, options?: Partial<Pick<DeployOptions, 'signal' | 'install' | 'reboots' | 'dependencies' | 'allow'>>): Promise<Deployment>
  eventsOf(name: DriverPlatformEvent['name'], target: string): DriverPlatformEvent[]
  /** What of it lives. */
  processes(): ProcessEntry[]
  /** Ends all of its deployments. */
  end(): Promise<void>
}

export function testRun(driver: Driver = processDriver): TestRun {
  const runId = `t${randomUUID().slice(0, 8)}`
  const directory = mkdtempSync(join(tmpdir(), 'sw-driver-'))
  const events: DriverPlatformEvent[] = []
  const journaled = new Map<number, JournalEntry>()
  const deployments: Deployment[] = []
  let entries = 0
  const journal: Journal = {
    record(entry) {
      journaled.set((entries += 1), entry)
      return entries
    },
    done: (id) => void journaled.delete(id),
  }
  return {
    runId,
    directory,
    events,
    journaled,
    async deploy(service, name = '1', options = {}) {
      mkdirSync(join(directory, name))
      const deployment = await driver.deploy(service, {
        runId,
        directory: join(directory, name),
        sharedDirectory: join(directory, 'shared'),
        journal,
        signal: new AbortController().signal,
        environment: { SEAWORTHY_RUN: runId, SEAWORTHY_DEFECT: 'none' },
        onPlatformEvent: (event) => events.push(event),
        ...options,
      })
      deployments.push(deployment)
      return deployment
    },
    eventsOf: (name, target) => events.filter((event) => event.name === name && event.target === target),
    processes: () => processesWithMarker(runId),
    async end() {
      try {
        await Promise.all(deployments.map((deployment) => deployment[Symbol.asyncDispose]()))
      } finally {
        rmSync(directory, { recursive: true, force: true })
      }
    },
  }
}

export interface Answer {
  readonly pid: number
  readonly environment: Readonly<Record<string, string>>
  readonly directory: string
}
/** What an address answers, or null. A connection of its own each time. */
export async function ask(url: URL | string, timeoutMs = 2_000): Promise<Answer | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), headers: { connection: 'close' } })
    return response.ok ? ((await response.json()) as Answer) : null
  } catch {
    return null
  }
}
