import { z } from 'zod'
import type { FeatureSign, ToggledFeature, Toggles } from '../../core/declarations/toggles.js'
import type { Operation } from '../../core/service-descriptor.js'
import { DescriptorContradiction } from '../descriptor-contradiction.js'
import { durationMs, operationOf, procedureOf, valueProbeOf } from '../descriptor-from-parts.js'
import { duration, operation, operationOrName, pointer, procedure, valueProbe } from '../descriptor-parts.js'
import { mentions } from '../descriptor-placeholders.js'

export const featureName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected a name of letters, digits, dots, hyphens and underscores')
const sign = z
  .union([z.strictObject({ value: z.unknown() }), z.strictObject({ present: z.literal(true) }), z.strictObject({ absent: z.literal(true) }), z.strictObject({ status: z.number().int() })])
  .describe('what the probe finds: { value: JSON }, { present: true }, { absent: true } or { status: 404 }')
export const feature = z.strictObject({
  default: z.enum(['on', 'off']).default('off').describe('state of a fresh deployment'),
  probe: valueProbe,
  whenOn: sign,
  whenOff: sign,
  use: z.array(operation).default([]).describe('requests that make use of the feature while it is on'),
  dependsOn: z.array(featureName).default([]).describe('features that may change its state when they are switched'),
})

export const toggles = z.strictObject({
  list: valueProbe.describe('where all toggles are listed: names, objects with a name, or an object with a key for each'),
  switchOn: z.strictObject(procedure).describe('with the placeholder {feature}'),
  switchOff: z.strictObject(procedure),
  effectiveWithin: duration.optional().describe('longest time that a change may take to be in force everywhere'),
  features: z.record(featureName, feature),
  release: z.array(featureName).optional().describe('features that are new in the release under test; default: all'),
  store: z.string().optional().describe('the component that keeps the states'),
  unchanged: z
    .strictObject({ operations: z.array(operationOrName).min(1), ignore: z.array(pointer).default([]) })
    .optional()
    .describe('requests whose answers must be as before once the features are off again'),
})
export type TogglesDocument = z.infer<typeof toggles>

export interface TogglesSurroundings {
  readonly traffic: Readonly<Record<string, Operation>>
  readonly components: readonly string[]
}

/** Throws DescriptorContradiction. */
export function togglesOf(document: TogglesDocument, { traffic, components }: TogglesSurroundings): Toggles {
  const { list, features, store, unchanged } = document
  if (store !== undefined && !components.includes(store)) throw new DescriptorContradiction(['toggles', 'store'], `names the component "${store}", expected one of: ${components.join(', ') || '(none declared)'}`)
  return {
    list: valueProbeOf(list),
    switchOn: switchOf(document.switchOn, 'switchOn'),
    switchOff: switchOf(document.switchOff, 'switchOff'),
    features: Object.entries(features).map(([name, one]) => featureOf(name, one, { names: Object.keys(features) })),
    ...(document.effectiveWithin === undefined ? {} : { effectiveWithinMs: durationMs(document.effectiveWithin) }),
    release: document.release ?? Object.keys(features),
    ...(store === undefined ? {} : { store }),
    ...(unchanged === undefined
      ? {}
      : { unchanged: { ignore: unchanged.ignore, operations: unchanged.operations.map((one, index) => (typeof one === 'string' ? named(one, traffic, index) : operationOf(`unchanged.${index}`, one, 0))) } }),
  }
}

function switchOf(document: TogglesDocument['switchOn'], key: 'switchOn' | 'switchOff'): Toggles['switchOn'] {
  const found = procedureOf(document, ['toggles', key])
  if (!mentions(found, 'feature')) throw new DescriptorContradiction(['toggles', key], 'does not say which feature: expected the placeholder {feature}')
  return found
}

/** Throws DescriptorContradiction; `at` is where the features stand. */
export function featureOf(name: string, document: TogglesDocument['features'][string], { names, at = ['toggles', 'features'] }: { readonly names: readonly string[]; readonly at?: readonly string[] }): ToggledFeature {
  const path = [...at, name]
  const whenOn = signOf(document.whenOn)
  const whenOff = signOf(document.whenOff)
  if (JSON.stringify(whenOn) === JSON.stringify(whenOff)) throw new DescriptorContradiction([...path, 'whenOff'], 'is the same as whenOn: the probe would not tell the states apart')
  const stranger = document.dependsOn.find((one) => !names.includes(one))
  if (stranger !== undefined) throw new DescriptorContradiction([...path, 'dependsOn'], `names the feature "${stranger}", expected one of: ${names.join(', ')}`)
  return {
    name,
    default: document.default === 'on',
    probe: valueProbeOf(document.probe),
    whenOn,
    whenOff,
    use: document.use.map((one, index) => operationOf(`${name}.use.${index}`, one, 0)),
    dependsOn: document.dependsOn,
  }
}

function signOf(document: TogglesDocument['features'][string]['whenOn']): FeatureSign {
  if ('status' in document) return { kind: 'status', status: document.status }
  if ('present' in document) return { kind: 'present' }
  if ('absent' in document) return { kind: 'absent' }
  return { kind: 'value', value: document.value }
}

function named(name: string, traffic: Readonly<Record<string, Operation>>, index: number): Operation {
  const found = Object.hasOwn(traffic, name) ? traffic[name] : undefined
  if (found === undefined) throw new DescriptorContradiction(['toggles', 'unchanged', 'operations', String(index)], `names the operation "${name}", expected one of traffic: ${Object.keys(traffic).join(', ')}`)
  return found
}
