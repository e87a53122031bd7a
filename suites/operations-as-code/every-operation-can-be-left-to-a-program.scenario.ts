import type { Load, Scenario, ScenarioContext } from '../../core/scenario.js'
import { exitCodeOf } from '../../core/checks/exit-code.js'
import { InterventionFailed } from '../../core/errors.js'
import { featureState } from '../../core/declarations/toggles.js'
import { parseAs } from '../configuration/format.js'
import { beyondTrial, configurationUnread, type DeclaredTask } from './declared-tasks.js'
import { declaredOperations, notTried } from './not-tried.js'
import { operationsTellTheTruth } from './operations-tell-the-truth.check.js'
import { operationsMayBeRepeated } from './operations-may-be-repeated.check.js'
import { passesReadiness, tasksOf, type OperatorTask, type TaskWorld } from './operations.js'
import { repeat } from './repetition.js'
import { noteTrial, tryOnce } from './trial.js'

const ratePerSecond = 40
const writesPerSecond = 10
const durationMaxMs = 600_000

export const scenario: Scenario = {
  id: 'operations-as-code/every-operation-can-be-left-to-a-program',
  title: 'Every operation can be left to a program, and done twice',
  needs: ['topology.balancer'],
  instanceCountMin: 2,
  dependencies: 'direct',
  expectedMs: (service) => 12_000 + service.lifecycle.startTimeoutMs / 4,
  exercise,
  checks: [operationsTellTheTruth, operationsMayBeRepeated],
}

async function exercise(context: ScenarioContext): Promise<void> {
  const spare = context.instances.at(-1)?.id
  if (spare === undefined) return
  const untried = notTried(context)
  const isTried = (name: string): boolean => !untried.some((one) => one.name === name)
  const isConfigured = declaredOperations(context.service).some(({ name }) => name.startsWith('config.') && isTried(name))
  const configuration = isConfigured ? await configurationFound(context) : undefined
  const featureIs = isTried('toggles.set') ? await featureFound(context) : undefined
  const world: TaskWorld = { context, spare, ...(configuration === undefined ? {} : { configuration }), ...(featureIs === undefined ? {} : { featureIs }) }
  const tasks = tasksOf(world).filter(({ name }) => isTried(name))
  if (isConfigured && configuration === undefined) context.fact(configurationUnread, true)
  context.fact(beyondTrial, untried)
  context.fact('operator-tasks', tasks.map(({ name, proper, failing, repeatable }): DeclaredTask => ({ name, proper: proper !== undefined, failing: failing !== undefined, repeatable: repeatable !== undefined })))
  if (context.selected.has('OPER-01')) await tryEverything(context, tasks, spare)
  if (context.selected.has('OPER-02')) await repeatEverything(context, tasks)
}

/** As another run may have left it in a service that stays. */
async function featureFound({ service: { toggles }, instances: [first], traffic }: ScenarioContext): Promise<TaskWorld['featureIs']> {
  const [feature] = toggles?.features ?? []
  if (feature === undefined || first === undefined) return undefined
  const state = featureState(feature, await traffic.readValue({ name: 'feature', probe: feature.probe, via: first.id }))
  return state === 'on' || state === 'off' ? state : undefined
}

async function configurationFound(context: ScenarioContext): Promise<TaskWorld['configuration']> {
  const { config } = context.service
  const [first] = context.instances
  if (config?.archive === undefined || first === undefined) return undefined
  const { ok, output } = await context.control.perform(config.archive, { name: 'config.archive', target: config.archive.via === 'exec' ? 'operator' : first.id, label: 'found' })
  if (!ok) return undefined
  try {
    const parsed = parseAs(config.format, output)
    return typeof parsed === 'object' && parsed !== null ? { text: output, parsed } : undefined
  } catch {
    return undefined
  }
}

/** Every operation once as it should be, and once so that it cannot succeed. */
async function tryEverything(context: ScenarioContext, tasks: readonly OperatorTask[], spare: string): Promise<void> {
  const ofSpare = tasks.filter(({ name }) => name === 'drain' || name === 'undrain')
  const others = tasks.filter((one) => !ofSpare.includes(one))
  context.step('what cannot succeed is asked for, while one instance is drained, stopped and started')
  const upgrades = others.filter(({ name }) => name === 'upgrade')
  await atOnce(
    async () => {
      for (const task of ofSpare) await tryOnce(context, task, 'proper')
      await stopAndStart(context, spare)
    },
    async () => {
      for (const task of others.filter((one) => !upgrades.includes(one))) await tryOnce(context, task, 'failing')
    },
  )
  context.step('operations as they should be, and an upgrade that cannot succeed')
  await atOnce(
    async () => {
      for (const task of others) await tryOnce(context, task, 'proper')
    },
    async () => {
      for (const task of upgrades) await tryOnce(context, task, 'failing')
      if (upgrades.length > 0) await putBack(context, spare)
    },
  )
}

