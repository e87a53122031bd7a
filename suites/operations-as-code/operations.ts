import type { Performed, Procedure, ProcedureValues, ReadValue } from '../../core/procedure.js'
import type { ScenarioContext } from '../../core/scenario.js'
import { featureState } from '../../core/declarations/toggles.js'
import { sameValue } from '../configuration/experiment.js'
import { brokenText, serialiseAs, type Parsed } from '../configuration/format.js'
import { valueAt, withValue } from '../configuration/paths.js'

/** One way of carrying out an operation, and how it is seen from outside whether it had its effect. */
export interface Form {
  run(label: string): Promise<Performed>
  /** Whether the effect is there now, by other means than the operation's own word. */
  effect(): Promise<boolean>
  /** Longest time that it may take to be there, as the service declares it. */
  readonly withinMs?: number
}

/**
 * An operation of operators that the descriptor declares. `proper` must succeed; `failing` cannot succeed, and must say so. What is
 * `repeatable` may be done twice; `reset` brings about the state before it;
 * one that has `nothingToDo` finds its effect there by design, and shows only that it does no harm.
 */
export interface OperatorTask {
  readonly name: string
  readonly proper?: Form
  readonly failing?: Form
  readonly repeatable?: { readonly form: Form; readonly reset?: Form; readonly nothingToDo?: boolean }
}

/** Settings, files and configurations that the tasks of one scenario work with. */
export interface TaskWorld {
  readonly context: ScenarioContext
  /** The instance that is drained, stopped and started. */
  readonly spare: string
  readonly configuration?: { readonly text: string; readonly parsed: Parsed }
  /** State of the first declared feature; undefined: not known. */
  readonly featureIs?: 'on' | 'off'
}

const nobody = 'seaworthy-does-not-exist'
const addressed = /\{(instance|host|port)\}/

export function tasksOf(world: TaskWorld): readonly OperatorTask[] {
  return [...drainTasks(world), ...configurationTasks(world), ...backupTasks(world), ...toggleTasks(world), ...upgradeTasks(world)]
}

interface Way {
  readonly name: string
  readonly procedure: Procedure
  readonly target: string
  readonly values?: ProcedureValues
}
function form({ context }: TaskWorld, { name, procedure, target, values }: Way, effect: () => Promise<boolean>): Form {
  const addressee = procedure.via === 'exec' && !procedure.command.some((word) => addressed.test(word)) ? 'operator' : target
  return { effect, run: (label) => context.control.perform(procedure, { name, target: addressee, label, ...(values === undefined ? {} : { values }) }) }
}

export async function passesReadiness({ service, traffic }: ScenarioContext, via: string): Promise<ReadValue> {
  return traffic.readValue({ name: 'readiness', probe: { path: service.health.readinessPath, pointer: '' }, via })
}

function drainTasks(world: TaskWorld): OperatorTask[] {
  const { context, spare } = world
  const { drain, undrain } = context.service.lifecycle
  if (drain === undefined || drain.endsInExit) return []
  const ready = async (): Promise<boolean> => (await passesReadiness(context, spare)).outcome === 'read'
  // A probe that was not answered in time says nothing: only a refusal shows a drain.
  const refuses = async (): Promise<boolean> => ['error-status', 'refused'].includes((await passesReadiness(context, spare)).outcome)
  const drained = form(world, { name: 'drain', procedure: drain, target: spare }, refuses)
  if (undrain === undefined) return [{ name: 'drain', proper: drained }]
  const undrained = form(world, { name: 'undrain', procedure: undrain, target: spare }, ready)
  return [
    { name: 'drain', proper: drained, repeatable: { form: drained, reset: undrained } },
    { name: 'undrain', proper: undrained, repeatable: { form: undrained, reset: drained } },
  ]
}

function configurationTasks(world: TaskWorld): OperatorTask[] {
  const { context, configuration } = world
  const { config } = context.service
  const [setting] = config?.settings ?? []
  if (config === undefined || setting === undefined || configuration === undefined) return []
  const reads = (): Promise<ReadValue[]> => Promise.all(context.instances.map(({ id }) => context.traffic.readValue({ name: 'setting', probe: setting.probe, via: id })))
  const shown = async (value: unknown): Promise<boolean> => (await reads()).every((read) => read.outcome === 'read' && sameValue(read.value, value))
  const gone = async (value: unknown): Promise<boolean> => (await reads()).every((read) => read.outcome === 'absent' || (read.outcome === 'read' && !sameValue(read.value, value)))
  const give = (name: string, procedure: Procedure, text: string, effect: () => Promise<boolean>): Form => {
    const path = context.files.path(`${name}-${text.length}.${config.format}`)
    const given = form(world, { name, procedure, target: 'balancer', values: { configuration: text, file: path } }, effect)
    return { ...given, withinMs: config.effectiveWithinMs, run: async (label) => (await context.files.write(`${name}-${text.length}.${config.format}`, text), given.run(label)) }
  }
  const textWith = (value: unknown): string => serialiseAs(config.format, withValue(configuration.parsed, setting.path, value))
  const { first, second, other } = valuesToShow(setting.values, valueAt(configuration.parsed, setting.path))
  const broken = brokenText(config.format, textWith(second))
  const apply = config.apply
  const restore = config.restore
  return [
    ...(apply === undefined
      ? []
      : [{
          name: 'config.apply',
          proper: give('config.apply', apply, textWith(first), () => shown(first)),
          failing: give('config.apply', apply, broken, () => shown(second)),
          repeatable: { form: give('config.apply', apply, textWith(second), () => shown(second)), reset: give('config.apply', apply, textWith(other), () => shown(other)) },
        }]),
    ...(restore === undefined
      ? []
      : [{
          name: 'config.restore',
          proper: give('config.restore', restore, configuration.text, () => gone(first)),
          failing: give('config.restore', restore, broken, () => shown(second)),
        }]),
  ]
}

