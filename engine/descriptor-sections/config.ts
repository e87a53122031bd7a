import { z } from 'zod'
import type { ConfigDeclaration, ConfigSetting } from '../../core/declarations/config.js'
import { DescriptorContradiction } from '../descriptor-contradiction.js'
import { durationMs, procedureOf, valueProbeOf } from '../descriptor-from-parts.js'
import { command, duration, environment, pointer, procedure, valueProbe } from '../descriptor-parts.js'

const name = z.string().regex(/^[a-z][a-zA-Z0-9-]*$/, 'expected a name of letters, digits and hyphens')
const setting = z.strictObject({
  path: pointer.describe('JSON pointer in the parsed archive, such as /banner/text'),
  values: z.tuple([z.unknown(), z.unknown()]).describe('two values that are neither the default nor each other'),
  probe: valueProbe,
  deletable: z.boolean().default(false).describe('the key may be left out, and behaviour shows that it is'),
})

export const configSection = z.strictObject({
  format: z.enum(['yaml', 'json', 'ini', 'properties', 'env']),
  effectiveWithin: duration.default('30s').describe('longest time until a change is in force on every instance'),
  archive: z.strictObject(procedure).optional().describe('its output is the configuration in force'),
  apply: z.strictObject(procedure).optional().describe('takes a whole configuration: {configuration} is its text, {file} the path of a file with it'),
  restore: z.strictObject(procedure).optional().describe('takes an archive, as apply does'),
  fresh: z
    .strictObject({ env: environment.default({}), command: command.optional(), install: z.boolean().default(true) })
    .optional()
    .describe('how a new instance gets its first configuration, as {configuration} or {file}'),
  settings: z.record(name, setting).default({}).describe('what can be changed and seen in behaviour'),
  invalid: z.record(name, z.strictObject({ path: pointer, value: z.unknown() })).default({}).describe('values that must be refused'),
  volatile: z.array(pointer).default([]).describe('what may differ between two archives of the same configuration'),
  opaque: z.array(pointer).default([]).describe('texts that are encoded on purpose'),
})
export type ConfigDocument = z.infer<typeof configSection>

const here = ['config'] as const
const carriesConfiguration = /\{(configuration|file)\}/

/** Throws DescriptorContradiction. */
export function configOf(document: ConfigDocument): ConfigDeclaration {
  const { format, archive, apply, restore, fresh, settings, invalid, volatile, opaque } = document
  for (const [key, given] of Object.entries({ apply, restore, fresh })) {
    if (given === undefined || carriesConfiguration.test(JSON.stringify(given))) continue
    throw new DescriptorContradiction([...here, key], 'expected {configuration} or {file} somewhere in it: without it no configuration would be given')
  }
  return {
    format,
    effectiveWithinMs: durationMs(document.effectiveWithin),
    ...(archive === undefined ? {} : { archive: procedureOf(archive, [...here, 'archive']) }),
    ...(apply === undefined ? {} : { apply: procedureOf(apply, [...here, 'apply']) }),
    ...(restore === undefined ? {} : { restore: procedureOf(restore, [...here, 'restore']) }),
    ...(fresh === undefined ? {} : { fresh: { changes: { env: fresh.env, ...(fresh.command === undefined ? {} : { command: fresh.command }) }, install: fresh.install } }),
    settings: Object.entries(settings).map(([key, one]) => settingOf(key, one)),
    invalid: Object.entries(invalid).map(([key, one]) => ({ name: key, path: one.path, value: one.value })),
    volatile,
    opaque,
  }
}

function settingOf(key: string, { path, values, probe, deletable }: ConfigDocument['settings'][string]): ConfigSetting {
  const [first, second] = values
  if (JSON.stringify(first) === JSON.stringify(second)) throw new DescriptorContradiction([...here, 'settings', key, 'values'], 'expected two different values')
  return { name: key, path, values: [first, second], probe: valueProbeOf(probe), deletable }
}
