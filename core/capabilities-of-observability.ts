import type { Capability } from './requirement.js'
import type { ServiceDescriptor } from './service-descriptor.js'

type Declared = (service: ServiceDescriptor) => boolean

/** What the section `observability` declares. */
export const observabilityCapabilities: readonly (readonly [Capability, Declared])[] = [
  ['observability.metrics', ({ observability }) => observability?.metrics !== undefined],
  ['traffic.error', ({ observability }) => observability?.errors !== undefined],
]