/**
 * `first` shows what an operation did and `second` what it must not do, so neither may be in force already, as may be what was applied
 * before to a service that stays. `other` takes `second` back. With two values, one of them in force, both are the one that is not.
 */
function valuesToShow(values: readonly unknown[], inForce: unknown): { readonly first: unknown; readonly second: unknown; readonly other: unknown } {
  const fresh = values.filter((one) => !sameValue(one, inForce))
  const [first = values[0], second = first] = fresh
  return { first, second, other: values.find((one) => !sameValue(one, second)) }
}

function backupTasks(world: TaskWorld): OperatorTask[] {
  const { context } = world
  const { backup } = context.service
  if (backup === undefined) return []
  const create = (file: string): Form => form(world, { name: 'backup.create', procedure: backup.create, target: 'balancer', values: { file } }, async () => ((await context.files.describe(file))?.bytes ?? 0) > 0)
  const unwritable = `${context.files.path('a-file-and-no-folder')}/backup`
  const impossible = create(unwritable)
  // Two backups to one file may each be well and the file still be no backup.
  const whole = (file: string): Form => {
    const made = create(file)
    const { verify } = backup
    if (verify === undefined) return made
    return { ...made, effect: async () => (await made.effect()) && (await form(world, { name: 'backup.verify', procedure: verify, target: 'balancer', values: { file } }, made.effect).run('repeated')).ok }
  }
  return [
    {
      name: 'backup.create',
      proper: create(context.files.path('backup')),
      // Below a file nothing can be written, whoever tries.
      failing: { ...impossible, run: async (label) => (await context.files.write('a-file-and-no-folder', 'not a folder\n'), impossible.run(label)) },
      repeatable: { form: whole(context.files.path('backup-twice')) },
    },
  ]
}

function toggleTasks(world: TaskWorld): OperatorTask[] {
  const { context, featureIs } = world
  const { toggles } = context.service
  const [feature] = toggles?.features ?? []
  if (toggles === undefined || feature === undefined) return []
  const is = async (state: 'on' | 'off'): Promise<boolean> => {
    const reads = await Promise.all(context.instances.map(({ id }) => context.traffic.readValue({ name: 'feature', probe: feature.probe, via: id })))
    return reads.every((read) => featureState(feature, read) === state)
  }
  const to = (state: 'on' | 'off', name = feature.name): Way => ({ name: 'toggles.set', procedure: state === 'on' ? toggles.switchOn : toggles.switchOff, target: 'balancer', values: { feature: name } })
  const isOn = featureIs === undefined ? feature.default : featureIs === 'on'
  const [changed, back] = isOn ? (['off', 'on'] as const) : (['on', 'off'] as const)
  const lists = async (): Promise<boolean> => JSON.stringify((await context.traffic.readValue({ name: 'toggles', probe: toggles.list, via: 'balancer' })).value ?? '').includes(nobody)
  const within = toggles.effectiveWithinMs === undefined ? {} : { withinMs: toggles.effectiveWithinMs }
  const changes = { ...form(world, to(changed), () => is(changed)), ...within }
  return [{ name: 'toggles.set', proper: changes, failing: form(world, to('on', nobody), lists), repeatable: { form: changes, reset: { ...form(world, to(back), () => is(back)), ...within } } }]
}

function upgradeTasks(world: TaskWorld): OperatorTask[] {
  const { context, spare } = world
  const { upgrade } = context.service.lifecycle
  if (upgrade?.rollOut === undefined) return []
  const listed = (ids: readonly string[]): string => context.instances.filter(({ id }) => ids.includes(id)).map(({ id, url }) => `${id}=${url.origin}`).join(',')
  const all = context.instances.map(({ id }) => id)
  const versions = (): Promise<ReadValue[]> => Promise.all(all.map((via) => context.traffic.readValue({ name: 'version', probe: upgrade.version, via })))
  const runs = async (release: string | undefined): Promise<boolean> => (await versions()).every((read) => read.outcome === 'read' && sameValue(read.value, release))
  // A replica that does not answer, because it was drained or stopped for an upgrade that was given up, runs no other release.
  const runsAnother = async (release: string | undefined): Promise<boolean> => (await versions()).some((read) => read.outcome === 'read' && !sameValue(read.value, release))
  const to = (release: string, ids: readonly string[]): Way => ({ name: 'upgrade', procedure: upgrade.rollOut as Procedure, target: 'operator', values: { release, instances: listed(ids) } })
  const reads = upgrade.releases[upgrade.from]?.reads
  return [
    {
      name: 'upgrade',
      failing: form(world, to(nobody, [spare]), () => runsAnother(reads)),
      // To the release that is deployed: nothing is left to do, the first time and every time.
      repeatable: { form: form(world, to(upgrade.from, all), () => runs(reads)), nothingToDo: true },
    },
  ]
}
