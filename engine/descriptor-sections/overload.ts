import { z } from 'zod'
import type { Overload } from '../../core/declarations/overload.js'
import type { Operation } from '../../core/service-descriptor.js'
import { DescriptorContradiction } from '../descriptor-contradiction.js'
import { procedureOf } from '../descriptor-from-parts.js'
import { procedure } from '../descriptor-parts.js'

const perSecond = z.number().positive().max(2_000)

export const overloadSection = z
  .strictObject({
    operation: z.string().min(1).describe('name of an operation of traffic that costs the service much and a client little; its timeout is the deadline of clients'),
    capacity: perSecond.optional().describe('requests per second the service can do of it, if known'),
    rated: perSecond.optional().describe('requests per second of it that are promised also with one replica missing'),
    reducedMode: z
      .strictObject({ enter: z.strictObject(procedure), leave: z.strictObject(procedure) })
      .optional()
      .describe('how each replica is told to serve in a cheaper way, and to serve in full again'),
  })
  .describe('what the service does when more is asked of it than it can do')

export type OverloadDocument = z.infer<typeof overloadSection>

/** Throws DescriptorContradiction. */
export function overloadOf(document: OverloadDocument, traffic: Readonly<Record<string, Operation>>): Overload {
  const operation = Object.hasOwn(traffic, document.operation) ? traffic[document.operation] : undefined
  if (operation === undefined) {
    throw new DescriptorContradiction(['overload', 'operation'], `names the operation "${document.operation}", expected one of traffic: ${Object.keys(traffic).join(', ')}`)
  }
  const { capacity, rated, reducedMode } = document
  if (capacity !== undefined && rated !== undefined && rated > capacity) {
    throw new DescriptorContradiction(['overload', 'rated'], `found ${rated} requests per second, more than the capacity of ${capacity}`)
  }
  if (reducedMode !== undefined && operation.expect.degraded === undefined) {
    throw new DescriptorContradiction(['overload', 'reducedMode'], `the operation "${operation.name}" declares no expect.degraded, so that nobody could tell the reduced mode`)
  }
  return {
    operation,
    ...(capacity === undefined ? {} : { capacityPerSecond: capacity }),
    ...(rated === undefined ? {} : { ratedPerSecond: rated }),
    ...(reducedMode === undefined
      ? {}
      : {
          reducedMode: {
            enter: procedureOf(reducedMode.enter, ['overload', 'reducedMode', 'enter']),
            leave: procedureOf(reducedMode.leave, ['overload', 'reducedMode', 'leave']),
          },
        }),
  }
}
