import type { Degradation } from '../../core/declarations/degradation.js'
import type { Load, Scenario, ScenarioContext } from '../../core/scenario.js'
import type { Operation } from '../../core/service-descriptor.js'
import { coreGoesOn } from './core-goes-on.check.js'
import { degradedAnswersSaySo } from './degraded-answers-say-so.check.js'
import { crawlMs, faultArms, thresholdsOf, type FaultArm } from './fault-plan.js'
import { fullServiceReturns } from './full-service-returns.check.js'
import { livenessIgnoresDependencies } from './liveness-ignores-dependencies.check.js'
import { capturedMissing, capturedPart, declaredDegradation, degradationFact, degradationLoad, hardOutage, recoveryLoad, release } from './names.js'
import { partsBeatNothing } from './parts-beat-nothing.check.js'
import { confuses, tellingOperations } from './returns.js'
import { slownessIsContained } from './slowness-is-contained.check.js'

/** Of each operation, all of them in turn. */
const ratePerOperation = 28
const baselineMs = { quick: 1_600, standard: 10_000, thorough: 20_000 } as const
const keysOfPages = 7
const sampleEveryMs = 250
const readableWithinMs = 5_000

export const scenario: Scenario = {
  id: 'graceful-degradation/soft-dependencies-fail-one-at-a-time',
  title: 'When what it can do without fails, the service goes on, stays quick, says so, and returns to full service by itself',
  needs: ['fault.edge'],
  instanceCountMin: 1,
  expectedMs(service, profile) {
    const arms = faultArms(service, profile, thresholdsOf(service, profile))
    return baselineMs[profile] + arms.reduce((sum, arm) => sum + arm.lastsMs + 1_500, 0) + 10_000
  },
  exercise,
  checks: [coreGoesOn, slownessIsContained, degradedAnswersSaySo, fullServiceReturns, partsBeatNothing, livenessIgnoresDependencies],
}

async function exercise(context: ScenarioContext): Promise<void> {
  const { degradation } = context.service
  context.fact(degradationFact, degradation === undefined ? null : declaredDegradation(degradation))
  const load = await startLoad(context, degradation)
  const samples = context.traffic.sample({ probes: ['readiness', 'liveness'], instances: context.instances.map((one) => one.id), everyMs: sampleEveryMs })
  await context.pause(baselineMs[context.profile])
  if (degradation !== undefined) await context.until('enough was answered to know what is usual', () => load.counts().ended >= answersBefore(context, degradation), baselineMs.standard)
  if (degradation !== undefined) await failEachInTurn(context, degradation)
  if (context.selected.has('RDND-07')) await takeSharedDependencyAway(context)
  await samples.stop()
  await load.stop()
  await context.gate('settled')
}

/** So many of all operations that those which declare a marker, each a share of them, are as many as are looked at. */
function answersBefore(context: ScenarioContext, degradation: Degradation): number {
  const operations = operationsOf(degradation)
  const marked = operations.filter((one) => one.expect.degraded !== undefined).length
  return (1.2 * context.threshold('DEGR-03', 'answers') * operations.length) / Math.max(1, marked)
}

async function startLoad(context: ScenarioContext, degradation: Degradation | undefined): Promise<Load> {
  const durationMaxMs = scenario.expectedMs(context.service, context.profile) * 3
  const common = { name: degradationLoad, via: 'balancer', connections: 'keep-alive', durationMaxMs } as const
  if (degradation === undefined) return context.traffic.start({ ...common, ratePerSecond: ratePerOperation, operations: 'mixed' })
  const operations = operationsOf(degradation)
  const keys = await writtenKeys(context, operations)
  return context.traffic.start({ ...common, ratePerSecond: ratePerOperation * operations.length, operations, ...(keys.length === 0 ? {} : { keys }) })
}

/** Every declared operation once. The composite one keeps its parts, so that they can be compared with those of other times. */
function operationsOf({ core, dependents, independent, composite }: Degradation): readonly Operation[] {
  const plain = [...new Set([...core, ...independent, ...Object.values(dependents).flat()])].filter((one) => one !== composite?.operation)
  if (composite === undefined) return plain
  const parts = Object.fromEntries(composite.parts.map((part) => [capturedPart(part.name), { pointer: part.pointer }]))
  const { operation } = composite
  return [...plain, { ...operation, capture: { ...operation.capture, ...parts, [capturedMissing]: { pointer: composite.missing } } }]
}

/** A few keys whose answers are seen before, during and after each fault. */
async function writtenKeys(context: ScenarioContext, operations: readonly Operation[]): Promise<readonly string[]> {
  const { data } = context.service
  if (data === undefined) return []
  const keys = Array.from({ length: keysOfPages }, () => context.traffic.newKey())
  for (const key of keys) await context.traffic.send({ load: 'preparation', operation: data.write, via: 'balancer', key })
  const reads = operations.filter((one) => !one.mutates)
  const readable = async (): Promise<boolean> => {
    const answers = await Promise.all(reads.map((operation, index) => context.traffic.send({ load: 'preparation', operation, via: 'balancer', key: keys[index % keys.length] ?? '' })))
    return answers.every((one) => one.outcome === 'ok')
  }
  await context.until('what was written can be read', readable, readableWithinMs)
  return keys
}

