import type { ComponentClone } from '../../core/declarations/upgrade.js'
import type { DeployedComponent } from '../../core/driver.js'
import type { Procedure } from '../../core/procedure.js'
import type { Scenario, ScenarioContext } from '../../core/scenario.js'
import { aCloneReplacesItsOriginal } from './a-clone-replaces-its-original.check.js'
import { cloneLoads, clonePoint, type ClonePoint } from './clone-points.js'
import { startPaced, type Paced } from './paced.js'

const id = 'UPGR-07'
const writesPerSecond = 50
/** Writes that may have been planned before the swap and acknowledged after it. */
const underWay = 20
const leadMs = { quick: 500, standard: 5_000, thorough: 5_000 } as const
const tailMs = { quick: 2_000, standard: 10_000, thorough: 10_000 } as const
const usualSwapMs = 4_000
const name = (component: string): string => `${component}-clone`

/** A component of which there is one is cloned, upgraded and swapped while it is written to. */
export const scenario: Scenario = {
  id: 'software-upgrades/a-clone-replaces-its-original',
  title: 'A component that is not replicated is upgraded by a clone that has every acknowledged write',
  needs: ['lifecycle.clone', 'topology.swap', 'topology.balancer', 'lifecycle.stop'],
  instanceCountMin: 1,
  expectedMs: (_service, profile) => leadMs[profile] + tailMs[profile] + usualSwapMs,
  checks: [aCloneReplacesItsOriginal],
  exercise,
}

async function exercise(context: ScenarioContext): Promise<void> {
  const { clone } = context.service.lifecycle
  const original = context.components.find((one) => one.name === clone?.component)
  if (clone === undefined || original === undefined) return
  context.fact('clone', { component: clone.component, interruptionMs: clone.interruptionMs, version: clone.version !== undefined })
  const writing = startWriting(context, clone)
  context.step(`writing to ${clone.component}`)
  await context.pause(leadMs[context.profile])
  const swapped = await cloneAndSwap(context, { clone, original, acknowledged: writing.acknowledged })
  if (swapped) await writeOn(context, writing)
  await writing.stop()
  await readBack(context, clone, writing)
}

/** The tail, and until enough writes were acknowledged by the clone alone. */
async function writeOn(context: ScenarioContext, writing: Writing): Promise<void> {
  const before = writing.acknowledged()
  const needed = context.threshold(id, 'acked_after_swap_min') + underWay
  await context.pause(tailMs[context.profile])
  await context.until('enough writes were acknowledged after the swap', () => writing.acknowledged() - before >= needed, 15_000)
}

interface Writing extends Paced {
  readonly keys: readonly string[]
  acknowledged(): number
  /** Whether the write of a key was acknowledged. */
  isAcknowledged(key: string): boolean
}
function startWriting(context: ScenarioContext, clone: ComponentClone): Writing {
  const keys: string[] = []
  const acknowledged = new Set<string>()
  const paced = startPaced(context, writesPerSecond, async () => {
    const key = context.traffic.newKey()
    keys.push(key)
    const { outcome } = await context.traffic.send({ load: cloneLoads.writes, operation: clone.write, via: 'balancer', key })
    if (outcome === 'ok' || outcome === 'degraded') acknowledged.add(key)
  })
  return { keys, acknowledged: () => acknowledged.size, isAcknowledged: (key) => acknowledged.has(key), stop: () => paced.stop() }
}

interface Swap {
  readonly clone: ComponentClone
  readonly original: DeployedComponent
  acknowledged(): number
}

/** Returns whether the name of the component leads to the clone. The original is stopped then, so that nothing can go on using it. */
async function cloneAndSwap(context: ScenarioContext, { clone, original, acknowledged }: Swap): Promise<boolean> {
  const at = (point: ClonePoint, value: unknown = true): void => context.observe(clonePoint, point, value)
  const { control } = context
  context.step(`cloning ${original.name}`)
  at('clone-begun')
  const before = acknowledged()
  const copy = await control.cloneComponent(original.name, { as: name(original.name), changes: clone.changes })
  const values = { fromHost: original.host, fromPort: String(original.port), toHost: copy.host, toPort: String(copy.port) }
  const carryOut = async (procedure: Procedure | undefined, step: string): Promise<boolean> => {
    if (procedure === undefined) return true
    const { ok, error } = await control.perform(procedure, { name: `clone.${step}`, target: 'operator', values })
    at(`${step}-ended`, { ok, ...(error === undefined ? {} : { error }) })
    return ok
  }
  if (!(await carryOut(clone.copy, 'copy'))) return false
  await context.until('enough writes were acknowledged since the clone was begun', () => acknowledged() - before >= context.threshold(id, 'acked_between_clone_and_swap_min'), 30_000)
  at('freeze-begun')
  if (!(await carryOut(clone.freeze, 'freeze')) || !(await carryOut(clone.catchUp, 'catchUp'))) return false
  await readVersions(context, clone, { original, copy })
  context.step(`${original.name} leads to the clone`)
  at('swap-begun')
  await control.redirectDependency(original.name, copy)
  await control.stop(original.name, 'original')
  at('swapped')
  return true
}

async function readVersions(context: ScenarioContext, clone: ComponentClone, { original, copy }: { readonly original: DeployedComponent; readonly copy: DeployedComponent }): Promise<void> {
  if (clone.version === undefined) return
  for (const { host, port, role } of [{ ...original, role: 'original' }, { ...copy, role: 'clone' }]) {
    context.traffic.address(role, new URL(`http://${host}:${port}`))
    await context.traffic.readValue({ name: 'clone-version', probe: clone.version, via: role })
  }
}

/** Every key until it is there, where its write was acknowledged, or the time for convergence is over: the last reading holds. Then the negative control. */
async function readBack(context: ScenarioContext, { read }: ComponentClone, { keys, isAcknowledged }: Writing): Promise<void> {
  context.step('reading every written key back')
  const open = [...keys]
  const deadlineMs = context.now() + context.threshold(id, 'convergence_s') * 1_000
  const reader = async (): Promise<void> => {
    for (let key = open.pop(); key !== undefined; key = open.pop()) {
      const { outcome, status } = await context.traffic.send({ load: cloneLoads.reads, operation: read, via: 'balancer', key })
      const isThere = outcome === 'ok'
      const isAnswered = isThere || outcome === 'wrong-content' || status === 404 || status === 410
      if (!(isAcknowledged(key) ? isThere : isAnswered) && context.now() < deadlineMs) {
        open.unshift(key)
        await context.pause(50)
      }
    }
  }
  await Promise.all(Array.from({ length: 8 }, reader))
  await context.traffic.readNeverWritten([read])
}
