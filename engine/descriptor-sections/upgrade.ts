import { z } from 'zod'
import { canRollOutInPart, changesSomething, type ComponentClone, type Release, type Upgrade } from '../../core/declarations/upgrade.js'
import type { UnitChanges } from '../../core/driver.js'
import type { Procedure } from '../../core/procedure.js'
import { DescriptorContradiction } from '../descriptor-contradiction.js'
import { durationMs, operationOf, procedureOf, valueProbeOf } from '../descriptor-from-parts.js'
import { feature, featureName, featureOf } from './toggles.js'
import { command, duration, environment, operation, procedure, valueProbe } from '../descriptor-parts.js'
import { mentions } from '../descriptor-placeholders.js'

const changes = { command: command.optional(), env: environment.optional() }
const releaseName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected a name of letters, digits, dots, hyphens and underscores')

export const upgrade = z.strictObject({
  version: valueProbe.describe('where a replica says which release it runs, such as "GET /version#/release"'),
  releases: z.record(releaseName, z.strictObject({ reads: z.string().min(1).describe('what the version reads as'), image: z.string().min(1).optional().describe('in a cluster or a swarm: the image of this release'), ...changes })).describe('releases by name, and what a replica runs with to be one'),
  from: releaseName.describe('the release that is deployed at first'),
  to: releaseName.describe('the release that is upgraded to'),
  bad: z.array(releaseName).default([]).describe('releases that must not get through: they never become ready, or crash'),
  maxUnavailable: z.number().int().min(1).default(1).describe('how many replicas may be missing at a time'),
  features: z.record(featureName, feature).default({}).describe('features that are new in `to`, off at first'),
  rollOut: z.strictObject(procedure).optional().describe("the service's own tool, with {release} and, if it can, {instances}; without one the harness replaces one replica after the other. Not used in a cluster or a swarm, which rolls out by itself"),
  rollBack: z.strictObject(procedure).optional().describe('the way back, where it is another one'),
})
export type UpgradeDocument = z.infer<typeof upgrade>

export const clone = z.strictObject({
  component: z.string().describe('a component of which there is only one'),
  ...changes,
  version: valueProbe.optional().describe('where the component itself says which release it is'),
  write: operation.describe('a write that ends in this component'),
  read: operation,
  copy: z.strictObject(procedure).describe('a command with {fromHost}, {fromPort}, {toHost} and {toPort}; writes go on meanwhile'),
  freeze: z.strictObject(procedure).optional().describe('a command: no further writes are accepted'),
  catchUp: z.strictObject(procedure).optional().describe('a command: what the copy missed'),
  interruption: duration.default('5s').describe('longest interruption of writes that is promised'),
})
export type CloneDocument = z.infer<typeof clone>

/** Throws DescriptorContradiction. */
export function upgradeOf(document: UpgradeDocument, { byPlatform = false }: { readonly byPlatform?: boolean } = {}): Upgrade {
  const at = (...more: readonly string[]): readonly string[] => ['lifecycle', 'upgrade', ...more]
  const names = Object.keys(document.releases)
  const chosen: readonly (readonly [string, string])[] = [['from', document.from], ['to', document.to], ...document.bad.map((name) => ['bad', name] as const)]
  for (const [key, name] of chosen) {
    if (!names.includes(name)) throw new DescriptorContradiction(at(key), `names the release "${name}", expected one of releases: ${names.join(', ')}`)
  }
  if (new Set(chosen.map(([, name]) => name)).size < chosen.length) throw new DescriptorContradiction(at(), 'from, to and bad name the same release twice')
  const on = Object.entries(document.features).find(([, one]) => one.default === 'on')
  if (on !== undefined) throw new DescriptorContradiction(at('features', on[0]), 'is on by default: rolling the release out would release it')
  const read = names.map((name) => document.releases[name]?.reads)
  if (new Set(read).size < read.length) throw new DescriptorContradiction(at('releases'), 'two releases read the same: an upgrade from one to the other could not be seen')
  const made: Upgrade = {
    version: valueProbeOf(document.version),
    releases: Object.fromEntries(names.map((name) => [name, releaseOf(name, document.releases[name]!)])),
    from: document.from,
    to: document.to,
    bad: document.bad,
    maxUnavailable: document.maxUnavailable,
    features: Object.entries(document.features).map(([name, one]) => featureOf(name, one, { names: Object.keys(document.features), at: at('features') })),
    ...(document.rollOut === undefined ? {} : { rollOut: rollOutOf(document.rollOut, at('rollOut')) }),
    ...(document.rollBack === undefined ? {} : { rollBack: rollOutOf(document.rollBack, at('rollBack')) }),
  }
  if (byPlatform) return requirePlatformReleases(made, at)
  const imaged = names.find((name) => document.releases[name]?.image !== undefined)
  if (imaged !== undefined) throw new DescriptorContradiction(at('releases', imaged, 'image'), 'is given to a workload of a cluster or a service of a swarm (target.kind: kubernetes or swarm); elsewhere a release is a command, an environment, or what rollOut makes of it')
  if (made.rollOut === undefined && !canRollOutInPart(made)) throw new DescriptorContradiction(at('releases', made.to), 'says neither command nor env, and there is no rollOut: nothing would be upgraded')
  return made
}

