import type { Upgrade } from '../../core/declarations/upgrade.js'
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
}

/** Value of the observation `roll-out` of target label. */
export type RollOutSighting =
  | { readonly phase: 'begun'; readonly release: string; readonly reads: string; readonly by: 'tool' | 'harness'; readonly instances: readonly InstanceId[] }
  | RollOutEnd
export interface RollOutEnd {
  readonly phase: 'ended'
  readonly ok: boolean
  readonly cause?: 'tool' | 'not-ready' | 'intervention'
  readonly error?: string
}
export const rollOutProbe = 'roll-out'

/**
 * Brings replicas to a release: by the service's own tool, else by the rolling procedure of the harness. Recorded with its
 * beginning and its end. Half a roll-out is one to some of the instances.
 */
export async function rollOut(context: ScenarioContext, plan: RollOutPlan): Promise<RollOutEnd> {
  const { upgrade } = context.service.lifecycle
  const release = upgrade?.releases[plan.release]
  if (upgrade === undefined || release === undefined) throw new Error(`the descriptor declares no release ${plan.release}`)
  const instances = plan.instances ?? context.instances.map((one) => one.id)
  const tool = toolOf(upgrade, plan)
  const { name, reads } = release
  context.step(`rolling out ${name} to ${instances.join(', ')} (${plan.label})`)
  observe(context, plan.label, { phase: 'begun', release: name, reads, by: tool === undefined ? 'harness' : 'tool', instances })
  const end = tool === undefined ? await byHarness(context, plan, instances) : await byTool(context, tool, { ...plan, instances })
  observe(context, plan.label, end)
  return end
}

const toolOf = (upgrade: Upgrade, plan: RollOutPlan): Procedure | undefined => (plan.back === true ? (upgrade.rollBack ?? upgrade.rollOut) : upgrade.rollOut)

const observe = (context: ScenarioContext, label: string, sighting: RollOutSighting): void => context.observe(rollOutProbe, label, sighting)

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
