import type { ScenarioContext } from '../../core/scenario.js'
import { featureState } from '../../core/declarations/toggles.js'
import { parseAs } from '../configuration/format.js'
import { differingPaths, isWithin, leaves } from '../configuration/paths.js'
import { withoutOutput, type Attempt } from './attempt.js'
import { passesReadiness, type Form, type OperatorTask } from './operations.js'

/** Everything observable that operations can change: name -> what was found. */
export type StateDigest = Readonly<Record<string, string>>

export interface Run extends Attempt {
  readonly mode: 'single' | 'again' | 'concurrent-first' | 'concurrent-second'
}
/** Value of an observation `repetition`; its target is the operation. */
export interface Repetition {
  readonly runs: readonly Run[]
  /** Nothing is left for it to do by design: its effect is there from the beginning. */
  readonly nothingToDo: boolean
  /**
   * Whether the effect was there before the single run, after it, after the repetition, before the simultaneous runs where the state before was
   * to be brought about again, and after them.
   */
  readonly effects: { readonly before: boolean; readonly single: boolean; readonly again: boolean; readonly beforeConcurrent?: boolean; readonly concurrent: boolean }
  readonly before: StateDigest
  readonly single: StateDigest
  readonly again: StateDigest
  readonly concurrent: StateDigest
}

const settleMs = 3_000
const settleEveryMs = 100
const restMs = 300
/** What takes less than this is begun twice in the same moment. */
const shortMs = 20
const effectWithinMs = 10_000

/** Once, once more, and, from the state before, twice at the same time. */
export async function repeat(context: ScenarioContext, task: OperatorTask, offsetMsMax: number): Promise<void> {
  if (task.repeatable === undefined) return
  const { form, reset, nothingToDo = false } = task.repeatable
  const run = async (mode: Run['mode'], one: Form = form): Promise<Run> => ({ mode, ...withoutOutput(await one.run(mode)) })
  const before = await stateBefore(context, { form, ...(reset === undefined ? {} : { reset }) })
  const first = await run('single')
  const afterSingle = await untilEffect(context, form)
  const single = await restingDigest(context)
  const again = await run('again')
  const effectAgain = await untilEffect(context, form, settleMs)
  const afterAgain = await settledDigest(context, single)
  const { runs: together, effectBefore: beforeConcurrent } = await twiceAtOnce(context, { form, ...(reset === undefined ? {} : { reset }) }, { run, offsetMs: Math.min(offsetMsMax, first.tookMs / 2, again.tookMs / 2) })
  const effectTogether = await untilEffect(context, form, settleMs)
  const concurrent = await settledDigest(context, single)
  const effects = { before: before.effect, single: afterSingle, again: effectAgain, ...(beforeConcurrent === undefined ? {} : { beforeConcurrent }), concurrent: effectTogether }
  const repetition: Repetition = { runs: [first, again, ...together], nothingToDo, effects, before: before.digest, single, again: afterAgain, concurrent }
  context.observe('repetition', task.name, repetition)
}

/** The effect must not be there yet, or one that does nothing at all could not be told from one that works: where it is, it is taken back first. */
async function stateBefore(context: ScenarioContext, { form, reset }: NonNullable<OperatorTask['repeatable']>): Promise<{ readonly effect: boolean; readonly digest: StateDigest }> {
  if (reset !== undefined && (await form.effect())) {
    await reset.run('before')
    await untilEffect(context, reset)
  }
  const digest = await restingDigest(context) // what was done before may still be on its way
  return { effect: await form.effect(), digest }
}

interface Concurrency {
  readonly run: (mode: Run['mode']) => Promise<Run>
  readonly offsetMs: number
}

