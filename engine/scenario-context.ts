import type { ScenarioContext, ScenarioControls, TrafficControls } from '../core/scenario.js'
import type { ProfileName, RequirementId, ThresholdValues } from '../core/requirement.js'
import { numberThreshold } from '../core/requirement.js'
import { ejectWindowMs, returnWindowMs } from '../core/service-descriptor.js'
import { LogReader } from './log-reading.js'
import { acceptsConnections, passes, pollUntil, probe } from './probe.js'
import { scenarioFiles } from './scenario-files.js'
import { readiness, type ScenarioWorld } from './scenario-world.js'

export interface ContextParts {
  readonly world: ScenarioWorld
  /** Folder of the scenario's files; made when it is first used. */
  readonly filesDirectory: string
  readonly profile: ProfileName
  readonly selected: ReadonlySet<RequirementId>
  readonly thresholds: (requirement: RequirementId) => ThresholdValues
  readonly random: () => number
  readonly traffic: TrafficControls
  readonly control: ScenarioControls
  readonly gate: (name: string) => Promise<boolean>
  readonly onStep: (message: string) => void
  readonly instanceNamed: ScenarioContext['instanceNamed']
  /** Answers of each instance among the last requests through the balancer. */
  readonly shares: (lastMs: number) => ReadonlyMap<string, number>
}

/** Stops everything a scenario does next: thrown by its own calls once it has been cut. */
export class ScenarioCut extends Error {}

export function createContext(parts: ContextParts): ScenarioContext {
  const { world } = parts
  const { deployment, service } = world
  const observe = (probe: string, target: string, value: unknown): void => world.record({ kind: 'observation', probe, target, atMs: world.clock(), value })
  const live = (): void => {
    if (world.signal.aborted) throw new ScenarioCut('the scenario was cut')
  }
  const until: ScenarioContext['until'] = async (what, condition, timeoutMs) => {
    live()
    const startedAtMs = world.clock()
    const satisfied = await pollUntil(condition, { timeoutMs, signal: world.signal })
    live()
    observe('wait', 'scenario', { what, satisfied, tookMs: Math.round(world.clock() - startedAtMs), timeoutMs })
    return satisfied
  }
  const logs = new LogReader(world)
  return {
    service,
    profile: parts.profile,
    instances: deployment.instances,
    components: deployment.components,
    edges: deployment.edges,
    ejectWindowMs: ejectWindowMs(deployment.balancer),
    returnWindowMs: returnWindowMs(deployment.balancer),
    signal: world.signal,
    selected: parts.selected,
    leftAlone: world.leftAlone,
    random: parts.random,
    threshold: (requirement, key) => numberThreshold(parts.thresholds(requirement), key),
    now: () => world.clock(),
    step: (message) => {
      live()
      world.record({ kind: 'phase', name: message, atMs: world.clock() })
      parts.onStep(message)
    },
    fact: (name, value) => world.record({ kind: 'fact', name, value, atMs: world.clock() }),
    observe,
    pause: async (durationMs) => {
      live()
      await pollUntil(() => false, { timeoutMs: durationMs, everyMs: Math.min(50, durationMs), signal: world.signal })
      live()
    },
    until,
    untilReady: (target, timeoutMs) => until(`${target} is ready`, async () => passes(await readiness(world, target)), timeoutMs),
    untilComponentReady: (name, timeoutMs) => until(`${name} is up`, () => componentIsUp(world, name), timeoutMs),
    untilInRotation: async (target, inRotation, timeoutMs) => {
      const reached = await until(`${target} is ${inRotation ? 'in' : 'out of'} rotation`, () => rotates(parts, target, inRotation), timeoutMs)
      observe('rotation', target, { inRotation: reached ? inRotation : !inRotation })
      return reached
    },
    gate: parts.gate,
    instanceNamed: parts.instanceNamed,
    readLog: (name, target) => logs.read(name, target),
    traffic: parts.traffic,
    control: parts.control,
    files: scenarioFiles(parts.filesDirectory),
  }
}

/** The balancer's own word, and answers that bear it out once there is traffic to see. */
async function rotates({ world, shares }: ContextParts, target: string, inRotation: boolean): Promise<boolean> {
  const { byBackend } = await world.deployment.balancerCounters()
  if ((byBackend[target]?.up ?? false) !== inRotation) return false
  const seen = shares(500)
  const total = [...seen.values()].reduce((sum, one) => sum + one, 0)
  if (total < 10) return true
  return inRotation === (seen.get(target) ?? 0) > 0
}

/** Asked past all fault proxies, where the component is now. */
async function componentIsUp({ deployment, service }: ScenarioWorld, name: string): Promise<boolean> {
  const deployed = deployment.components.find((one) => one.name === name)
  const declared = service.target.components.find((one) => one.name === name)
  if (deployed === undefined) throw new Error(`there is no component ${name}`)
  const { host, port } = deployed
  if (declared?.ready.kind !== 'http') return acceptsConnections(host, port, 500)
  return passes(await probe(new URL(declared.ready.path, `http://${host}:${port}`), { timeoutMs: 1_000 }))
}
