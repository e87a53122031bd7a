import { quantileOf } from '../../core/checks/quantile.js'
import { judgeQuantile, quantileName } from '../../core/checks/quantile-limit.js'
import type { Finding } from '../../core/check.js'
import type { DeployedComponent, Deployment } from '../../core/driver.js'
import type { History, RequestEvent } from '../../core/history.js'
import { countsAsLost, requestsOf } from '../../core/reading.js'
import { thresholdValues } from '../../core/requirement.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { CleanupStack } from '../../engine/cleanup-stack.js'
import { Interventions } from '../../engine/recorded-intervention.js'
import { createContext } from '../../engine/scenario-context.js'
import { createControls } from '../../engine/scenario-controls.js'
import type { ScenarioWorld } from '../../engine/scenario-world.js'
import { mutateAndMark } from '../../suites/replicated-databases/calm-phase.js'
import { replicasConverge as check } from '../../suites/replicated-databases/replicas-converge.check.js'
import { replicasConverge as requirement } from '../../suites/replicated-databases/requirements/freshness.js'
import type { DatabasePlan } from '../../suites/replicated-databases/servers.js'
import { isStarved, said } from './outages.js'
import { instance, item, measured, service, truthsOf, type Rig } from './rig.js'
import type { Found, Sample } from './sample.js'

/** Both servers of the database are the target, which knows by the name what it is asked for. */
const replicated: ServiceDescriptor = { ...service, database: { lookUp: { via: 'http', method: 'GET', path: '/held/{database}?keys={keys}', expectStatus: [200] }, mutations: [] } }
const replica = 'replica'
const lagAllowedMs = 20
const boundMarginMs = 60
const thresholds = thresholdValues(requirement, 'quick')

function worldOf(folder: string, { target, network, clock, record }: Rig): ScenarioWorld {
  const component = (name: string, role: string): DeployedComponent => ({ name, role, hard: true, ownsData: true, host: target.url.hostname, port: Number(target.url.port) })
  const nothing = async (): Promise<never> => Promise.reject(new Error('the synthetic target has no deployment to change'))
  const deployment: Deployment = {
    entrypoint: target.url, balancer: { ...service.balancer, kind: 'none', retries: 0 }, instances: [{ id: instance, url: target.url }],
    components: [component('primary', 'db-primary'), component(replica, 'db-replica')], edges: [], echo: network.echoUrl, controls: {}, rebootGrade: 'simulated', logFiles: new Map(),
    balancerCounters: nothing, [Symbol.asyncDispose]: async () => {},
  }
  return {
    service: replicated, leftAlone: () => undefined, deployment, journal: { record: () => 0, done: () => {} }, cleanup: new CleanupStack(), signal: new AbortController().signal, marker: 'accuracy',
    environment: {}, apart: new Map(), deployApart: nothing, clock, record, onPlatform: () => () => {}, notRestored: (what) => console.error(`not restored in ${folder}: ${what}`),
  }
}

/** The markers of REPL-03, written and followed by its own scenario, on a replica that shows each exactly so late. */
export async function lag(folder: string, lagMs: number): Promise<Found> {
  const plan: DatabasePlan = { primary: 'primary', replicas: [replica], counters: false, lookUp: true, replay: false, maxLagMs: lagMs, valueRead: false, staleMarker: false }
  const found = await measured({ folder, plan: { lagMs }, service: replicated }, async (rig) => {
    const world = worldOf(folder, rig)
    const context = createContext({
      world, filesDirectory: folder, profile: 'quick', selected: new Set([requirement.id]), thresholds: () => thresholds, random: Math.random, traffic: rig.traffic,
      control: createControls(world, new Interventions(world), () => {}), gate: async () => true, instanceNamed: () => undefined, onStep: () => {}, shares: () => new Map(),
    })
    context.fact('database-plan', plan)
    await mutateAndMark(context)
  })
  const judge = (maxLagMs: number): Finding => check.evaluate(withPlan(found.history, { ...plan, maxLagMs }), thresholds)
  const cell = `lag of ${lagMs} ms`
  const finding = judge(lagMs + boundMarginMs)
  const slowest = finding.evidence.find(({ note }) => note.startsWith('slowest arrival'))?.measured ?? Infinity
  return {
    samples: [{ quantity: 'lag, the slowest arrival (REPL-03)', cell, error: slowest - lagMs, allowed: lagAllowedMs, unit: 'ms', starved: isStarved(found, lagAllowedMs) }],
    verdicts: [
      { check: requirement.id, cell: `${cell}, bound ${boundMarginMs} ms above`, ...said(finding), expected: 'passed', timed: true },
      { check: requirement.id, cell: `${cell}, bound ${boundMarginMs} ms below`, ...said(judge(lagMs - boundMarginMs)), expected: 'failed', timed: true },
    ],
  }
}

