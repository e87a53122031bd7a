import type { DeployedComponent, Edge, EdgeCounters } from '../core/driver.js'
import { passes, acceptsConnections, pollUntil } from './probe.js'
import { readiness, type ScenarioWorld } from './scenario-world.js'

/**
 * Proofs that a fault landed, each given by the target itself and never by the command that caused it. A witness
 * resolves to one sentence, or to undefined when nothing was seen in time.
 */
const witnessTimeoutMs = 5_000
const silentProbeMs = 700

const isInstance = (world: ScenarioWorld, target: string): boolean => world.deployment.instances.some((one) => one.id === target)

function processGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

async function hasEnded({ deployment }: ScenarioWorld, target: string, pid: number): Promise<boolean> {
  return deployment.controls.hasEnded?.(target, pid) ?? processGone(pid)
}

/** The old process is gone, and its address refuses connections or another boot answers there. */
export async function witnessDeath(world: ScenarioWorld, target: string, before: { readonly pid: number; readonly boot: string | undefined }): Promise<string | undefined> {
  let seen: string | undefined
  await pollUntil(
    async () => {
      if (!(await hasEnded(world, target, before.pid))) return false
      seen = await addressAfterDeath(world, target, before)
      return seen !== undefined
    },
    { timeoutMs: witnessTimeoutMs, everyMs: 15, signal: world.signal },
  )
  return seen === undefined ? undefined : `process ${before.pid} is gone, ${seen}`
}

async function addressAfterDeath(world: ScenarioWorld, target: string, { pid, boot: bootBefore }: { readonly pid: number; readonly boot: string | undefined }): Promise<string | undefined> {
  if (isInstance(world, target)) {
    const answer = await readiness(world, target, 500)
    if (answer.outcome === 'refused') return 'connections are refused'
    if (answer.boot !== undefined && bootBefore !== undefined) return answer.boot === bootBefore ? undefined : 'another boot answers'
    // A fast supervisor leaves no time to be refused: without a boot id its word for the new process has to do.
    const state = await world.deployment.controls.processState?.(target)
    return state?.pid == null || state.pid === pid ? undefined : `process ${state.pid} is in its place`
  }
  const component = world.deployment.components.find((one) => one.name === target)
  if (component === undefined) return undefined
  return (await acceptsConnections(component.host, component.port, 500)) ? undefined : 'connections are refused'
}

/** Connections are accepted by the kernel, but nothing answers. */
export async function witnessFreeze(world: ScenarioWorld, target: string): Promise<string | undefined> {
  const instance = world.deployment.instances.find((one) => one.id === target)
  if (instance === undefined) return undefined
  let seen: string | undefined
  await pollUntil(
    async () => {
      const connects = await acceptsConnections(instance.url.hostname, Number(instance.url.port), silentProbeMs)
      const answer = await readiness(world, target, silentProbeMs)
      if (connects && answer.outcome === 'timeout') seen = `connections are accepted, nothing answered for ${silentProbeMs} ms`
      return seen !== undefined
    },
    { timeoutMs: witnessTimeoutMs, signal: world.signal },
  )
  return seen
}

/**
 * The edges on which a fault must be seen. Of edges to several components only those to hard ones: what a service can do without it may
 * not even ask for, and an edge that nobody uses shows no fault.
 */
export function tellingEdges(edges: readonly Edge[], components: readonly Pick<DeployedComponent, 'name' | 'hard'>[]): readonly Edge[] {
  const hard = edges.filter((edge) => components.some(({ name, hard: isHard }) => isHard && name === edge.to))
  return hard.length > 0 ? hard : edges
}

const affected = (counters: EdgeCounters): number => counters.refused + counters.held + counters.cut

/** The proxies on all of these edges (or, see `tellingEdges`, on all that tell) turned away or held connections that were made after the fault had been applied. */
export async function witnessEdges(world: ScenarioWorld, all: readonly Edge[], before: readonly EdgeCounters[]): Promise<string | undefined> {
  const count = world.deployment.controls.edgeCounters
  if (count === undefined) return undefined
  const edges = tellingEdges(all, world.deployment.components)
  let seen: string | undefined
  await pollUntil(
    async () => {
      const now = await Promise.all(edges.map((edge) => count(edge)))
      const rise = now.map((counters, index) => affected(counters) - affected(before[all.indexOf(edges[index]!)] ?? counters))
      if (rise.every((one) => one > 0)) seen = `the fault proxies affected ${rise.reduce((sum, one) => sum + one, 0)} connections on ${edges.length} edges`
      return seen !== undefined
    },
    { timeoutMs: witnessTimeoutMs, signal: world.signal },
  )
  return seen
}

/** Readiness stopped passing. Watched for as long as a balancer may need to notice. */
export async function witnessDrain(world: ScenarioWorld, target: string, timeoutMs: number): Promise<string | undefined> {
  let seen: string | undefined
  await pollUntil(
    async () => {
      const answer = await readiness(world, target)
      if (!passes(answer)) seen = `readiness gives ${answer.status ?? answer.outcome}`
      return seen !== undefined
    },
    { timeoutMs, everyMs: 50, signal: world.signal },
  )
  return seen
}

/** Readiness passes again. */
export async function witnessReady(world: ScenarioWorld, target: string, timeoutMs: number): Promise<string | undefined> {
  const ready = await pollUntil(async () => passes(await readiness(world, target)), { timeoutMs, everyMs: 50, signal: world.signal })
  return ready ? 'readiness passes' : undefined
}
