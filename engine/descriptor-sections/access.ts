import { z } from 'zod'
import { accessKinds, declaredCallers, type AccessControl, type Caller, type RateLimit } from '../../core/declarations/access.js'
import type { Operation } from '../../core/service-descriptor.js'
import { DescriptorContradiction } from '../descriptor-contradiction.js'
import { durationMs, operationOf, procedureOf } from '../descriptor-from-parts.js'
import { duration, headers, operationOrName, procedure, type OperationDocument } from '../descriptor-parts.js'

const caller = z.strictObject({ headers: headers.default({}) }).describe('headers that its requests carry')
const refusalStatusDefault = [401, 403]

export const accessSection = z
  .strictObject({
    callers: z
      .strictObject({
        permitted: caller.describe('may read and write, and nothing of what operators do'),
        denied: caller.describe('is on the list and may do nothing'),
        unknown: caller.describe('is not on the list'),
        operator: caller.describe('may do everything'),
      })
      .describe('a caller without any headers is tried as well, and treated as unknown'),
    unlisted: z.enum(['closed', 'open']).default('closed').describe('how callers that are not on the list are treated; open lets them read and write, never operate'),
    operations: z.strictObject({ read: operationOrName, write: operationOrName, operate: operationOrName }).describe('one of each kind; `operate` is a function of operators that may be repeated without harm'),
    enable: z.strictObject(procedure).optional().describe('puts the list of these callers in force, where it is not always; callers that an empty database lacks have to come with it'),
    deny: z.strictObject(procedure).describe('takes the permissions of the caller `permitted` away'),
    permit: z.strictObject(procedure).describe('gives them back'),
    effectiveWithin: duration.optional().describe('longest time that a change may take to be in force everywhere'),
    refusal: z.array(z.number().int().min(400).max(499)).min(1).default(refusalStatusDefault).describe('statuses that say: you may not'),
  })
  .describe('the access list of the API')
export type AccessDocument = z.infer<typeof accessSection>

export const limitsSection = z
  .strictObject({
    rate: z
      .strictObject({
        operation: operationOrName.describe('an operation that counts against the limit'),
        quota: z.number().int().min(1).max(10_000).describe('requests of one caller that are accepted in any window, across all replicas'),
        window: duration,
        burst: z.number().int().min(0).default(0).describe('requests that may be accepted beyond the quota after a pause; the quota once more for fixed windows'),
        caller,
        neighbour: caller.optional().describe('another caller with a quota of the same size'),
      })
      .optional(),
  })
  .describe('limits for each caller')
export type LimitsDocument = z.infer<typeof limitsSection>

type Traffic = Readonly<Record<string, Operation>>

/** Throws DescriptorContradiction. */
export function accessOf(document: AccessDocument, traffic: Traffic): AccessControl {
  const { callers, operations, enable, deny, permit, effectiveWithin, unlisted, refusal } = document
  const [read, write, operate] = accessKinds.map((kind) => operationAt(operations[kind], traffic, ['access', 'operations', kind])) as [Operation, Operation, Operation]
  if (read.mutates) throw new DescriptorContradiction(['access', 'operations', 'read'], 'changes something, expected an operation that reads')
  if (!write.mutates) throw new DescriptorContradiction(['access', 'operations', 'write'], 'changes nothing, expected an operation that writes')
  requireDifferentCallers(callers)
  return {
    callers,
    unlisted,
    operations: { read, write, operate },
    ...(enable === undefined ? {} : { enable: procedureOf(enable, ['access', 'enable']) }),
    deny: procedureOf(deny, ['access', 'deny']),
    permit: procedureOf(permit, ['access', 'permit']),
    ...(effectiveWithin === undefined ? {} : { effectiveWithinMs: durationMs(effectiveWithin) }),
    refusalStatus: refusal,
  }
}

/** Callers with the same headers are one caller to the service, and could not be treated differently. */
function requireDifferentCallers(callers: AccessDocument['callers']): void {
  const seen = new Map<string, string>([[identityOf({ headers: {} }), 'a caller without headers']])
  for (const name of declaredCallers) {
    const identity = identityOf(callers[name])
    const same = seen.get(identity)
    if (same !== undefined) throw new DescriptorContradiction(['access', 'callers', name], `has the same headers as ${same}: nobody could tell them apart`)
    seen.set(identity, `the caller ${name}`)
  }
}
const identityOf = (one: Caller): string => JSON.stringify(Object.entries(one.headers).map(([name, value]) => [name.toLowerCase(), value]).sort())

/** Throws DescriptorContradiction. */
export function limitsOf({ rate }: LimitsDocument, traffic: Traffic): { readonly rate?: RateLimit } {
  if (rate === undefined) return {}
  const { operation, quota, window, burst, caller: own, neighbour } = rate
  if (durationMs(window) <= 0) throw new DescriptorContradiction(['limits', 'rate', 'window'], 'expected a window that is longer than nothing')
  if (neighbour !== undefined && identityOf(neighbour) === identityOf(own)) throw new DescriptorContradiction(['limits', 'rate', 'neighbour'], 'has the same headers as the caller: nobody could tell them apart')
  return {
    rate: { operation: operationAt(operation, traffic, ['limits', 'rate', 'operation']), quota, windowMs: durationMs(window), burst, caller: own, ...(neighbour === undefined ? {} : { neighbour }) },
  }
}

/** An operation of the section's own, or one of traffic by its name. */
function operationAt(operation: string | OperationDocument, traffic: Traffic, path: readonly string[]): Operation {
  if (typeof operation !== 'string') return operationOf(path.join('.'), operation, 0)
  const named = Object.hasOwn(traffic, operation) ? traffic[operation] : undefined
  if (named === undefined) throw new DescriptorContradiction(path, `names the operation "${operation}", expected one of traffic: ${Object.keys(traffic).join(', ')}`)
  return named
}
