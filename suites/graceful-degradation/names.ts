import type { Degradation } from '../../core/declarations/degradation.js'
import type { EdgeFault } from '../../core/driver.js'

/** Names that scenarios write into a history and checks look for. */
export const degradationLoad = 'degradation'
export const recoveryLoad = 'recovery'
export const degradationFact = 'degradation'
export const hardOutage = 'a shared dependency is away'
export const release = 'release'

export type FaultKind = Extract<EdgeFault['kind'], 'refuse' | 'silence' | 'delay'>

/** What is declared of degradation, by names: recorded as a fact, so that a check needs no descriptor. */
export interface DeclaredDegradation {
  readonly core: readonly string[]
  readonly independent: readonly string[]
  readonly dependents: Readonly<Record<string, readonly string[]>>
  readonly composite?: { readonly operation: string; readonly parts: readonly { readonly name: string; readonly component?: string }[] }
  /** Operations that declare how their degraded answers are told. */
  readonly marked: readonly string[]
  readonly cachedForMs: number
}

export function declaredDegradation({ core, independent, dependents, composite, cachedForMs }: Degradation): DeclaredDegradation {
  const named = (operations: readonly { readonly name: string }[]): string[] => operations.map((one) => one.name)
  const all = [...core, ...Object.values(dependents).flat(), ...(composite === undefined ? [] : [composite.operation])]
  return {
    core: named(core),
    independent: named(independent),
    dependents: Object.fromEntries(Object.entries(dependents).map(([component, operations]) => [component, named(operations)])),
    ...(composite === undefined
      ? {}
      : { composite: { operation: composite.operation.name, parts: composite.parts.map(({ name, component }) => ({ name, ...(component === undefined ? {} : { component }) })) } }),
    marked: [...new Set(named(all.filter((one) => one.expect.degraded !== undefined)))],
    cachedForMs,
  }
}

/** Under these names parts of a composite answer, and the names of its missing parts, are kept in request events. */
export const capturedPart = (name: string): string => `part:${name}`
export const capturedMissing = 'missing'