/** The same history under another declaration. */
const withPlan = (history: History, plan: DatabasePlan): History => ({
  *events() {
    for (const event of history.events()) yield event.kind === 'fact' && event.name === 'database-plan' ? { ...event, value: plan } : event
  },
})

export interface QuantileCell {
  readonly usualMs: number
  readonly slowMs: number
}
const quantiles = [0.5, 0.9, 0.99] as const
const slowEvery = 50
const perSecond = 200
const quantileAllowed = 0.02
/** Timers wait whole milliseconds, so the harness sends a little late: that weighs more in shorter latencies, and is told apart. */
const longMs = 95
/** An echo of ours takes no longer than this on a machine that has time. */
const usualMsMax = 2
/** Far enough from the truth that so many requests can tell. */
const limitFactor = 1.1

const tookMs = (request: RequestEvent): number => (countsAsLost(request) ? Infinity : request.endedAtMs - request.plannedAtMs)
/** By nearest rank, and by nothing of ours. */
function trueQuantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.ceil(q * sorted.length) - 1] ?? Number.NaN
}

/** Two answers of a hundred take longer, so p99 is exactly that; what each took is in the log of the target. */
export async function latencies(folder: string, { usualMs, slowMs }: QuantileCell, forMs = 5_000): Promise<Found> {
  const found = await measured({ folder, plan: { delay: { usualMs, slowMs, slowEvery } } }, async ({ traffic }) => {
    await traffic.start({ name: 'warm up', ratePerSecond: perSecond, operations: [item], via: 'balancer', connections: 'keep-alive', durationMaxMs: 500 }).finished()
    await traffic.start({ name: 'background', ratePerSecond: perSecond, operations: [item], via: 'balancer', connections: 'keep-alive', durationMaxMs: forMs }).finished()
  })
  const requests = requestsOf(found.history, 'background')
  const keys = new Set(requests.map(({ key }) => key))
  const truth = truthsOf(found, 'answered').filter(({ key }) => keys.has(key)).map((one) => one.tookMs)
  const control = requestsOf(found.history, 'null-control').map(tookMs)
  const cell = `usually ${usualMs} ms, p99 ${slowMs} ms`
  const samples = quantiles.map((q): Sample => {
    const trueMs = trueQuantile(truth, q)
    const error = quantileOf(requests.map(tookMs), q).estimate / trueMs - 1
    const starved = quantileOf(control, q).estimate > quantileAllowed * trueMs + usualMsMax
    return { quantity: `latency of ${trueMs < longMs ? `less than ${longMs}` : `${longMs} and more`} ms, ${quantileName(q)}`, cell, error, allowed: quantileAllowed, unit: 'ratio', starved }
  })
  const judge = (limit: number): 'passed' | 'failed' | 'inconclusive' => ({ below: 'passed', above: 'failed', undecided: 'inconclusive' } as const)[judgeQuantile({ values: requests.map(tookMs), quantile: 0.99, limit }).verdict]
  const slowTruthMs = trueQuantile(truth, 0.99)
  const starved = samples.some((sample) => sample.starved)
  const summary = `p99 of ${requests.length} requests`
  return {
    samples,
    verdicts: starved ? [] : [
      { check: 'a limit of p99', cell: `${cell}, limit above`, outcome: judge(slowTruthMs * limitFactor), expected: 'passed', summary, timed: true },
      { check: 'a limit of p99', cell: `${cell}, limit below`, outcome: judge(slowTruthMs / limitFactor), expected: 'failed', summary, timed: true },
    ],
  }
}
