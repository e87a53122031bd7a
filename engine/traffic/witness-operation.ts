import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import type { CompiledOperation } from './expectation.js'
import type { Operations } from './operations.js'

/** How a request is kept executing: its answer streams, it takes long, or the client holds its body open. */
export type WitnessMeans = 'stream' | 'slow' | 'hold'
export interface WitnessOperation {
  readonly means: WitnessMeans
  readonly operation: CompiledOperation
}

const witnessDurationMs = 2_000

/** Operations that can be caught in flight, in the order given; of each kind those with an effect that can be counted first. */
function candidates(service: ServiceDescriptor, operations: Operations, order: readonly WitnessMeans[]): readonly WitnessOperation[] {
  const all = Object.values(service.traffic).sort((a, b) => Number(b.effect !== undefined) - Number(a.effect !== undefined))
  const of: Readonly<Record<WitnessMeans, typeof all>> = {
    stream: all.filter(({ streams }) => streams),
    slow: all.filter(({ streams, holdsBody, minDurationMs }) => !streams && !holdsBody && minDurationMs !== undefined),
    hold: all.filter(({ holdsBody }) => holdsBody),
  }
  return order.flatMap((means) => of[means].map((operation) => ({ means, operation: operations.compiled(operation) })))
}

/** What witnesses are made of: the strongest proof first. Undefined when no operation can be caught in flight. */
export function witnessOperation(service: ServiceDescriptor, operations: Operations): WitnessOperation | undefined {
  return candidates(service, operations, ['stream', 'slow', 'hold'])[0]
}

/** What cannot finish by itself before `forMs`. */
export function stuckOperation(service: ServiceDescriptor, operations: Operations, forMs: number): WitnessOperation | undefined {
  return candidates(service, operations, ['hold', 'stream', 'slow']).find(
    ({ means, operation }) => means === 'hold' || operation.placeholders.has('durationMs') || (operation.operation.minDurationMs ?? 0) > forMs,
  )
}

/**
 * How long the n-th of `count` witnesses should take: long enough to span the beginning of a drain, well within
 * what the service declares a drain may take, and not all ending at one instant.
 */
export function witnessDuration(service: ServiceDescriptor, { operation }: WitnessOperation, at: { readonly index: number; readonly count: number }): number {
  const declared = operation.operation.minDurationMs ?? 0
  const drainMs = service.lifecycle.drain?.deadlineMs ?? service.lifecycle.stop.graceMs
  const base = Math.max(declared, Math.min(witnessDurationMs, operation.operation.timeoutMs / 3, drainMs / 3))
  return Math.round(base * (1 + (0.5 * at.index) / Math.max(1, at.count)))
}
