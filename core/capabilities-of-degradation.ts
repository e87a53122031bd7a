import { componentsAddressedBy, isAttached } from './component-addresses.js'
import type { Capability } from './requirement.js'
import type { ServiceDescriptor } from './service-descriptor.js'

type Declared = (service: ServiceDescriptor) => boolean

/** What the sections `degradation` and `overload` declare. */
export const degradationCapabilities: readonly (readonly [Capability, Declared])[] = [
  ['dependencies.soft', ({ degradation }) => Object.keys(degradation?.dependents ?? {}).length > 0],
  ['dependencies.hard', ({ target }) => target.components.some((one) => one.hard && (isAttached(target) || componentsAddressedBy(target.replicas).includes(one.name)))],
  ['traffic.core', ({ degradation }) => (degradation?.core.length ?? 0) > 0],
  ['traffic.dependent', ({ degradation }) => Object.values(degradation?.dependents ?? {}).flat().length > 0],
  ['traffic.independent', ({ degradation }) => (degradation?.independent.length ?? 0) > 0],
  // One part at least that may be away, or nothing could be partial.
  ['traffic.composite', ({ degradation }) => degradation?.composite?.parts.some((part) => part.component !== undefined) === true],
  ['degraded.marker', ({ degradation }) => marked(Object.values(degradation?.dependents ?? {}).flat())],
  ['traffic.heavy', ({ overload }) => overload !== undefined],
  ['load.rated', ({ overload }) => overload?.ratedPerSecond !== undefined],
  ['degraded.mode', ({ overload }) => overload?.reducedMode !== undefined],
]

const marked = (operations: readonly { readonly expect: { readonly degraded?: unknown } }[]): boolean =>
  operations.length > 0 && operations.every((one) => one.expect.degraded !== undefined)
