import type { Capability } from './requirement.js'
import type { ServiceDescriptor } from './service-descriptor.js'

type Declared = (service: ServiceDescriptor) => boolean

/** What the sections `queue`, `schedule`, `docs.times`, `data.files` and `lifecycle.startDrained` declare. */
export const workCapabilities: readonly (readonly [Capability, Declared])[] = [
  ['queue.jobs', ({ queue }) => queue !== undefined],
  ['schedule.effects', ({ schedule }) => schedule !== undefined],
  ['docs.runbook', ({ docs }) => docs?.runbook !== undefined],
  ['docs.times', ({ docs }) => docs?.times !== undefined],
  ['data.files', ({ data }) => data?.files !== undefined],
  ['lifecycle.start-drained', ({ lifecycle }) => lifecycle.startDrained !== undefined],
]
