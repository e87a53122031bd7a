import type { SwappableComponent } from '../../core/declarations/swap.js'
import type { Load, ScenarioContext } from '../../core/scenario.js'
import { swapObservation, usageWithinMs, type SwapEdge, type SwapKind } from './names.js'
import { untilClean } from './settling.js'

/** A failing service is not watched longer than the longest interruption that would be allowed, and a bit. */
const extraMs = 5_000

function settleMs(context: ScenarioContext): number {
  return Math.min(context.threshold('SWAP-01', 'settle_within_s'), context.threshold('SWAP-01', 'hard_component_interruption_s')) * 1_000 + extraMs
}

interface Swapping {
  readonly name: string
  readonly kind: SwapKind
  readonly timeoutMs: number
  exchange(): Promise<void>
}

/** Between two observations: the exchange, and the wait until the fresh one is up and traffic is clean. False: it did not settle. */
async function surrounded(context: ScenarioContext, load: Load, { name, kind, timeoutMs, exchange }: Swapping): Promise<boolean> {
  const edge = (value: SwapEdge): void => context.observe(swapObservation, name, value)
  edge({ kind, edge: 'begin' })
  await exchange()
  const isUp = kind === 'replica' || (await context.untilComponentReady(name, context.service.lifecycle.startTimeoutMs))
  const settled = (await untilClean(context, load, timeoutMs)) && isUp
  edge({ kind, edge: 'end', settled })
  return settled
}

/** A fresh process at the same address. */
export function swapComponent(context: ScenarioContext, load: Load, { name, data }: SwappableComponent): Promise<boolean> {
  context.step(`${name} is replaced`)
  return surrounded(context, load, {
    name,
    kind: 'component',
    timeoutMs: settleMs(context),
    exchange: async () => void (await context.control.replaceComponent(name, { address: 'same', data, label: `swap of ${name}` })),
  })
}

/** Stopped as the platform does it, and a new process in its place. */
export function swapReplica(context: ScenarioContext, load: Load, instance: string): Promise<boolean> {
  context.step(`${instance} is replaced`)
  return surrounded(context, load, {
    name: instance,
    kind: 'replica',
    timeoutMs: settleMs(context),
    exchange: async () => {
      await context.control.stop(instance, `swap of ${instance}`)
      await context.control.start(instance, `swap of ${instance}`)
      await context.untilInRotation(instance, true, context.service.lifecycle.startTimeoutMs)
    },
  })
}

/** The same component at another address, under its name. */
export function moveComponent(context: ScenarioContext, load: Load, { name }: SwappableComponent): Promise<boolean> {
  const followMs = context.threshold('SWAP-02', 'follow_within_s') * 1_000
  context.step(`${name} moves to another address`)
  return surrounded(context, load, {
    name,
    kind: 'move',
    timeoutMs: followMs,
    exchange: async () => {
      const first = await context.control.readEdges(name)
      await context.until(`${name} is in use`, async () => (await context.control.readEdges(name)).bytes > first.bytes, usageWithinMs)
      const before = await context.control.readEdges(name)
      await context.control.replaceComponent(name, { address: 'new', data: 'kept', label: `move of ${name}` })
      const moved = await context.control.readEdges(name)
      await context.until(
        `${name} is used at its new address`,
        async () => {
          const now = await context.control.readEdges(name)
          return now.bytes > moved.bytes && now.connections > before.connections
        },
        followMs,
      )
    },
  })
}