/** Both under way at the same time: an operation that is over sooner than expected is tried again, with the second run hard on the first. */
async function twiceAtOnce(context: ScenarioContext, { form, reset }: NonNullable<OperatorTask['repeatable']>, { run, offsetMs }: Concurrency): Promise<{ readonly runs: readonly Run[]; readonly effectBefore: boolean | undefined }> {
  if (reset !== undefined) {
    await reset.run('reset')
    await untilEffect(context, reset)
  }
  const effectBefore = reset === undefined ? undefined : await form.effect()
  const later = offsetMs < shortMs ? Promise.resolve() : context.pause(offsetMs)
  const [first, second] = await Promise.all([run('concurrent-first'), later.then(() => run('concurrent-second'))])
  await untilEffect(context, form)
  const overlapped = second.startedAtMs < first.startedAtMs + first.tookMs
  return overlapped || offsetMs === 0 ? { runs: [first, second], effectBefore } : twiceAtOnce(context, { form, ...(reset === undefined ? {} : { reset }) }, { run, offsetMs: 0 })
}

async function untilEffect(context: ScenarioContext, form: Form, withinMs = effectWithinMs): Promise<boolean> {
  const endMs = context.now() + Math.max(withinMs, form.withinMs ?? 0)
  while (!(await form.effect())) {
    if (context.now() >= endMs) return false
    await context.pause(settleEveryMs)
  }
  return true
}

/** The state as soon as it is the same twice in a row. */
async function restingDigest(context: ScenarioContext): Promise<StateDigest> {
  const endMs = context.now() + settleMs
  for (let before = await digestOf(context); ; ) {
    await context.pause(restMs)
    const digest = await digestOf(context)
    if (differingPaths(before, digest).length === 0 || context.now() >= endMs) return digest
    before = digest
  }
}

/** The state after a repetition: as soon as it is the expected one, else what it still is after a while. */
async function settledDigest(context: ScenarioContext, expected: StateDigest): Promise<StateDigest> {
  const endMs = context.now() + settleMs
  for (;;) {
    const digest = await digestOf(context)
    if (differingPaths(expected, digest).length === 0 || context.now() >= endMs) return digest
    await context.pause(settleEveryMs)
  }
}

async function digestOf(context: ScenarioContext): Promise<StateDigest> {
  const { service, traffic, instances } = context
  const { config, toggles, lifecycle } = service
  const parts = instances.map(async ({ id }) => {
    const [readiness, version, settings, features] = await Promise.all([
      passesReadiness(context, id),
      lifecycle.upgrade === undefined ? undefined : traffic.readValue({ name: 'version', probe: lifecycle.upgrade.version, via: id }),
      Promise.all((config?.settings ?? []).map(async (one) => [one.name, await traffic.readValue({ name: 'setting', probe: one.probe, via: id })] as const)),
      Promise.all((toggles?.features ?? []).map(async (one) => [one.name, featureState(one, await traffic.readValue({ name: 'feature', probe: one.probe, via: id }))] as const)),
    ])
    return [
      [`${id} is ready`, String(readiness.outcome === 'read')],
      ...(version === undefined ? [] : [[`version of ${id}`, JSON.stringify(version.value ?? version.outcome)]]),
      ...settings.map(([name, read]) => [`${name} on ${id}`, JSON.stringify(read.value ?? read.outcome)]),
      ...features.map(([name, state]) => [`feature ${name} on ${id}`, state]),
    ] as [string, string][]
  })
  return Object.fromEntries([...(await Promise.all(parts)).flat(), ...(await archived(context))])
}

/** The archived configuration, value by value. */
async function archived(context: ScenarioContext): Promise<[string, string][]> {
  const { config } = context.service
  const [first] = context.instances
  if (config?.archive === undefined || first === undefined || context.leftAlone('config.archive') !== undefined) return []
  const { ok, output } = await context.control.perform(config.archive, { name: 'config.archive', target: config.archive.via === 'exec' ? 'operator' : first.id, label: 'state' })
  try {
    return ok ? leaves(parseAs(config.format, output)).filter(([pointer]) => !isWithin(pointer, config.volatile)).map(([pointer, value]) => [`archived ${pointer}`, value]) : []
  } catch {
    return []
  }
}
