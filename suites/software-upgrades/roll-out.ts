import { platformRollsOut, type Release, type Upgrade } from '../../core/declarations/upgrade.js'
import type { PlatformRelease } from '../../core/driver.js'
import { InterventionFailed } from '../../core/errors.js'
import type { InstanceId } from '../../core/history.js'
import type { Procedure } from '../../core/procedure.js'
import type { ScenarioContext } from '../../core/scenario.js'
import { replaceInTurn } from './replace-in-turn.js'

export interface RollOutPlan {
  /** Name of a declared release. */
  readonly release: string
  readonly label: string
  /** Default: all of them. */
  readonly instances?: readonly InstanceId[]
  readonly timeoutMs: number
  /** Uses the declared way back, where there is one. */
  readonly back?: boolean
  /** By a platform: to one replica of its choice. */
  readonly inPart?: boolean
}

/** The service's own tool, the platform that its replicas run on, or the rolling procedure of the harness. */
export type RollOutWay = 'tool' | 'platform' | 'harness'

/** Value of the observation `roll-out` of target label. */
export type RollOutSighting =
  | { readonly phase: 'begun'; readonly release: string; readonly reads: string; readonly by: RollOutWay; readonly instances: readonly InstanceId[] }
  | RollOutEnd
export interface RollOutEnd {
  readonly phase: 'ended'
  readonly ok: boolean
  readonly cause?: 'tool' | 'platform' | 'not-ready' | 'intervention'
  readonly error?: string
  /** How many replicas of the release there were at most, as a platform counts them. */
  readonly reached?: number
  /** How many of these there were instead of replicas of before. */
  readonly displaced?: number
  /** Where a platform stopped, on its order, when they were of the release. */
  readonly stoppedAt?: readonly InstanceId[]
}
export const rollOutProbe = 'roll-out'

/**
 * Brings replicas to a release: by the platform where it rolls out itself, by the service's own tool, else by the rolling procedure of the harness.
 * Recorded with its beginning and its end. Half a roll-out is one to some of the instances; which, a platform chooses.
 */
export async function rollOut(context: ScenarioContext, plan: RollOutPlan): Promise<RollOutEnd> {
  const { upgrade } = context.service.lifecycle
  const release = upgrade?.releases[plan.release]
  if (upgrade === undefined || release === undefined) throw new Error(`the descriptor declares no release ${plan.release}`)
  const instances = plan.instances ?? (plan.inPart === true ? [] : context.instances.map((one) => one.id))
  const way = wayOf(context, upgrade, plan)
  const { name, reads } = release
  context.step(`rolling out ${name} to ${instances.join(', ') || 'one replica'} (${plan.label})`)
  observe(context, plan.label, { phase: 'begun', release: name, reads, by: way.by, instances })
  const end = way.by === 'platform' ? await byPlatform(context, release, plan) : way.by === 'tool' ? await byTool(context, way.tool, { ...plan, instances }) : await byHarness(context, plan, instances)
  observe(context, plan.label, end)
  return end
}

const toolOf = (upgrade: Upgrade, plan: RollOutPlan): Procedure | undefined => (plan.back === true ? (upgrade.rollBack ?? upgrade.rollOut) : upgrade.rollOut)

function wayOf({ service }: ScenarioContext, upgrade: Upgrade, plan: RollOutPlan): { readonly by: 'platform' | 'harness' } | { readonly by: 'tool'; readonly tool: Procedure } {
  if (platformRollsOut(service)) return { by: 'platform' }
  const tool = toolOf(upgrade, plan)
  return tool === undefined ? { by: 'harness' } : { by: 'tool', tool }
}

const observe = (context: ScenarioContext, label: string, sighting: RollOutSighting): void => context.observe(rollOutProbe, label, sighting)

/** Whatever was rolled out in part, every replica is made what it was found as. */
export async function takePartBack(context: ScenarioContext, plan: Pick<RollOutPlan, 'label' | 'timeoutMs'>): Promise<RollOutEnd> {
  context.step(`taking the part of a roll-out back (${plan.label})`)
  const end = await orderedOf(context, asFound, plan)
  observe(context, plan.label, end)
  return end
}
const asFound: PlatformRelease = { name: 'as found', changes: {} }

const byPlatform = (context: ScenarioContext, { name, changes, image }: Release, plan: RollOutPlan): Promise<RollOutEnd> =>
  orderedOf(context, { name, changes, ...(image === undefined ? {} : { image }) }, plan)

async function orderedOf(context: ScenarioContext, release: PlatformRelease, { label, timeoutMs, inPart }: Pick<RollOutPlan, 'label' | 'timeoutMs' | 'inPart'>): Promise<RollOutEnd> {
  try {
    const { ok, error, reached, displaced, instances } = await context.control.rollOut(release, { label, timeoutMs, ...(inPart === true ? { inPart } : {}) })
    const counted = { reached, displaced, ...(instances === undefined ? {} : { stoppedAt: instances }) }
    return ok ? { phase: 'ended', ok, ...counted } : { phase: 'ended', ok, cause: 'platform', error: error ?? 'it gave no reason', ...counted }
  } catch (thrown) {
    if (!(thrown instanceof InterventionFailed)) throw thrown
    return { phase: 'ended', ok: false, cause: 'intervention', error: thrown.message }
  }
}

async function byTool(context: ScenarioContext, tool: Procedure, { release, label, instances, timeoutMs, back }: Required<Pick<RollOutPlan, 'instances'>> & RollOutPlan): Promise<RollOutEnd> {
  const addresses = context.instances.filter(({ id }) => instances.includes(id)).map(({ id, url }) => `${id}=${url.href}`)
  const values = { release, instances: addresses.join(',') }
  const target = tool.via === 'exec' ? 'operator' : 'balancer'
  const performed = await context.control.perform(tool, { name: back === true ? 'upgrade.rollBack' : 'upgrade.rollOut', target, label, values, timeoutMs })
  return performed.ok ? { phase: 'ended', ok: true } : { phase: 'ended', ok: false, cause: 'tool', error: performed.error ?? 'it was refused' }
}

async function byHarness(context: ScenarioContext, plan: RollOutPlan, instances: readonly InstanceId[]): Promise<RollOutEnd> {
  const changes = context.service.lifecycle.upgrade?.releases[plan.release]?.changes
  const end = await replaceInTurn(context, { instances, changes, label: plan.label })
  return end.ok ? { phase: 'ended', ok: true } : { phase: 'ended', ok: false, cause: end.cause, error: end.error }
}
