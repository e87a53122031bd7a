import { componentsAddressedBy, isAttached } from '../core/capabilities.js'
import type { Edge } from '../core/driver.js'
import type { Capability, ProfileName, RequirementId, ThresholdValues } from '../core/requirement.js'
import { numberThreshold } from '../core/requirement.js'
import type { LeftAlone, Scenario, ScenarioContext } from '../core/scenario.js'
import { ejectWindowMs, returnWindowMs, type ServiceDescriptor } from '../core/service-descriptor.js'
import { rehearsedControls, type RehearsedIntervention } from './rehearsed-controls.js'
import { rehearsedTraffic } from './rehearsed-traffic.js'
import { seededRandom } from './seeded-random.js'

export interface RehearsalOptions {
  readonly service: ServiceDescriptor
  readonly profile: ProfileName
  readonly selected: ReadonlySet<RequirementId>
  readonly thresholds: (requirement: RequirementId) => ThresholdValues
  readonly randomSeed: number
  /** As the driver of the run would have it. */
  readonly leftAlone: (capability: Capability) => LeftAlone | undefined
}
export interface Rehearsal {
  /** In the order in which they would be made. */
  readonly interventions: readonly RehearsedIntervention[]
  /** Set when the scenario did not reach its end, because what comes next depends on what the service answers. */
  readonly cutShort?: string
}

/** No scenario makes so many calls; one that waits for an answer which a rehearsal cannot give would go on for ever. */
const callsMax = 20_000
const callMs = 10

/**
 * Plays a scenario against a world in which nothing exists and everything goes well, and writes down what it would do to
 * whom. With the seed of a run the targets are those of that run. Touches nothing; takes no time.
 */
export async function rehearse(scenario: Scenario, options: RehearsalOptions): Promise<Rehearsal> {
  const interventions: RehearsedIntervention[] = []
  try {
    await scenario.exercise(rehearsedContext(scenario, options, interventions))
    return { interventions }
  } catch (thrown) {
    return { interventions, cutShort: thrown instanceof Error ? thrown.message : String(thrown) }
  }
}

/** Time passes by calls alone. */
export interface RehearsedClock {
  now(): number
  /** Counts one call, and the time that it stands for. Throws when there were too many. */
  pass(ms?: number): void
}

function newClock(): RehearsedClock {
  let nowMs = 0
  let calls = 0
  return {
    now: () => nowMs,
    pass: (ms = 0) => {
      nowMs += ms + callMs
      calls += 1
      if (calls > callsMax) throw new Error('what comes next depends on what the service answers')
    },
  }
}

function rehearsedContext(scenario: Scenario, { service, profile, selected, thresholds, randomSeed, leftAlone }: RehearsalOptions, interventions: RehearsedIntervention[]): ScenarioContext {
  const clock = newClock()
  const happens = async (): Promise<true> => {
    clock.pass()
    return true
  }
  const instances = Array.from({ length: service.target.replicas.count }, (_, index) => ({ id: `replica-${index}`, url: nowhere }))
  return {
    service,
    profile,
    instances,
    components: service.target.components.map(({ name, role, hard, ownsData }) => ({ name, role, hard, ownsData, host: nowhere.hostname, port: Number(nowhere.port) })),
    edges: edgesOf({ service, leftAlone }, instances.map(({ id }) => id)),
    ejectWindowMs: ejectWindowMs(service.balancer),
    returnWindowMs: returnWindowMs(service.balancer),
    signal: new AbortController().signal,
    selected,
    leftAlone,
    random: seededRandom(randomSeed, scenario.id),
    threshold: (requirement, key) => numberThreshold(thresholds(requirement), key),
    now: () => {
      clock.pass()
      return clock.now()
    },
    step: () => clock.pass(),
    fact: () => {},
    observe: () => {},
    pause: async (durationMs) => clock.pass(durationMs),
    until: happens,
    untilReady: happens,
    untilComponentReady: happens,
    untilInRotation: happens,
    gate: happens,
    instanceNamed: () => undefined,
    readLog: async () => ({ lines: [], bytes: 0, complete: true }),
    traffic: rehearsedTraffic(clock),
    control: rehearsedControls({ service, clock, interventions, nowhere, leftAlone }),
    files: {
      path: (name) => `/${name}`,
      write: async (name) => `/${name}`,
      read: async () => '',
      describe: async () => ({ bytes: 1_000, sha256: '0'.repeat(64) }),
      damagedCopy: async (_, name) => `/${name}`,
    },
  }
}

/** Nobody listens on port 1, and nobody is asked. */
const nowhere = new URL('http://127.0.0.1:1')

function edgesOf({ service: { target }, leftAlone }: Pick<RehearsalOptions, 'service' | 'leftAlone'>, instances: readonly string[]): readonly Edge[] {
  // Nobody says who addresses whom: a driver that can put fault proxies there at all puts them between each replica and each component.
  if (isAttached(target)) return leftAlone('fault.edge') === undefined ? instances.flatMap((from) => target.components.map(({ name: to }) => ({ from, to }))) : []
  const units = [...instances.map((from) => ({ from, unit: target.replicas })), ...target.components.map((unit) => ({ from: unit.name, unit }))]
  return units.flatMap(({ from, unit }) => componentsAddressedBy(unit).map((to) => ({ from, to })))
}