async function failEachInTurn(context: ScenarioContext, degradation: Degradation): Promise<void> {
  const declared = declaredDegradation(degradation)
  const stuck = new Set<string>()
  const returns = new Map<string, Promise<void>>()
  /** Right after its fault: meanwhile others may be made unfit, unless that would hide the return. */
  const lookForReturn = (component: string): void => {
    const looking = untilFull(context, degradation, { component, since: context.now() }).then((full) => {
      if (!full) stuck.add(component)
    })
    looking.catch(() => {}) // the scenario was cut, which it is told when this is waited for
    returns.set(component, looking)
  }
  for (const arm of faultArms(context.service, context.profile, context.threshold)) {
    if (!isWanted(context, arm)) continue
    const touched = Object.keys(degradation.dependents).filter((component) => arm.components.some((one) => one === component || confuses(declared, component, one)))
    await Promise.all(touched.map((component) => returns.get(component)))
    // A fault on what is not used any more would show nothing.
    const components = arm.components.filter((one) => !stuck.has(one))
    if (components.length === 0) continue
    await keepUnfit(context, { ...arm, components })
    for (const component of components) lookForReturn(component)
  }
  await Promise.all(returns.values())
}

const servedBy: Readonly<Record<FaultArm['kind'], readonly `DEGR-${number}`[]>> = {
  refuse: ['DEGR-01', 'DEGR-03', 'DEGR-04', 'DEGR-09'],
  silence: ['DEGR-02', 'DEGR-03', 'DEGR-04', 'DEGR-09'],
  delay: ['DEGR-02'],
}
const isWanted = (context: ScenarioContext, { kind }: FaultArm): boolean => servedBy[kind].some((id) => context.selected.has(id))

const says: Readonly<Record<FaultArm['kind'], string>> = { refuse: 'refuses connections', silence: 'does not answer', delay: 'crawls' }

async function keepUnfit(context: ScenarioContext, { components, kind, lastsMs }: FaultArm): Promise<void> {
  context.step(`${components.join(' and ')}: ${says[kind]}`)
  const fault = kind === 'delay' ? { kind, delayMs: crawlMs } : { kind }
  const faults = await Promise.all(components.map((component) => context.control.faultDependency({ component, fault, label: `${component} ${says[kind]}` })))
  await context.pause(lastsMs)
  // Told before the undo begins: from here on answers may be in full again.
  for (const component of components) context.observe(release, component, { kind })
  await Promise.all(faults.map((one) => one.undo()))
}

interface Return {
  readonly component: string
  /** When the fault was taken back. */
  readonly since: number
}

/** Full answers one after the other, as many as the requirement asks for, or its time is over. */
async function untilFull(context: ScenarioContext, degradation: Degradation, { component, since }: Return): Promise<boolean> {
  const telling = tellingOperations(declaredDegradation(degradation), component)
  const operations = (degradation.dependents[component] ?? []).filter(({ name }) => telling.includes(name))
  const wanted = context.threshold('DEGR-04', 'consecutive')
  let inARow = 0
  const oneMore = async (): Promise<boolean> => {
    const answers = await Promise.all(operations.map((operation) => context.traffic.send({ load: recoveryLoad, operation, via: 'balancer' })))
    inARow = answers.every((one) => one.outcome === 'ok') ? inARow + answers.length : 0
    return inARow >= wanted
  }
  const limitMs = context.threshold('DEGR-04', 'full_within_s') * 1_000 + 1_500
  const full = await context.until(`${component} is used in full again`, oneMore, Math.max(1_000, since + limitMs - context.now()))
  if (!full) await askDirectly(context, component)
  return full
}

/** A dependency that is not back itself is no fault of the service. */
async function askDirectly(context: ScenarioContext, name: string): Promise<void> {
  const component = context.components.find((one) => one.name === name)
  const ready = context.service.target.components.find((one) => one.name === name)?.ready
  if (component === undefined || ready?.kind !== 'http') return
  context.traffic.address(name, new URL(`http://${component.host}:${component.port}`))
  await context.traffic.readValue({ name: 'dependency-health', probe: { path: ready.path, pointer: '' }, via: name })
}

async function takeSharedDependencyAway(context: ScenarioContext): Promise<void> {
  const ids = context.instances.map((one) => one.id)
  const shared = context.components.find((one) => one.hard && ids.every((id) => context.edges.some((edge) => edge.from === id && edge.to === one.name)))
  if (shared === undefined) return
  context.step(`${shared.name} is away for every replica`)
  const fault = await context.control.faultDependency({ component: shared.name, fault: { kind: 'refuse' }, label: hardOutage })
  await context.pause(context.threshold('RDND-07', 'outage_s') * 1_000)
  context.observe(release, shared.name, { kind: 'refuse' })
  await fault.undo()
  context.step(`${shared.name} is back`)
  await Promise.all(ids.map((id) => context.untilReady(id, context.service.lifecycle.startTimeoutMs)))
}