/** Each to its end, also when another one throws. */
async function atOnce(...parts: readonly (() => Promise<void>)[]): Promise<void> {
  const ended = await Promise.allSettled(parts.map((part) => part()))
  for (const one of ended) if (one.status === 'rejected') throw one.reason
}

/** An upgrade that was given up may leave its instance drained. */
async function putBack(context: ScenarioContext, spare: string): Promise<void> {
  const { undrain } = context.service.lifecycle
  if ((await passesReadiness(context, spare)).outcome !== 'read' && undrain !== undefined && context.leftAlone('lifecycle.undrain') === undefined) await context.control.perform(undrain, { name: 'undrain', target: spare, label: 'put back' })
  await context.untilReady(spare, context.service.lifecycle.startTimeoutMs)
  await context.untilInRotation(spare, true, context.returnWindowMs * 3)
}

/** The platform's stop and start, judged as the operations that are declared. */
async function stopAndStart(context: ScenarioContext, spare: string): Promise<void> {
  const { allowedExitCodes } = context.service.lifecycle.stop
  const before = await passesReadiness(context, spare)
  const startedAtMs = context.now()
  try {
    const stopped = await context.control.stop(spare, 'proper')
    // A process that the stop signal ended has a code too, as a shell reports it. Where nothing is known of its end, the stop itself said that it was done.
    const exitCode = exitCodeOf(stopped) ?? (stopped.killed || stopped.signal !== null ? -1 : undefined)
    const ok = !stopped.killed && (exitCode === undefined || allowedExitCodes.includes(exitCode))
    noteTrial(context, 'stop', { form: 'proper', ok, ...(exitCode === undefined ? {} : { exitCode }), startedAtMs, tookMs: stopped.durationMs, effectBefore: before.outcome !== 'read', effectAfter: (await passesReadiness(context, spare)).outcome === 'refused' })
  } catch (thrown) {
    if (!(thrown instanceof InterventionFailed)) throw thrown
    return
  }
  const orderedAtMs = context.now()
  await context.control.start(spare, 'proper')
  const ready = await context.untilReady(spare, context.service.lifecycle.startTimeoutMs)
  const after = await passesReadiness(context, spare)
  noteTrial(context, 'start', { form: 'proper', ok: true, exitCode: 0, startedAtMs: orderedAtMs, tookMs: context.now() - orderedAtMs, effectBefore: false, effectAfter: ready && (before.boot === undefined || before.boot !== after.boot) })
  await context.untilInRotation(spare, true, context.returnWindowMs * 3)
}

async function repeatEverything(context: ScenarioContext, tasks: readonly OperatorTask[]): Promise<void> {
  const { data } = context.service
  const common = { via: 'balancer', connections: 'keep-alive', durationMaxMs } as const
  const load: Load = context.traffic.start({ ...common, name: 'background', ratePerSecond, operations: 'mixed' })
  const keepsLedger = data?.readStrong !== undefined
  context.fact('ledger-kept', keepsLedger)
  const writes = keepsLedger ? context.traffic.start({ ...common, name: 'writes', ratePerSecond: writesPerSecond, operations: [data.write] }) : undefined
  const offsetMs = context.threshold('OPER-02', 'concurrent_offset_ms')
  for (const task of tasks) {
    if (task.repeatable === undefined) continue
    context.step(`${task.name} twice, one after the other and at the same time`)
    await repeat(context, task, offsetMs)
  }
  const enough = context.threshold('OPER-02', 'requests_min')
  await context.until('enough requests were sent beside the operations', () => load.counts().planned >= enough, 60_000)
  await Promise.all([load.stop(), writes?.stop()])
  context.observe('repetitions-ended', 'scenario', {})
  if (keepsLedger) await context.traffic.reconcile({ load: 'reconcile', convergenceMs: Math.max(3 * data.maxLagMs, 10_000) })
}