const releaseOf = (name: string, { reads, image, ...rest }: UpgradeDocument['releases'][string]): Release => ({ name, reads, changes: changesOf(rest), ...(image === undefined ? {} : { image }) })

/** The platform is the tool: another one, which a descriptor has that is also used elsewhere, would change the workload behind the run's back and is left out. */
function requirePlatformReleases(made: Upgrade, at: (...more: readonly string[]) => readonly string[]): Upgrade {
  const chosen = [made.from, made.to, ...made.bad]
  const same = chosen.find((name) => made.releases[name]?.image === undefined && !changesSomething(made.releases[name]?.changes ?? {}))
  if (same !== undefined) throw new DescriptorContradiction(at('releases', same), 'says neither image, command nor env: the workload could not be told to run it')
  const { rollOut: _rollOut, rollBack: _rollBack, ...rest } = made
  return rest
}

function changesOf({ command: program, env }: { readonly command?: string[] | undefined; readonly env?: Record<string, string> | undefined }): UnitChanges {
  return { ...(program === undefined ? {} : { command: program }), ...(env === undefined ? {} : { env }) }
}

function rollOutOf(document: NonNullable<UpgradeDocument['rollOut']>, path: readonly string[]): Procedure {
  const found = procedureOf(document, path)
  if (!mentions(found, 'release')) throw new DescriptorContradiction(path, 'does not say which release: expected the placeholder {release}')
  return found
}

/** Throws DescriptorContradiction. */
export function cloneOf(document: CloneDocument, components: readonly string[]): ComponentClone {
  const path = ['lifecycle', 'clone']
  const { component, version, freeze, catchUp } = document
  if (!components.includes(component)) throw new DescriptorContradiction([...path, 'component'], `names the component "${component}", expected one of: ${components.join(', ') || '(none declared)'}`)
  const changed = changesOf(document)
  if (!changesSomething(changed)) throw new DescriptorContradiction(path, 'says neither command nor env: the clone would be the same release')
  return {
    component,
    changes: changed,
    ...(version === undefined ? {} : { version: valueProbeOf(version) }),
    write: operationOf('clone.write', document.write, 0),
    read: operationOf('clone.read', document.read, 0),
    copy: commandOf(document.copy, [...path, 'copy']),
    ...(freeze === undefined ? {} : { freeze: commandOf(freeze, [...path, 'freeze']) }),
    ...(catchUp === undefined ? {} : { catchUp: commandOf(catchUp, [...path, 'catchUp']) }),
    interruptionMs: durationMs(document.interruption),
  }
}

/** A component has no address of its own for requests of operators: what is done to it is a command. */
function commandOf(document: CloneDocument['copy'], path: readonly string[]): Procedure {
  const found = procedureOf(document, path)
  if (found.via !== 'exec') throw new DescriptorContradiction(path, 'expected a command (exec)')
  return found
}
