import { InterventionFailed } from '../../core/errors.js'
import type { Performed, Procedure, ReadValue } from '../../core/procedure.js'
import { numberThreshold, thresholdValues, type Requirement } from '../../core/requirement.js'
import type { ApartOptions, PerformOptions, ScenarioContext, ValueReading } from '../../core/scenario.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { scripted, type Script, type Scripted } from '../queue-draining/scripted-context.test-support.js'
import { parseAs, serialiseAs, type Parsed } from './format.js'
import { valueAt } from './paths.js'

/** A service that can be configured, drained, backed up and toggled, and does as it is told, on the clock of a scripted context. */
export interface ServiceScript extends Script {
  readonly requirements: readonly Requirement[]
  /** Names of procedures that are refused: 'config.archive'. */
  readonly refused?: readonly string[]
  /** So long a second deployment is made before its first replica is started. */
  readonly placesForMs?: number
  /** From the first call that begins like this on, the run is given up: nothing can be waited for or carried out any more. */
  readonly abortAt?: string
}
export interface ScriptedService extends Scripted {
  readonly facts: Readonly<Record<string, unknown>>
  /** Values of observations, by probe and target: 'trial config.apply'. */
  observed(probe: string, target: string): readonly unknown[]
  isReady(instance: string): boolean
}
export const found = { title: 'Ledger', seconds: 10 }
const http = (path: string): Procedure => ({ via: 'http', method: 'PUT', path, expectStatus: [] })

export const declarations: Pick<ServiceDescriptor, 'config' | 'backup' | 'toggles' | 'data'> = {
  config: {
    format: 'yaml', effectiveWithinMs: 2_000, volatile: [], opaque: [],
    archive: http('/config'), apply: http('/config'), restore: http('/config/restore'),
    fresh: { changes: { env: { CONFIG: '{file}' } }, install: false },
    settings: [{ name: 'title', path: '/title', values: ['north', 'south'], probe: { path: '/', pointer: '/title' }, deletable: false }],
    invalid: [{ name: 'seconds', path: '/seconds', value: 'many' }],
  },
  backup: { create: http('/backup'), verify: http('/verify'), stalenessMs: 0 },
  toggles: {
    list: { path: '/toggles', pointer: '' }, switchOn: http('/on/{feature}'), switchOff: http('/off/{feature}'), release: [],
    features: [{ name: 'desk', default: false, probe: { path: '/desk', pointer: '/desk' }, whenOn: { kind: 'present' }, whenOff: { kind: 'absent' }, use: [], dependsOn: [] }],
  },
}

/** What the service is like now. */
interface State {
  readonly texts: Map<string, string> // by deployment: the one under test is 'service'
  readonly files: Map<string, string>
  readonly away: Map<string, 'drained' | 'stopped'>
  readonly boots: Map<string, number>
  isOn: boolean
}
const deploymentOf = (via: string): string => (via.startsWith('apart-') ? via : 'service')

export function scriptedServiceOf(script: ServiceScript): ScriptedService {
  const base = scripted(script)
  const { context } = base
  const state: State = { texts: new Map([['service', serialiseAs('yaml', found)]]), files: new Map(), away: new Map(), boots: new Map(), isOn: false }
  const facts: Record<string, unknown> = {}
  const seen: { readonly name: string; readonly value: unknown }[] = []
  const guard = async (): Promise<void> => {
    if (script.abortAt !== undefined && base.calls.some((call) => call.startsWith(script.abortAt ?? ''))) throw new Error('given up')
  }
  const after = <T extends readonly unknown[], R>(act: (...given: T) => Promise<R>) => async (...given: T): Promise<R> => (await guard(), act(...given))
  const full: ScenarioContext = {
    ...context,
    service: { ...context.service, ...declarations },
    leftAlone: (capability) => script.leftAlone?.[capability],
    selected: new Set((script.selected ?? script.requirements.map(({ id }) => id)) as Requirement['id'][]),
    threshold: (id, key) => numberThreshold(thresholdValues(script.requirements.find((one) => one.id === id)!, script.profile ?? 'quick'), key),
    fact: (name, value) => void (facts[name] = value),
    observe: (probe, target, value) => (seen.push({ name: `${probe} ${target}`, value }), base.say('observe', probe, target)),
    pause: after(context.pause),
    until: after(context.until),
    traffic: { ...context.traffic, readValue: after((reading: ValueReading) => read(state, reading)) },
    control: { ...context.control, ...procedures(base, state, { script, guard }) },
    files: {
      ...context.files,
      write: async (name, text) => (state.files.set(name, text), name),
      describe: async (path) => (state.files.has(path) ? { bytes: state.files.get(path)?.length ?? 0, sha256: '' } : undefined),
    },
  }
  return { ...base, context: full, facts, observed: (probe, target) => seen.filter((one) => one.name === `${probe} ${target}`).map(({ value }) => value), isReady: (instance) => !state.away.has(instance) }
}

