import type { ServiceSpec } from './stack-services.js'

/** Labels on the service of the replicas while a run has the stack. Labels of a service replace none of its tasks. */
export const runLabel = 'seaworthy.run'
export const ownerLabel = 'seaworthy.owner'
/** Of everything in a second stack: the name of the one that it was made after. */
export const copyOfLabel = 'seaworthy.copy-of'
export const foundLabel = 'seaworthy.found'

/** Undefined takes a label off. */
export function withLabels(spec: ServiceSpec, labels: Readonly<Record<string, string | undefined>>): ServiceSpec {
  const all = Object.entries({ ...spec.Labels, ...labels }).filter((one): one is [string, string] => one[1] !== undefined)
  return { ...spec, Labels: Object.fromEntries(all) }
}
