import { InterventionFailed } from '../../core/errors.js'
import type { Capability, ProfileName } from '../../core/requirement.js'
import { numberThreshold, thresholdValues } from '../../core/requirement.js'
import type { LeftAlone, Load, LoadSpec, ScenarioContext, ScenarioControls, TrafficControls, WitnessGroup } from '../../core/scenario.js'
import { ejectWindowMs, returnWindowMs, type Lifecycle, type Operation, type ServiceDescriptor } from '../../core/service-descriptor.js'
import { requirements } from './requirements.js'

/** A scenario's world for tests, on a clock of its own: nothing runs, every call is written down in order. */
export interface Script {
  readonly profile?: ProfileName
  readonly lifecycle?: Partial<Lifecycle>
  /** Names of procedures that cannot be made: 'undrain'. */
  readonly impossible?: readonly string[]
  /** How often readiness is asked for in vain. */
  readonly notReady?: number
  /** Requests proven in each group of witnesses; all of them unless said otherwise. */
  readonly proven?: number
  /** Whether persistent connections are ever told to close, and the stuck request ever ended by the service. */
  readonly neverEnds?: boolean
  readonly selected?: readonly string[]
  /** A platform that gives all replicas the same settings. */
  readonly platform?: boolean
  readonly leftAlone?: Readonly<Partial<Record<Capability, LeftAlone>>>
}

const operation = (name: string, more: Partial<Operation> = {}): Operation => ({
  name, method: 'POST', path: `/${name}`, headers: {}, expect: { status: [], json: {} }, mutates: true, timeoutMs: 2_000, weight: 1, streams: false, holdsBody: false, ...more,
})

export const scriptedService = (lifecycle: Partial<Lifecycle> = {}): ServiceDescriptor => ({
  schema: 'seaworthy/v1',
  name: 'scripted',
  directory: '/',
  target: { kind: 'process', disposable: true, replicas: { command: ['true'], env: {}, restart: 'always', startAtBoot: true, count: 2 }, components: [] },
  facts: {},
  balancer: { intervalMs: 250, fall: 2, rise: 1, timeoutMs: 500 },
  health: { readinessPath: '/ready', livenessPath: '/live' },
  lifecycle: {
    drain: { via: 'http', method: 'POST', path: '/drain', expectStatus: [], deadlineMs: 5_000, endsInExit: false },
    undrain: { via: 'http', method: 'POST', path: '/undrain', expectStatus: [] },
    stop: { signal: 'SIGTERM', graceMs: 10_000, allowedExitCodes: [0] },
    startTimeoutMs: 10_000,
    ...lifecycle,
  },
  traffic: { read: operation('read', { method: 'GET', mutates: false }), order: operation('order'), slow: operation('slow', { minDurationMs: 2_000 }) },
  notApplicable: [],
  waivers: [],
  overrides: {},
})

export interface Scripted {
  readonly context: ScenarioContext
  /** Every call, as 'drain instance-0 drain-1'. */
  readonly calls: readonly string[]
  readonly loads: readonly LoadSpec[]
  /** Writes one more call down, for worlds that add to this one. */
  say(...words: readonly unknown[]): void
  /** How long it took on its own clock. */
  elapsedMs(): number
}

