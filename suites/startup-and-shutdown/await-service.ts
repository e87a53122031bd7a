import type { InstanceId } from '../../core/history.js'
import type { ScenarioContext } from '../../core/scenario.js'
import { probeOperation } from './read-operations.js'
import { watchBeyondLimitMs } from './time-limits.js'

/** Sends one real request to the instance, past the balancer, on a connection of its own. Answers its outcome. */
export const requestDirectly = (context: ScenarioContext, instance: InstanceId, load: string): Promise<string> => requestThrough(context, instance, load)

async function requestThrough(context: ScenarioContext, via: InstanceId | 'balancer', load: string): Promise<string> {
  const { outcome } = await context.traffic.send({ load, operation: probeOperation(context.service), via, fresh: true })
  return outcome
}

/** Until the instance is ready and has served one real request (recorded under `load`). Watches a little beyond the limit. */
export async function untilServing(context: ScenarioContext, instance: InstanceId, options: { readonly load: string; readonly limitMs: number }): Promise<boolean> {
  const timeoutMs = options.limitMs + watchBeyondLimitMs
  if (!(await context.untilReady(instance, timeoutMs))) return false
  const serves = async (): Promise<boolean> => ['ok', 'degraded'].includes(await requestDirectly(context, instance, options.load))
  return context.until(`${instance} serves a request`, serves, timeoutMs)
}

/** Until one real request through the balancer is served (recorded under `load`): one that is not ours may learn later than we do where the replicas are. */
export async function untilServingThroughBalancer(context: ScenarioContext, options: { readonly load: string; readonly limitMs: number }): Promise<boolean> {
  const serves = async (): Promise<boolean> => ['ok', 'degraded'].includes(await requestThrough(context, 'balancer', options.load))
  return context.until('the service answers through its balancer', serves, options.limitMs)
}
