import type { ScenarioContext } from '../../core/scenario.js'
import type { Operation } from '../../core/service-descriptor.js'

/** Captured in answers of the reads below. */
export interface SeenValue {
  readonly value?: unknown
  /** What stands where an answer says that it may be old. */
  readonly stale?: unknown
}

/** The values that one key has, one after the other. */
export const valueBefore = (key: string): string => `${key}-before`
export const valueAfter = (key: string): string => `${key}-after`

/**
 * A declared read that tells what it saw, whatever it is: the value is kept, and no value is expected. Undefined when the
 * declaration does not say where the value stands.
 */
export function tellingRead(context: ScenarioContext, read: Operation | undefined): Operation | undefined {
  const pointer = Object.entries(read?.expect.json ?? {}).find(([, expected]) => expected === '{value}')?.[0]
  if (read === undefined || pointer === undefined) return undefined
  const marker = context.service.database?.staleMarker
  const capture = { ...read.capture, value: { pointer }, ...(marker === undefined ? {} : { stale: marker }) }
  return { ...read, name: `${read.name} as it is`, expect: { status: read.expect.status, json: {} }, capture }
}

/** The declared write under a name of its own, so that these keys are not taken for ones with the usual value. */
export const overwrite = (write: Operation): Operation => ({ ...write, name: `${write.name} again` })