function procedures({ context, say }: Scripted, state: State, { script, guard }: { readonly script: ServiceScript; readonly guard: () => Promise<void> }): Pick<ScenarioContext['control'], 'perform' | 'stop' | 'start' | 'deployApart'> {
  return {
    perform: async (procedure: Procedure, options: PerformOptions): Promise<Performed> => {
      await guard()
      say(options.name, options.target, options.label)
      const startedAtMs = context.now()
      await othersBegin()
      await context.pause(50)
      const answer = script.refused?.includes(options.name) === true ? undefined : carryOut(state, procedure, options)
      const performed: Performed = { ok: answer !== undefined, status: answer === undefined ? 422 : 200, output: answer ?? '', startedAtMs, tookMs: context.now() - startedAtMs }
      if (performed.ok) await options.witness?.(performed)
      return performed
    },
    stop: async (target, label) => {
      await guard()
      const stopped = await context.control.stop(target, label)
      state.away.set(target, 'stopped')
      return stopped
    },
    start: async (target, label) => {
      await guard()
      await context.control.start(target, label)
      state.away.delete(target)
      state.boots.set(target, (state.boots.get(target) ?? 0) + 1)
    },
    deployApart: async ({ name, changes }: ApartOptions) => {
      await guard()
      say('deploy', name)
      await context.pause(script.placesForMs ?? 0)
      const startedAtMs = context.now()
      if (script.impossible?.includes('deploy') === true) throw new InterventionFailed('deploy', name, 'no room')
      state.texts.set(name, state.files.get(changes?.env?.['CONFIG'] ?? '') ?? '')
      return { name, startedAtMs, instances: [], components: [], ready: async () => true, end: async () => say('end', name) }
    },
  }
}

/** What is asked for at the same moment begins before this is over. */
const othersBegin = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** What the service answers, or undefined when it refuses. */
function carryOut(state: State, procedure: Procedure, { name, target, values = {} }: PerformOptions): string | undefined {
  if (name === 'config.archive') return state.texts.get(deploymentOf(target))
  if (name === 'config.apply' || name === 'config.restore') return configure(state, target, values['configuration'] ?? '')
  if (name === 'drain') return state.away.set(target, 'drained') && ''
  if (name === 'undrain') return (state.away.delete(target), '')
  if (name === 'backup.create') return values['file']?.includes('/') === true ? undefined : state.files.set(values['file'] ?? '', 'all') && ''
  if (name === 'toggles.set') {
    if (values['feature'] !== 'desk') return undefined
    state.isOn = procedure === declarations.toggles?.switchOn
  }
  return ''
}

function configure(state: State, target: string, text: string): string | undefined {
  try {
    const parsed = parseAs('yaml', text)
    if (typeof valueAt(parsed, '/seconds') !== 'number') return undefined
    state.texts.set(deploymentOf(target), text)
    return ''
  } catch {
    return undefined
  }
}

async function read(state: State, { name, probe, via }: ValueReading): Promise<ReadValue> {
  const boot = `${via}-${state.boots.get(via) ?? 0}`
  const away = state.away.get(via)
  if (away === 'stopped') return { outcome: 'refused' }
  if (name === 'readiness') return away === undefined ? { outcome: 'read', status: 200, value: '', boot } : { outcome: 'error-status', status: 503, boot }
  const value: Parsed = name === 'setting' ? valueAt(parseAs('yaml', state.texts.get(deploymentOf(via)) ?? ''), probe.pointer) : name === 'toggles' ? ['desk'] : state.isOn ? 1 : undefined
  return value === undefined ? { outcome: 'absent', status: 200, boot } : { outcome: 'read', status: 200, value, boot }
}
