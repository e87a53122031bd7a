import { z } from 'zod'
import type { Composite, Degradation } from '../../core/declarations/degradation.js'
import { componentsAddressedBy, isAttached } from '../../core/capabilities.js'
import type { Operation, ServiceTarget } from '../../core/service-descriptor.js'
import { DescriptorContradiction } from '../descriptor-contradiction.js'
import { durationMs } from '../descriptor-from-parts.js'
import { duration, pointer } from '../descriptor-parts.js'

const operationName = z.string().min(1).describe('name of an operation of traffic')
const operationNames = z.union([operationName, z.array(operationName).min(1)])

export const degradationSection = z
  .strictObject({
    core: z.array(operationName).min(1).describe('operations that must go on whatever soft component is away'),
    dependents: z.record(z.string(), operationNames).describe('soft component -> operations that use it'),
    independent: z.array(operationName).min(1).optional().describe('operations that use no soft component; default: those of core that are not among dependents'),
    composite: z
      .strictObject({
        operation: operationName,
        missing: pointer.describe('where an answer names the parts it does not have'),
        parts: z.record(z.string(), z.strictObject({ at: pointer, from: z.string().optional().describe('the soft component it comes from') })),
      })
      .optional(),
    breakerWindow: duration.default('0s').describe('how long a dependency that failed is left alone'),
    cachedFor: duration.default('0s').describe('for how long an answer from a cache is as good as a fresh one'),
  })
  .describe('what the service does when something it could do without is away')

export type DegradationDocument = z.infer<typeof degradationSection>

/** Names resolved. Throws DescriptorContradiction. */
export function degradationOf(document: DegradationDocument, { target, traffic }: { readonly target: ServiceTarget; readonly traffic: Readonly<Record<string, Operation>> }): Degradation {
  const at = (...path: readonly string[]): readonly string[] => ['degradation', ...path]
  const named = (name: string, path: readonly string[]): Operation => {
    const operation = Object.hasOwn(traffic, name) ? traffic[name] : undefined
    if (operation !== undefined) return operation
    throw new DescriptorContradiction(path, `names the operation "${name}", expected one of traffic: ${Object.keys(traffic).join(', ')}`)
  }
  const dependents = Object.fromEntries(
    Object.entries(document.dependents).map(([component, names]) => {
      const path = at('dependents', component)
      requireSoft(target, component, path)
      return [component, [names].flat().map((name) => named(name, path))]
    }),
  )
  const core = document.core.map((name) => named(name, at('core')))
  const composite = document.composite === undefined ? undefined : compositeOf(document.composite, { target, named })
  const using = new Set([...Object.values(dependents).flat(), composite?.operation])
  const independent = document.independent?.map((name) => named(name, at('independent'))) ?? core.filter((one) => !using.has(one))
  const both = independent.find((one) => using.has(one))
  if (both !== undefined) throw new DescriptorContradiction(at('independent'), `names the operation "${both.name}", which uses a soft component`)
  return {
    core,
    dependents,
    independent,
    ...(composite === undefined ? {} : { composite }),
    breakerWindowMs: durationMs(document.breakerWindow),
    cachedForMs: durationMs(document.cachedFor),
  }
}

interface Known {
  readonly target: ServiceTarget
  named(name: string, path: readonly string[]): Operation
}

function compositeOf({ operation, missing, parts }: NonNullable<DegradationDocument['composite']>, { target, named }: Known): Composite {
  const path = ['degradation', 'composite']
  for (const [name, { from }] of Object.entries(parts)) if (from !== undefined) requireSoft(target, from, [...path, 'parts', name, 'from'])
  if (Object.keys(parts).length < 2) throw new DescriptorContradiction([...path, 'parts'], `expected at least two parts, found ${Object.keys(parts).length}`)
  return {
    operation: named(operation, [...path, 'operation']),
    missing,
    parts: Object.entries(parts).map(([name, part]) => ({ name, pointer: part.at, ...(part.from === undefined ? {} : { component: part.from }) })),
  }
}

/** Only what the service says it can do without, and what a fault proxy can be put before. */
function requireSoft(target: ServiceTarget, name: string, path: readonly string[]): void {
  const component = target.components.find((one) => one.name === name)
  if (component === undefined) {
    throw new DescriptorContradiction(path, `names the component "${name}", expected one of: ${target.components.map((one) => one.name).join(', ') || '(none declared)'}`)
  }
  if (component.hard) throw new DescriptorContradiction(path, `names the component "${name}", which is declared hard: the service cannot do without it`)
  if (!isAttached(target) && !componentsAddressedBy(target.replicas).includes(name)) {
    throw new DescriptorContradiction(path, `names the component "${name}", whose address no replica is given as {${name}:host} and {${name}:port}`)
  }
}
