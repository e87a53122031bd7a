import type { SwappableComponent } from '../../core/declarations/swap.js'
import type { ProfileName, RequirementId } from '../../core/requirement.js'
import type { Load, Scenario, ScenarioContext } from '../../core/scenario.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { componentsAreSwappable } from './components-are-swappable.check.js'
import { componentsFact, swapLoad, type ComponentFact } from './names.js'
import { newAddressesAreFound } from './new-addresses-are-found.check.js'
import { newcomersAreUsed } from './newcomers-are-used.check.js'
import { leaveAlone } from './role-steps.js'
import { moveComponent, swapComponent, swapReplica } from './swap-steps.js'

export const scenario: Scenario = {
  id: 'hot-swaps/components-are-swapped',
  title: 'Each component is taken out of its role and replaced while the service runs',
  needs: ['swap.components', 'topology.swap', 'data.write'],
  instanceCountMin: 1,
  expectedMs,
  exercise,
  checks: [componentsAreSwappable, newAddressesAreFound, newcomersAreUsed],
}

const ratePerSecond: Readonly<Record<ProfileName, number>> = { quick: 50, standard: 100, thorough: 100 }
const swapMs = 1_700
const roleMs = 12_000

function expectedMs({ swap, lifecycle }: ServiceDescriptor): number {
  const moves = swap?.components.filter((one) => one.moves).length ?? 0
  return ((swap?.components.length ?? 0) + moves) * swapMs + swapMs + lifecycle.stop.graceMs / 2 + (swap?.roles.length ?? 0) * roleMs
}

async function exercise(context: ScenarioContext): Promise<void> {
  const { swap, target } = context.service
  const needs = (id: RequirementId): boolean => context.selected.has(id)
  const isHard = (name: string): boolean => target.components.find((one) => one.name === name)?.hard ?? true
  const components: ComponentFact[] = swap!.components.map(({ name }) => ({ name, hard: isHard(name) }))
  context.fact(componentsFact, components)
  const newcomers = new Set(needs('SWAP-01') || needs('SWAP-04') ? swap!.roles.map(({ members }) => members[0]) : [])
  context.step('waiting for every component')
  if (!(await allUp(context, components))) return
  const load = context.traffic.start({ name: swapLoad, ratePerSecond: ratePerSecond[context.profile], operations: 'mixed', via: 'balancer', connections: 'keep-alive', durationMaxMs: 900_000 })
  await context.pause(1_000)
  // Moves come before the soft components are replaced: what an exchange at the same address leaves behind must not hide them.
  const steps = [
    ...(needs('SWAP-01') ? swap!.components.filter(({ name }) => isHard(name) && !newcomers.has(name)).map(step(swapComponent)) : []),
    ...(needs('SWAP-02') ? swap!.components.filter(({ moves }) => moves).map(step(moveComponent)) : []),
    ...(needs('SWAP-01') ? swap!.components.filter(({ name }) => !isHard(name) && !newcomers.has(name)).map(step(swapComponent)) : []),
    ...(needs('SWAP-01') ? [(of: ScenarioContext, on: Load) => swapReplica(of, on, of.instances.at(-1)!.id)] : []),
    // Last, right before they must fill their roles: a replica that starts after them knows them anyway.
    ...swap!.components.filter(({ name }) => newcomers.has(name)).map(step(swapComponent)),
  ]
  let settled = true
  // What did not settle would be charged to the next swap.
  for (const one of steps) if (settled) settled = await one(context, load)
  await load.stop()
  if (needs('SWAP-04') && settled) for (const role of swap!.roles) await leaveAlone(context, role)
}

type Step = (context: ScenarioContext, load: Load) => Promise<boolean>
const step = (swapOne: (context: ScenarioContext, load: Load, component: SwappableComponent) => Promise<boolean>) => (component: SwappableComponent): Step => (context, load) => swapOne(context, load, component)

/** A component that is still starting would make the exchange of another one look like the loss of both. */
async function allUp(context: ScenarioContext, components: readonly ComponentFact[]): Promise<boolean> {
  const up = await Promise.all(components.map(({ name }) => context.untilComponentReady(name, context.service.lifecycle.startTimeoutMs)))
  return up.every(Boolean)
}
