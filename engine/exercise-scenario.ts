import type { HistoryEvent, RequestEvent } from '../core/history.js'
import { instanceNamesFact } from '../core/instance-names.js'
import { countsAsLost } from '../core/reading.js'
import { firstIdOf } from '../core/second-measurement.js'
import { runGate, type GateParts } from './gate.js'
import { letsIn } from './lets-in.js'
import { pollUntil } from './probe.js'
import { Interventions } from './recorded-intervention.js'
import { DeadlinePassed, type ScenarioOptions } from './run-scenario.js'
import { createContext, ScenarioCut } from './scenario-context.js'
import { createControls } from './scenario-controls.js'
import { filesDirectoryOf } from './scenario-files.js'
import type { ScenarioWorld } from './scenario-world.js'
import { createTraffic, type Traffic } from './traffic/traffic.js'
import { seededRandom } from './seeded-random.js'
import { unreadyInstances, type UnreadyInstance } from './unready-instances.js'
import { ServiceUnreachable, unreachableReason } from './service-unreachable.js'

export interface ExerciseOptions extends ScenarioOptions {
  readonly world: ScenarioWorld
  readonly onCounts: (counts: { readonly requests: number; readonly lost: number }) => void
}

const nullControlPerSecond = 10
const seededKeys = 40
/** An exercise may take this many times what it expects, and then some, before it is cut. */
const deadlineFactor = 4
const deadlineExtraMs = 60_000

/** Traffic, baseline, exercise. Throws what kept it from its end; everything it started is on the clean-up stack. */
export async function exerciseScenario(options: ExerciseOptions): Promise<void> {
  const { scenario, service, profile } = options
  // A second measurement draws what the first drew: the same replica, the same order, the same damage.
  const drawnAs = firstIdOf(scenario.id) ?? scenario.id
  const tap = new Tap(options.world, options.onCounts)
  const deadline = new AbortController()
  const signal = AbortSignal.any([options.world.signal, deadline.signal])
  const world: ScenarioWorld = { ...options.world, signal, record: (event) => tap.record(event) }
  const interventions = new Interventions(world)
  const traffic = createTraffic({
    service,
    runKey: `${options.runId.slice(-6)}-${shortName(scenario.id)}`,
    entrypoint: world.deployment.entrypoint,
    instances: world.deployment.instances,
    echo: world.deployment.echo,
    ...(world.deployment.balancerQualification === undefined ? {} : { qualification: () => world.deployment.balancerQualification!() }),
    clock: world.clock,
    record: world.record,
    random: seededRandom(options.randomSeed, `${drawnAs}/traffic`),
    signal,
  })
  world.cleanup.push('end the traffic', () => traffic.close())
  const parts: GateParts = { traffic: (rate, durationMs) => gateTraffic(traffic, rate, durationMs), listen: (listener) => tap.listen(listener) }
  const gate = (name: string): Promise<boolean> => runGate(world, parts, { name, profile, readyTimeoutMs: service.lifecycle.startTimeoutMs })
  const context = createContext({
    world,
    filesDirectory: filesDirectoryOf(options.workDirectory),
    profile,
    selected: options.selected,
    thresholds: options.thresholds,
    random: seededRandom(options.randomSeed, drawnAs),
    traffic,
    control: createControls(world, interventions, (name, url) => traffic.address(name, url)),
    gate,
    onStep: (message) => options.emit({ type: 'step', scenario: scenario.id, message, atMs: world.clock() }),
    instanceNamed: (ownName) => traffic.instanceNamed(ownName),
    shares: (lastMs) => traffic.shares(lastMs).byInstance,
  })
  const exercise = async (): Promise<void> => {
    options.emit({ type: 'step', scenario: scenario.id, message: 'waiting for a healthy baseline', atMs: world.clock() })
    const isNew = scenario.staysInForce?.(service) === true
    if (!(await baseline({ world, traffic, gate, isNew }, service.lifecycle.startTimeoutMs))) return
    await scenario.exercise(context)
    await interventions.settled()
  }
  const limitMs = service.lifecycle.startTimeoutMs + scenario.expectedMs(service, profile) * deadlineFactor + deadlineExtraMs
  await race(exercise(), options.world.signal, limitMs, () => deadline.abort())
}

