import type { RebootOptions } from '../../core/driver.js'

/** One order in which everything comes up after a power loss. What is not delayed starts at boot. */
export interface StartOrder {
  readonly name: string // 'components-last'
  readonly delayed: NonNullable<RebootOptions['delayed']>
}

export interface World {
  readonly instances: readonly string[]
  /** In declared order, which is taken for the order that people would start them in. Hard ones: it cannot serve without them. */
  readonly hard: readonly string[]
  readonly soft: readonly string[]
  random(): number
}

/**
 * The orders to try, the hardest first: everything the service needs comes after it, one hard component after the other last. Then the order people
 * would choose, then random ones, in which the replicas come one by one too.
 */
export function startOrders({ instances, hard, soft, random }: World, options: { readonly count: number; readonly gapMs: number }): StartOrder[] {
  const oneByOne = (steps: readonly (readonly string[])[]): StartOrder['delayed'] =>
    steps.flatMap((targets, step) => (step === 0 ? [] : targets.map((target) => ({ target, byMs: step * options.gapMs }))))
  const gentle = soft.length === 0 ? [] : [soft]
  const fixed: StartOrder[] = [
    { name: 'components-last', delayed: oneByOne([instances, ...gentle, ...[...hard].reverse().map((name) => [name])]) },
    { name: 'components-first', delayed: oneByOne([...hard.map((name) => [name]), ...gentle, instances]) },
  ]
  return Array.from({ length: options.count }, (_, index) => fixed[index] ?? { name: 'random', delayed: oneByOne(shuffled([...instances, ...hard, ...soft], random).map((one) => [one])) })
}

function shuffled(items: readonly string[], random: () => number): string[] {
  const left = [...items]
  const taken: string[] = []
  while (left.length > 0) taken.push(...left.splice(Math.floor(random() * left.length), 1))
  return taken
}

/** The label of a power loss; direct requests after it belong to the load `after-<label>`. */
export const powerLossLabel = (number: number, order: StartOrder): string => `power-loss-${number}-${order.name}`
