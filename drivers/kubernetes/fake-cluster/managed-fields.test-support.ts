import { isDeepStrictEqual } from 'node:util'
import type { ClusterObject, ObjectMeta } from '../objects.js'

type WithSpec = ClusterObject & { readonly spec?: object }
const fieldsOf = ({ spec = {} }: WithSpec): Readonly<Record<string, unknown>> => Object.fromEntries(Object.entries(spec).map(([name, value]) => [`f:${name}`, value]))

/** Who manages which fields of the spec after a change: whoever gave a field what it has last. What stays the same, and what is there no more, changes hands with nobody. */
export function managedAfter(before: WithSpec, after: WithSpec, manager: string): NonNullable<ObjectMeta['managedFields']> {
  const [had, has] = [fieldsOf(before), fieldsOf(after)]
  const isChanged = (name: string): boolean => !isDeepStrictEqual(had[name], has[name])
  const kept = (before.metadata.managedFields ?? []).map((one) => ({ ...one, fieldsV1: { 'f:spec': Object.fromEntries(Object.keys(one.fieldsV1?.['f:spec'] ?? {}).filter((name) => !isChanged(name)).map((name) => [name, {}])) } }))
  const given = Object.keys(has).filter(isChanged)
  return [...kept, ...(given.length === 0 ? [] : [{ manager, fieldsV1: { 'f:spec': Object.fromEntries(given.map((name) => [name, {}])) } }])]
}