/** Ready, identified, seeded and steady. A world that is not gets a failed gate, and the exercise does not begin. */
async function baseline({ world, traffic, gate, isNew }: { readonly world: ScenarioWorld; readonly traffic: Traffic; readonly gate: (name: string) => Promise<boolean>; readonly isNew: boolean }, readyTimeoutMs: number): Promise<boolean> {
  const startedAtMs = world.clock()
  const refuse = (reason: string): false => {
    world.record({ kind: 'gate', name: 'baseline', passed: false, startedAtMs, atMs: world.clock(), requests: 0, failed: 0, reason })
    return false
  }
  const unready = await firstUnready(world, readyTimeoutMs)
  if (unready !== undefined) {
    if (unready.neverListened) throw new ServiceUnreachable(unready.id, await unreachableReason(world, unready.id, readyTimeoutMs))
    return refuse(`${unready.id} did not become ready within ${readyTimeoutMs} ms: readiness gives ${unready.last}`)
  }
  const inRotation = await pollUntil(
    async () => Object.values((await world.deployment.balancerCounters()).byBackend).every((backend) => backend.up),
    { timeoutMs: readyTimeoutMs, signal: world.signal },
  )
  if (!inRotation) return refuse('the balancer does not send to every instance')
  if (isNew && !(await letsIn(world, world.deployment, readyTimeoutMs))) return refuse(`the load balancer let nothing through to the service within ${readyTimeoutMs} ms`)
  const { ambiguous } = await traffic.identify()
  const names = [...traffic.lastIdentity].map(([id, { value }]) => [id, value] as const).filter(([id, name]) => name !== id && !ambiguous.includes(name))
  if (names.length > 0) world.record({ kind: 'fact', name: instanceNamesFact, value: Object.fromEntries(names), atMs: world.clock() })
  traffic.startNullControl(nullControlPerSecond)
  if (world.service.data !== undefined) await traffic.seed(seededKeys)
  return gate('baseline')
}

/** The first instance that is not ready in time, or undefined when all are. It never listened only when nothing did, on any instance. */
async function firstUnready(world: ScenarioWorld, timeoutMs: number): Promise<UnreadyInstance | undefined> {
  const unready = await unreadyInstances(world, { timeoutMs, everyMs: 100 })
  const [first] = unready
  const everywhere = unready.length === world.deployment.instances.length && unready.every((one) => one.neverListened)
  return first === undefined ? undefined : { ...first, neverListened: everywhere && !world.signal.aborted }
}

async function gateTraffic(traffic: Traffic, ratePerSecond: number, durationMs: number): Promise<void> {
  const load = traffic.start({ name: 'gate', ratePerSecond, operations: 'mixed', via: 'balancer', connections: 'keep-alive', durationMaxMs: durationMs })
  await load.finished()
}

/** The exercise, or the interrupt, or the deadline: whichever comes first. An exercise that ignores its signal is left behind. */
async function race(exercise: Promise<void>, signal: AbortSignal, limitMs: number, cut: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  let onAbort: (() => void) | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlinePassed(`the exercise was not finished after ${Math.round(limitMs / 1_000)} s`)), limitMs)
  })
  const interrupted = new Promise<never>((_, reject) => {
    onAbort = () => reject(new ScenarioCut('the run was interrupted'))
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort)
  })
  exercise.catch(() => {}) // when it loses the race, its end is of no interest
  try {
    await Promise.race([exercise, late, interrupted])
  } finally {
    clearTimeout(timer)
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort)
    cut()
  }
}

const shortName = (id: string): string =>
  (id.split('/')[1] ?? id)
    .split('-')
    .map((word) => word[0] ?? '')
    .join('')

/** Records, and lets the gate and the live progress see requests go by. */
class Tap {
  private readonly listeners = new Set<(request: RequestEvent) => void>()
  private requests = 0
  private lost = 0
  constructor(private readonly world: ScenarioWorld, private readonly onCounts: ExerciseOptions['onCounts']) {}
  record(event: HistoryEvent): void {
    this.world.record(event)
    if (event.kind !== 'request') return
    for (const listener of this.listeners) listener(event)
    if (event.load === 'null-control') return
    this.requests += 1
    if (countsAsLost(event)) this.lost += 1
    this.onCounts({ requests: this.requests, lost: this.lost })
  }
  listen(listener: (request: RequestEvent) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
}
