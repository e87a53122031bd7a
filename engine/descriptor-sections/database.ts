import { z } from 'zod'
import type { ReplicatedDatabase } from '../../core/declarations/database.js'
import type { Procedure } from '../../core/procedure.js'
import type { Operation } from '../../core/service-descriptor.js'
import { DescriptorContradiction } from '../descriptor-contradiction.js'
import { operationOf, placeOf, procedureOf } from '../descriptor-from-parts.js'
import { operationOrName, place, procedure } from '../descriptor-parts.js'
import { mentions } from '../descriptor-placeholders.js'

export const database = z.strictObject({
  counters: z.strictObject(procedure).optional().describe('prints { "reads", "writes", "refused" } of the server at {databaseHost}:{databasePort} (component {database})'),
  lookUp: z.strictObject(procedure).optional().describe('prints those of {keys}, with commas between, that this server holds, as a JSON array'),
  pauseReplay: z.strictObject(procedure).optional().describe('makes this read replica stop applying changes'),
  resumeReplay: z.strictObject(procedure).optional(),
  mutations: z.array(operationOrName).default([]).describe('every operation that changes data, in an order in which one key can go through all; default: those of traffic that mutate'),
  staleMarker: place.optional().describe('where an answer says that it may be older than the declared lag: header:NAME or #POINTER'),
})
export type DatabaseDocument = z.infer<typeof database>

export interface DatabaseSurroundings {
  readonly traffic: Readonly<Record<string, Operation>>
  readonly roles: readonly string[]
}

/** Throws DescriptorContradiction. */
export function databaseOf(document: DatabaseDocument, { traffic, roles }: DatabaseSurroundings): ReplicatedDatabase {
  for (const role of ['db-primary', 'db-replica']) {
    if (!roles.includes(role)) throw new DescriptorContradiction(['database'], `a replicated database needs a component with the role ${role}, found ${roles.join(', ') || 'no components'}`)
  }
  const { counters, lookUp, pauseReplay: pause, resumeReplay: resume, staleMarker } = document
  if ((pause === undefined) !== (resume === undefined)) throw new DescriptorContradiction(['database'], 'pauseReplay and resumeReplay belong together, found only one of them')
  if (roles.filter((role) => role === 'db-primary').length > 1) throw new DescriptorContradiction(['database'], 'found several components with the role db-primary, expected one')
  return {
    ...(counters === undefined ? {} : { counters: asked('counters', counters) }),
    ...(lookUp === undefined ? {} : { lookUp: asked('lookUp', lookUp, 'keys') }),
    ...(pause === undefined || resume === undefined ? {} : { replay: { pause: asked('pauseReplay', pause), resume: asked('resumeReplay', resume) } }),
    mutations: mutationsOf(document.mutations, traffic),
    ...(staleMarker === undefined ? {} : { staleMarker: placeOf(staleMarker) }),
  }
}

/** It must say which server is meant, or every server would seem to give the same answer. */
function asked(key: string, document: z.infer<z.ZodObject<typeof procedure>>, ...needed: readonly string[]): Procedure {
  const found = procedureOf(document, ['database', key])
  if (found.via === 'signal') throw new DescriptorContradiction(['database', key], 'expected http or exec, a signal prints nothing')
  if (!mentions(found, 'databasePort') && !mentions(found, 'database')) throw new DescriptorContradiction(['database', key], 'does not say which server: expected {databaseHost} and {databasePort}, or {database}')
  const missing = needed.find((one) => !mentions(found, one))
  if (missing !== undefined) throw new DescriptorContradiction(['database', key], `expected the placeholder {${missing}}`)
  return found
}

function mutationsOf(document: DatabaseDocument['mutations'], traffic: Readonly<Record<string, Operation>>): readonly Operation[] {
  if (document.length === 0) return Object.values(traffic).filter((one) => one.mutates && !one.streams && !one.holdsBody && one.minDurationMs === undefined && !mentions(one, 'token'))
  return document.map((one, index) => {
    const path = ['database', 'mutations', String(index)]
    const found = typeof one !== 'string' ? operationOf(`mutation-${index + 1}`, { mutates: true, ...one }, 0) : Object.hasOwn(traffic, one) ? traffic[one] : undefined
    if (found === undefined) throw new DescriptorContradiction(path, `names the operation "${String(one)}", expected one of traffic: ${Object.keys(traffic).join(', ')}`)
    if (!found.mutates) throw new DescriptorContradiction(path, `${found.name} does not mutate: say mutates: true if it does`)
    return found
  })
}
