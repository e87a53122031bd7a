import type { ExceptionCollection } from '../../core/declarations/observability.js'

/** Names that the scenario writes into the history and the checks read from it. */

/** Fact `exceptions`: what is declared, and which instances there are. */
export const exceptionsFact = 'exceptions'
export interface ExceptionsFact {
  readonly instances: readonly string[]
  readonly types: readonly string[]
  readonly fields: ExceptionCollection['fields']
}

/** What the collector lists, target 'collector': before and after exceptions of requests, and before and after crashes. */
export const collectorReadings = { before: 'collected-before', after: 'collected-after', beforeCrashes: 'collected-before-crashes', afterCrashes: 'collected-after-crashes' } as const
export const collectorAddress = 'collector'

/** Load of the requests that provoke exceptions of a type. */
export const provokedLoad = (type: string): string => `provoked-${type}`

/** The intervention that makes a process end by an exception. */
export const crashIntervention = 'crash'
