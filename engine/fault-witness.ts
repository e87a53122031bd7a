import type { DeployedComponent, Edge, EdgeCounters } from '../core/driver.js'
import { passes, acceptsConnections, pollUntil, portOf, probe } from './probe.js'
import { instanceOf, readiness, type ScenarioWorld } from './scenario-world.js'

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

/** What is known of a target before it is killed. No pid: it runs on another machine, and only its address can tell. */
export interface BeforeDeath {
  readonly pid: number | undefined
  readonly boot: string | undefined
}

/** The old process is gone, and its address refuses connections or another boot answers there. */
export async function witnessDeath(world: ScenarioWorld, target: string, before: BeforeDeath): Promise<string | undefined> {
  let seen: string | undefined
  await pollUntil(
    async () => {
      if (before.pid !== undefined && !(await hasEnded(world, target, before.pid))) return false
      seen = await addressAfterDeath(world, target, before)
      return seen !== undefined
    },
    { timeoutMs: witnessTimeoutMs, everyMs: 15, signal: world.signal },
  )
  if (seen === undefined || before.pid === undefined) return seen
  return `process ${before.pid} is gone, ${seen}`
}

async function addressAfterDeath(world: ScenarioWorld, target: string, { pid, boot: bootBefore }: BeforeDeath): Promise<string | undefined> {
  if (isInstance(world, target)) {
    const answer = await readiness(world, target, 500)
    if (answer.outcome === 'refused') return 'connections are refused'
    if (answer.boot !== undefined && bootBefore !== undefined) return answer.boot === bootBefore ? undefined : 'another boot answers'
    if (pid === undefined) return undefined
    // A fast supervisor leaves no time to be refused: without a boot id its word for the new process has to do.
    const state = await world.deployment.controls.processState?.(target)
    return state?.pid == null || state.pid === pid ? undefined : `process ${state.pid} is in its place`
  }
  const component = world.deployment.components.find((one) => one.name === target)
  if (component === undefined) return undefined
  return (await acceptsConnections(component.host, component.port, 500)) ? undefined : 'connections are refused'
}

/** Nothing accepts connections at the address any more, or at last something does. For what shows neither its process nor its exit code. */
export async function witnessListening(world: ScenarioWorld, target: string, { listens, timeoutMs }: { readonly listens: boolean; readonly timeoutMs: number }): Promise<string | undefined> {
  const wanted = async (): Promise<boolean> => {
    const { outcome } = await readiness(world, target, silentProbeMs)
    return listens ? outcome === 'answered' : outcome === 'refused'
  }
  const seen = await pollUntil(wanted, { timeoutMs, everyMs: 50, signal: world.signal })
  if (!seen) return undefined
  return listens ? 'it answers' : 'connections are refused'
}

/** Connections are accepted by the kernel, but nothing answers. */
export async function witnessFreeze(world: ScenarioWorld, target: string): Promise<string | undefined> {
  const instance = world.deployment.instances.find((one) => one.id === target)
  if (instance === undefined) return undefined
  if (world.deployment.controls.processState === undefined) return witnessSilence(world, target)
  let seen: string | undefined
  await pollUntil(
    async () => {
      const connects = await acceptsConnections(instance.url.hostname, portOf(instance.url), silentProbeMs)
      const answer = await readiness(world, target, silentProbeMs)
      if (connects && answer.outcome === 'timeout') seen = `connections are accepted, nothing answered for ${silentProbeMs} ms`
      return seen !== undefined
    },
    { timeoutMs: witnessTimeoutMs, signal: world.signal },
  )
  return seen
}

const longSilenceMs = 2_000
const echoMsMax = 300
const silenceWatchedMs = 15_000

/**
 * Where nothing but the address can tell, a slow answer must not pass for a freeze: connections are accepted and nothing answers for two seconds,
 * twice in a row, while our own echo server answers at once.
 */
async function witnessSilence(world: ScenarioWorld, target: string): Promise<string | undefined> {
  const { url } = instanceOf(world, target)
  const { signal } = world
  let inARow = 0
  const silentTwice = async (): Promise<boolean> => {
    const over = new AbortController()
    const echoes = echoesUntil(world, over.signal)
    const connects = await acceptsConnections(url.hostname, portOf(url), silentProbeMs)
    const { outcome } = await readiness(world, target, longSilenceMs)
    over.abort()
    inARow = connects && outcome === 'timeout' && (await echoes) ? inARow + 1 : 0
    return inARow >= 2
  }
  const seen = await pollUntil(silentTwice, { timeoutMs: silenceWatchedMs, signal })
  return seen ? `connections are accepted, nothing answered twice for ${longSilenceMs} ms` : undefined
}

/** Whether our echo server was always quick until then. */
async function echoesUntil({ deployment, signal }: ScenarioWorld, over: AbortSignal): Promise<boolean> {
  let quick = true
  while (!over.aborted && !signal.aborted) {
    const fromMs = performance.now()
    const { outcome } = await probe(deployment.echo, { timeoutMs: longSilenceMs, signal })
    quick &&= outcome === 'answered' && performance.now() - fromMs <= echoMsMax
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return quick
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
  // A service that we cannot see may just be slow: there, what says nothing is no sign of a drain.
  const mustSay = world.deployment.controls.processState === undefined
  await pollUntil(
    async () => {
      const answer = await readiness(world, target)
      if (mustSay && answer.outcome !== 'answered' && answer.outcome !== 'refused') return false
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
