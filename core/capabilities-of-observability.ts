import type { Capability } from './requirement.js'
import type { ServiceDescriptor } from './service-descriptor.js'

type Declared = (service: ServiceDescriptor) => boolean

/** What the section `observability` declares. */
export const observabilityCapabilities: readonly (readonly [Capability, Declared])[] = [
  ['observability.metrics', ({ observability }) => observability?.metrics !== undefined],
  ['traffic.error', ({ observability }) => observability?.errors !== undefined],
  ['observability.logs', ({ observability }) => observability?.logs !== undefined],
  ['observability.logLevel', ({ observability }) => observability?.logs?.levels !== undefined],
  ['observability.exceptions', ({ observability }) => observability?.exceptions !== undefined],
  ['fault.crash', ({ observability }) => observability?.exceptions?.crash !== undefined],
  ['observability.audit', ({ observability }) => observability?.audit !== undefined],
]
