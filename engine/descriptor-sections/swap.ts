import { z } from 'zod'
import type { Handover, Swap } from '../../core/declarations/swap.js'
import { DescriptorContradiction } from '../descriptor-contradiction.js'
import { durationMs, procedureOf } from '../descriptor-from-parts.js'
import { command, duration, environment, procedure } from '../descriptor-parts.js'

export const swap = z.strictObject({
  components: z
    .record(z.string(), z.strictObject({ data: z.enum(['kept', 'empty']).default('kept').describe('what the fresh one starts with'), moves: z.boolean().default(false).describe('may come back at another address under the same name') }))
    .default({})
    .describe('every component is swapped; here stands what is not the default'),
  roles: z
    .record(z.string(), z.strictObject({ members: z.array(z.string()).min(2), operations: z.array(z.string()).min(1), takeUpWithin: duration.optional().describe('how long a newcomer may take to be ready for the whole role') }))
    .default({})
    .describe('roles that several components share: the first member is swapped, then the others are taken away'),
  handover: z
    .strictObject({
      primary: z.string(),
      standby: z.string(),
      promote: z.strictObject(procedure).describe('knows {primaryHost}, {primaryPort}, {standbyHost} and {standbyPort}'),
      rejoin: z.strictObject({ command, env: environment.default({}) }).describe('what a fresh standby in the place of the old primary runs with; knows {primaryHost} and {primaryPort}'),
      writeInterruption: duration.default('30s'),
    })
    .optional(),
})
export type SwapDocument = z.infer<typeof swap>

export interface SwapSurroundings {
  readonly components: readonly string[]
  readonly operations: readonly string[]
}

/** Throws DescriptorContradiction. */
export function swapOf(document: SwapDocument, { components, operations }: SwapSurroundings): Swap {
  const known = (name: string, path: readonly string[]): string => {
    if (components.includes(name)) return name
    throw new DescriptorContradiction(path, `names the component "${name}", expected one of: ${components.join(', ') || '(none declared)'}`)
  }
  for (const name of Object.keys(document.components)) known(name, ['swap', 'components', name])
  return {
    components: components.map((name) => ({ name, data: 'kept', moves: false, ...document.components[name] })),
    roles: Object.entries(document.roles).map(([name, role]) => {
      const path = ['swap', 'roles', name]
      const strange = role.operations.find((one) => !operations.includes(one))
      if (strange !== undefined) throw new DescriptorContradiction([...path, 'operations'], `names the operation "${strange}", expected one of traffic: ${operations.join(', ')}`)
      if (new Set(role.members).size < role.members.length) throw new DescriptorContradiction([...path, 'members'], 'names a component twice')
      return { name, operations: role.operations, members: role.members.map((one) => known(one, [...path, 'members'])), ...(role.takeUpWithin === undefined ? {} : { takeUpWithinMs: durationMs(role.takeUpWithin) }) }
    }),
    ...(document.handover === undefined ? {} : { handover: handoverOf(document.handover, known) }),
  }
}

function handoverOf(document: NonNullable<SwapDocument['handover']>, known: (name: string, path: readonly string[]) => string): Handover {
  const path = ['swap', 'handover']
  if (document.primary === document.standby) throw new DescriptorContradiction([...path, 'standby'], 'is the primary itself')
  return {
    primary: known(document.primary, [...path, 'primary']),
    standby: known(document.standby, [...path, 'standby']),
    promote: procedureOf(document.promote, [...path, 'promote']),
    rejoin: document.rejoin,
    writeInterruptionMs: durationMs(document.writeInterruption),
  }
}
