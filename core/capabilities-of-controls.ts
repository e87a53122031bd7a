import type { Capability } from './requirement.js'
import type { ServiceDescriptor } from './service-descriptor.js'

type Declared = (service: ServiceDescriptor) => boolean

/** What the sections `access`, `limits` and `import` declare. */
export const controlCapabilities: readonly (readonly [Capability, Declared])[] = [
  ['acl.identities', ({ access }) => access !== undefined],
  ['limits.rate', ({ limits }) => limits?.rate !== undefined],
  ['limits.neighbour', ({ limits }) => limits?.rate?.neighbour !== undefined],
]
