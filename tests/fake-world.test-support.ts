import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { passed, type Check } from '../core/check.js'
import type { Deployment, DeploymentControls, Driver } from '../core/driver.js'
import type { Capability, Requirement, RequirementId } from '../core/requirement.js'
import type { RunEvent } from '../core/run-event.js'
import type { RunReport } from '../core/run-report.js'
import type { Scenario, ScenarioContext, Suite } from '../core/scenario.js'
import type { Operation, ServiceDescriptor } from '../core/service-descriptor.js'
import { judgeRecorded } from '../engine/judge-scenario.js'
import { runConformance } from '../engine/run-conformance.js'

/** A service and a driver of a few lines around the real engine: what the engine makes of a world that misbehaves. */
const everyCapability: readonly Capability[] = ['lifecycle.kill', 'fault.freeze', 'traffic.read', 'health.readiness']

const read: Operation = {
  name: 'read', method: 'GET', path: '/items', headers: {}, expect: { status: [], json: {} }, mutates: false, timeoutMs: 2_000, weight: 1, streams: false, holdsBody: false,
}
const service: ServiceDescriptor = {
  schema: 'seaworthy/v1',
  name: 'fake',
  directory: '/',
  target: { kind: 'process', disposable: true, replicas: { count: 1, command: ['fake'], env: {}, restart: 'always', startAtBoot: true }, components: [] },
  facts: {},
  balancer: { intervalMs: 100, fall: 2, rise: 1, timeoutMs: 500 },
  health: { readinessPath: '/ready' },
  lifecycle: { stop: { signal: 'SIGTERM', graceMs: 1_000, allowedExitCodes: [0] }, startTimeoutMs: 1_500 },
  traffic: { read },
  notApplicable: [],
  waivers: [],
  overrides: {},
}

const listening = (server: Server): Promise<URL> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`))))

export interface FakeWorld {
  /** What the service answers; readiness is asked for at /ready. */
  readonly respond?: RequestListener
  readonly controls?: DeploymentControls
  readonly deployFails?: Error
}

const answersWell: RequestListener = (_, response) => void response.end('{}')

function driverFor({ respond = answersWell, controls = {}, deployFails }: FakeWorld): Driver {
  return {
    name: 'fake',
    availability: async () => ({ available: true }),
    offers: () => new Set(everyCapability),
    deploy: async () => {
      if (deployFails !== undefined) throw deployFails
      const servers = [createServer(respond), createServer(answersWell)]
      const [url, echo] = await Promise.all([listening(servers[0]!), listening(servers[1]!)])
      const deployment: Deployment = {
        entrypoint: url,
        balancer: { ...service.balancer, kind: 'none', retries: 0 },
        instances: [{ id: 'replica-0', url }],
        components: [],
        edges: [],
        echo,
        controls: { processState: async () => ({ pid: 999_999_999, state: 'running', restarts: 0 }), ...controls },
        rebootGrade: 'simulated',
        logFiles: new Map(),
        balancerCounters: async () => ({ requests: 0, errors: 0, retries: 0, byBackend: { 'replica-0': { requests: 0, errors: 0, up: true } } }),
        [Symbol.asyncDispose]: async () => {
          for (const server of servers) {
            server.closeAllConnections()
            server.close()
          }
        },
      }
      return deployment
    },
  }
}

const requirement: Requirement = {
  id: 'TEST-01', area: 'TEST', title: 'It holds', keyword: 'MUST', level: 1, weight: 1, safety: 'safe', statement: 'It MUST hold.', why: '', source: [],
  needs: [], absence: { rule: 'fail' }, procedure: [], passCriterion: '', thresholds: [], inconclusiveIf: [], evidence: [], remediation: 'Mend it.',
  defects: [{ id: 'test.broken', how: 'it does not hold' }], mustNotFire: [], mayFire: [],
}

export interface FakeExperiment extends FakeWorld {
  readonly exercise?: (context: ScenarioContext) => Promise<void>
  readonly checks: readonly Omit<Check, 'requirement'>[]
  readonly signal?: AbortSignal
  readonly measureAgain?: boolean
  /** Told the run's folder before anything begins. */
  readonly onFolder?: (folder: string) => void
  /** Scenarios beside it, each with a requirement of its own (TEST-02, ...) that holds; all run side by side. Default: 0. */
  readonly beside?: number
  /** How long each of those takes at least. Default: 0. */
  readonly besideMs?: number
}

export interface FakeRun {
  readonly report: RunReport
  readonly events: readonly RunEvent[]
  readonly suites: readonly Suite[]
  readonly folder: string
  readonly historyPath: string
  remove(): void
}

const neighbourRequirement = (number: number): RequirementId => `TEST-0${number + 1}` as RequirementId

/** One that runs beside it and passes. */
const neighbour = (number: number, lastsMs: number): Scenario => ({
  id: `testing/neighbour-${number}`, title: 'A neighbour', needs: [], instanceCountMin: 1, expectedMs: () => 1_000, exercise: async ({ pause }) => pause(lastsMs),
  checks: [{ id: 'neighbour-holds', requirement: neighbourRequirement(number), evaluate: () => passed('it holds') }],
})

/** One scenario with these checks on this world, through the real engine; the report and what the run directory holds. */
export async function runFake({ exercise = async () => {}, checks, signal, measureAgain = false, beside = 0, besideMs = 0, onFolder, ...world }: FakeExperiment): Promise<FakeRun> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-'))
  onFolder?.(folder)
  const scenario: Scenario = {
    id: 'testing/it-holds', title: 'It holds', needs: [], instanceCountMin: 1, expectedMs: () => 1_000, exercise,
    checks: checks.map((check) => ({ ...check, requirement: 'TEST-01' })),
  }
  const neighbours = Array.from({ length: beside }, (_, index) => neighbour(index + 1, besideMs))
  const requirements = [requirement, ...neighbours.map((_, index) => ({ ...requirement, id: neighbourRequirement(index + 1) }))]
  const suite: Suite = { id: 'testing', title: 'Testing', areas: [{ id: 'TEST', title: 'Testing' }], requirements, scenarios: [scenario, ...neighbours] }
  const events: RunEvent[] = []
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  const report = await runConformance({
    service,
    descriptorPath: '/fake.yaml',
    driver: driverFor(world),
    suites: [suite],
    profile: 'quick',
    allow: 'destructive',
    only: undefined,
    requiredLevel: null,
    parallel: 1 + beside,
    measureAgain,
    randomSeed: 1,
    runId: 'fake-run',
    runDirectory: folder,
    workDirectory: join(folder, 'work'),
    sharedDirectory: join(folder, 'shared'),
    journal: { record: () => 1, done: () => {} },
    environment: {},
    version: '0.0.0',
    reproduceWith: '',
    signal: signal ?? new AbortController().signal,
    emit: (event) => void events.push(event),
    judge: async (recorded) => structuredClone(judgeRecorded(structuredClone(recorded), [suite])), // as a thread is asked, and answers
  }).catch((thrown: unknown) => {
    remove()
    throw thrown
  })
  return { report, events, suites: [suite], folder, historyPath: join(folder, 'scenarios/testing/it-holds/history.ndjson'), remove }
}