export function scripted(script: Script = {}): Scripted {
  const made = scriptedService(script.lifecycle)
  const service = script.platform === true ? { ...made, target: { ...made.target, swarm: { stack: 's', replicas: { service: 'r' }, url: new URL('http://127.0.0.1'), components: {} } as unknown as NonNullable<ServiceDescriptor['target']['swarm']> } } : made
  const calls: string[] = []
  const started: LoadSpec[] = []
  const clock = { ms: 0 }
  let notReady = script.notReady ?? 0
  const say = (...words: readonly unknown[]): void => void calls.push(words.filter((word) => word !== undefined).join(' '))
  const until = async (condition: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> => {
    for (const endMs = clock.ms + timeoutMs; clock.ms < endMs; clock.ms += 50) if (await condition()) return true
    return false
  }
  const world: World = { script, say, started, clock, until }
  const context: ScenarioContext = {
    service,
    profile: script.profile ?? 'quick',
    instances: ['instance-0', 'instance-1'].map((id) => ({ id, url: new URL(`http://127.0.0.1/${id}`) })),
    components: [],
    readLog: async () => ({ lines: [], bytes: 0, complete: true }),
    instanceNamed: () => undefined,
    edges: [],
    ejectWindowMs: ejectWindowMs(service.balancer),
    returnWindowMs: returnWindowMs(service.balancer),
    signal: new AbortController().signal,
    leftAlone: (capability) => script.leftAlone?.[capability],
    selected: new Set((script.selected ?? requirements.map((one) => one.id)) as typeof requirements[number]['id'][]),
    random: () => 0,
    threshold: (id, key) => numberThreshold(thresholdValues(requirements.find((one) => one.id === id)!, script.profile ?? 'quick'), key),
    now: () => clock.ms,
    step: () => {},
    fact: () => {},
    observe: (probe, target, value) => say('observe', probe, target, JSON.stringify(value)),
    pause: async (durationMs) => void (clock.ms += durationMs),
    until: (what, condition, timeoutMs) => (say('until', what), until(condition, timeoutMs)),
    untilReady: async (target) => (say('ready', target), notReady-- <= 0),
    untilComponentReady: async () => true,
    untilInRotation: async (target) => (say('rotation', target), true),
    gate: async () => true,
    traffic: trafficOf(world),
    control: controlsOf(world),
    files: { path: (name) => name, read: async () => undefined, write: async (name) => name, describe: async () => undefined, damagedCopy: async (_path, name) => name },
  }
  return { context, calls, loads: started, say, elapsedMs: () => clock.ms }
}

interface World {
  readonly script: Script
  readonly say: (...words: readonly unknown[]) => void
  readonly started: LoadSpec[]
  readonly clock: { ms: number }
  readonly until: (condition: () => boolean, timeoutMs: number) => Promise<boolean>
}

function loadOf({ say, clock, script }: World, name: string, ratePerSecond: number, endsMs = Infinity): Load {
  const startedAtMs = clock.ms
  const planned = (): number => Math.floor(((Math.min(clock.ms, script.neverEnds ? Infinity : endsMs) - startedAtMs) / 1_000) * ratePerSecond)
  return {
    name,
    counts: () => ({ planned: planned(), ended: planned(), notOk: 0 }),
    finished: async () => {},
    stop: async () => say('stop-load', name),
  }
}

function trafficOf(world: World): TrafficControls {
  const { say, started, clock, script, until } = world
  const group = (name: string, count: number, endsMs: number): WitnessGroup & { release(): void } => {
    let ended = false
    return {
      group: name,
      proven: script.proven ?? count,
      proof: 'A',
      keys: [],
      ended: (timeoutMs) => (say('ended', name), until(() => ended || clock.ms >= endsMs, timeoutMs)),
      lookUpEffects: async () => say('effects', name),
      release: () => ((ended = true), say('release', name)),
    }
  }
  const nothing = async (): Promise<void> => {}
  return {
    start: (spec) => (started.push(spec), say('load', spec.name), loadOf(world, spec.name, spec.ratePerSecond)),
    witnesses: async ({ group: name, instance, count, through }) => (say('witnesses', name, instance, count, through), group(name, count, clock.ms + 2_000)),
    stuck: async ({ group: name, instance }) => (say('stuck', name, instance), group(name, 1, script.neverEnds ? Infinity : clock.ms + 5_000)),
    keepAliveConnections: ({ name, connections }) => (say('keep-alive', connections), loadOf(world, name, 100, clock.ms + 2_000)),
    halfSent: () => undefined,
    sample: ({ probes, instances }) => (say('sample', probes.join('+'), instances.join('+')), { stop: async () => say('stop-sample') }),
    readHealth: nothing,
    send: async () => ({ outcome: script.platform === true ? 'ok' : 'refused' }),
    qualifyBalancer: async () => ((clock.ms += 4_000), say('qualify')),
    newKey: () => 'key',
    reconcile: async ({ load }) => say('reconcile', load),
    readNeverWritten: async () => say('readNeverWritten'),
    readValue: async () => ({ outcome: 'refused' }),
    sampleValues: () => ({ stop: nothing }),
    address: () => {},
  }
}

function controlsOf({ say, clock, script }: World): ScenarioControls {
  const make = async (name: string, target: string, label?: string): Promise<void> => {
    say(name, target, label)
    clock.ms += name === 'start' ? 2_000 : 100
    if (script.impossible?.includes(name)) throw new InterventionFailed(name, target, 'no answer')
  }
  const unused = async (): Promise<never> => {
    throw new Error('not used by this suite')
  }
  return {
    drain: (target, label) => make('drain', target, label),
    undrain: (target, label) => make('undrain', target, label),
    stop: async (target, label) => (await make('stop', target, label), { exitCode: 0, signal: null, killed: false, durationMs: 100, survivors: [] }),
    start: (target, label) => make('start', target, label),
    kill: (targets, label) => make('kill', targets.join(), label),
    killAndHold: unused,
    freeze: unused,
    isolate: unused,
    faultDependency: unused,
    reboot: unused,
    perform: unused,
    configureUnit: unused,
    rollOut: async ({ name, changes }, { label, inPart }) => {
      await make('rollOut', `${name} ${JSON.stringify(changes)}${inPart === true ? ' in part' : ''}`, label)
      return { ok: true, reached: 1, displaced: 1, ...(inPart === true ? { instances: ['instance-1'] } : {}) }
    },
    addInstance: unused,
    removeInstance: unused,
    removeAnyInstance: unused,
    replaceComponent: unused,
    cloneComponent: unused,
    redirectDependency: unused,
    readEdges: unused,
    damageDataFile: unused,
    deployApart: unused,
  }
}
