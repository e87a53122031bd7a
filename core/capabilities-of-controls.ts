import type { Capability } from './requirement.js'
import type { ServiceDescriptor } from './service-descriptor.js'

type Declared = (service: ServiceDescriptor) => boolean

/** What the sections `access`, `limits` and `import` declare. */
export const controlCapabilities: readonly (readonly [Capability, Declared])[] = [
  ['acl.identities', ({ access }) => access !== undefined],
  ['limits.rate', ({ limits }) => limits?.rate !== undefined],
  ['limits.neighbour', ({ limits }) => limits?.rate?.neighbour !== undefined],
  ['import.run', ({ import: one }) => one !== undefined],
  ['import.rules', ({ import: one }) => one?.rules !== undefined],
  ['import.changeLimit', ({ import: one }) => one?.changeShareMax !== undefined && one.runPermitted !== undefined],
  ['import.malformed', ({ import: one }) => one?.malformed !== undefined && one.feed.malformedLine !== undefined],
]
