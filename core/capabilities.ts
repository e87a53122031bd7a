import { controlCapabilities } from './capabilities-of-controls.js'
import { degradationCapabilities } from './capabilities-of-degradation.js'
import { observabilityCapabilities } from './capabilities-of-observability.js'
import { workCapabilities } from './capabilities-of-work.js'
import { componentsAddressedBy, isAttached } from './component-addresses.js'
import { canRollOutInPart, platformRollsOut } from './declarations/upgrade.js'
import type { Capability } from './requirement.js'
import type { Component, HookName, Operation, ServiceTarget, ServiceDescriptor } from './service-descriptor.js'

export { addressTemplate, componentsAddressedBy, isAttached } from './component-addresses.js'

/**
 * What a descriptor does not stand in the way of: everything it declares, and everything that needs no declaration
 * because a driver can do it to any service. What is not in here makes a requirement `missing`; what is in here
 * and not offered by the driver makes it `skipped`.
 */
export function declaredCapabilities(service: ServiceDescriptor): ReadonlySet<Capability> {
  const { remote } = service.target
  const without = (capability: Capability): boolean => remote === undefined || (hooksFor[capability] ?? []).every((name) => remote.hooks[name] !== undefined)
  return new Set([...needsNoDeclaration.filter(without), ...declarable.filter(([, isDeclared]) => isDeclared(service)).map(([capability]) => capability)])
}

/** To a service that is not started here nothing can be done but by the hooks that its descriptor declares. */
const hooksFor: Readonly<Partial<Record<Capability, readonly HookName[]>>> = {
  'lifecycle.start': ['start'],
  'lifecycle.stop': ['stop'],
  'lifecycle.crash': ['kill'],
  'lifecycle.kill': ['kill'],
  'lifecycle.hold': ['hold', 'kill'],
  'lifecycle.reboot': ['reboot'],
  'fault.freeze': ['freeze'],
}

const needsNoDeclaration: readonly Capability[] = [
  'topology.balancer',
  'topology.fixed-addresses',
  'lifecycle.crash',
  'lifecycle.start',
  'lifecycle.stop',
  'lifecycle.kill',
  'lifecycle.hold',
  'lifecycle.reboot',
  'fault.freeze',
  'fault.data-files',
  'topology.scale',
  'topology.swap',
  'lifecycle.apart',
]

const declarable: readonly (readonly [Capability, (service: ServiceDescriptor) => boolean])[] = [
  ['topology.instances', ({ target }) => target.replicas.count >= 2],
  ['topology.identity', ({ identity }) => identity !== undefined],
  ['health.readiness', ({ health }) => health.readinessPath !== ''],
  ['health.liveness', ({ health }) => health.livenessPath !== undefined],
  ['health.detail', ({ health }) => health.detailPath !== undefined],
  // Only the policy is declared. Whether the replicas come back at boot is for a reboot to show: a descriptor that says
  // they do not must be found to fail, not to lack something.
  ['lifecycle.autostart', ({ target }) => target.replicas.restart !== 'never'],
  ['lifecycle.drain', ({ lifecycle }) => lifecycle.drain !== undefined],
  ['lifecycle.undrain', ({ lifecycle }) => lifecycle.undrain !== undefined],
  ['traffic.http', ({ client }) => client === undefined],
  ['fault.isolate', ({ target }) => edgesOfReplicas(target).length > 0],
  ['fault.edge', ({ target }) => edgesOfReplicas(target).length > 0],
  ['traffic.read', ({ traffic }) => Object.values(traffic).some((operation) => !operation.mutates && (operation.weight > 0 || operation.name === 'read'))],
  ['traffic.witness', ({ traffic }) => Object.values(traffic).some(canBeCaughtInFlight)],
  ['lifecycle.upgrade', ({ lifecycle }) => lifecycle.upgrade !== undefined],
  ['lifecycle.upgrade.part', ({ lifecycle }) => lifecycle.upgrade !== undefined && canRollOutInPart(lifecycle.upgrade)],
  ['lifecycle.upgrade.tool', (service) => service.lifecycle.upgrade?.rollOut !== undefined || (service.lifecycle.upgrade !== undefined && platformRollsOut(service))],
  ['lifecycle.upgrade.bad', ({ lifecycle }) => (lifecycle.upgrade?.bad.length ?? 0) > 0],
  ['lifecycle.upgrade.features', ({ lifecycle }) => (lifecycle.upgrade?.features.length ?? 0) > 0],
  ['lifecycle.clone', ({ lifecycle }) => lifecycle.clone !== undefined],
  ['toggles.list', ({ toggles }) => toggles !== undefined],
  ['toggles.set', ({ toggles }) => toggles !== undefined],
  ['toggles.probe', ({ toggles }) => (toggles?.features.length ?? 0) > 0],
  ['toggles.legacy', ({ toggles }) => toggles?.unchanged !== undefined],
  ['toggles.several', ({ toggles }) => (toggles?.features.length ?? 0) >= 2],
  ['toggles.store', ({ toggles }) => toggles?.store !== undefined],
  ['release.features', ({ toggles }) => (toggles?.release.length ?? 0) > 0],
  ['swap.components', ({ swap }) => (swap?.components.length ?? 0) > 0],
  ['swap.moves', ({ swap }) => swap?.components.some(({ moves }) => moves) ?? false],
  ['swap.roles', ({ swap }) => (swap?.roles.length ?? 0) > 0],
  ['swap.handover', ({ swap }) => swap?.handover !== undefined],
  ['database.primary', ({ target }) => hasRole(target, 'db-primary')],
  ['database.replicas', ({ target }) => hasRole(target, 'db-replica')],
  ['database.counters', ({ database }) => database?.counters !== undefined],
  ['database.lookUp', ({ database }) => database?.lookUp !== undefined],
  ['database.pauseReplay', ({ database }) => database?.lookUp !== undefined && database.replay !== undefined],
  ['database.readShares', ({ database }) => database?.counters !== undefined || (database?.lookUp !== undefined && database.replay !== undefined)],
  ['data.owner', ({ target }) => target.components.some(({ role, ownsData }) => ownsData || role === 'db-primary')],
  ['data.read.ordinary', ({ data }) => data?.readOrdinary !== undefined],
  ['data.write', ({ data }) => data !== undefined],
  ['data.read.strong', ({ data }) => data?.readStrong !== undefined && showsWhatWasWritten(data.readStrong)],
  ['data.read.value', ({ data }) => data?.readStrong !== undefined && promiseOf(data.readStrong).includes('{value}')],
  ['data.delete', ({ data }) => data?.delete !== undefined],
  ['data.list', ({ data }) => data?.list !== undefined],
  ['data.namespace', ({ data }) => data?.namespace !== undefined],
  ['data.invariant', ({ data }) => data?.invariant !== undefined],
  ['data.accounts', ({ data }) => data?.accounts !== undefined],
  ['data.sideEffects', ({ data }) => data?.accounts?.types.some(({ effects }) => effects !== undefined) ?? false],
  ['data.metadata', ({ data }) => data?.accounts?.types.some(({ metadata }) => metadata.length > 0) ?? false],
  ['backup.create', ({ backup }) => backup !== undefined],
  ['backup.restoreIsolated', ({ backup }) => backup?.restoreIsolated !== undefined],
  ['backup.restoreLive', ({ backup }) => backup?.restoreLive !== undefined],
  ['backup.restoreAccount', ({ backup }) => backup?.restoreAccount !== undefined],
  ['config.archive', ({ config }) => config?.archive !== undefined],
  ['config.apply', ({ config }) => config?.apply !== undefined],
  ['config.restore', ({ config }) => config?.restore !== undefined],
  ['config.probe', ({ config }) => (config?.settings.length ?? 0) > 0],
  ...controlCapabilities,
  ...degradationCapabilities,
  ...workCapabilities,
  ...observabilityCapabilities,
]

const hasRole = ({ components }: ServiceTarget, wanted: Component['role']): boolean => components.some(({ role }) => role === wanted)

/** It can be shown to be executing: its answer begins early, its body is held open, or it takes a known time. */
export const canBeCaughtInFlight = (operation: Operation): boolean =>
  operation.streams || operation.holdsBody || (operation.minDurationMs ?? 0) > 0

/** Its answer is promised to carry the key or the value: one that promises neither looks the same for every record, and for none. */
const showsWhatWasWritten = (operation: Operation): boolean => /\{(key|value)\}/.test(promiseOf(operation))
const promiseOf = ({ expect: { json, bodyEndsWith = '' } }: Operation): string => `${JSON.stringify(json)} ${bodyEndsWith}`

/** Names what a descriptor does not declare; of what it does declare, why that is not enough. */
export const undeclaredText = (undeclared: readonly Capability[], { data }: ServiceDescriptor): string =>
  `the descriptor does not declare ${undeclared.join(', ')}${data?.readStrong === undefined ? '' : weakness(undeclared)}`

function weakness(undeclared: readonly Capability[]): string {
  const expected = 'expected {value} in its expect, such as expect: { json: { /text: "{value}" } }'
  if (undeclared.includes('data.read.strong')) return `: the answer of that read promises nothing of what was written, so any would do; ${expected}`
  return undeclared.includes('data.read.value') ? `: the answer of the strong read does not promise the value, so another one would do; ${expected}` : ''
}

/** Components the replicas depend on, as far as the harness can put a fault proxy between. */
const edgesOfReplicas = (target: ServiceTarget): readonly Component[] => {
  if (isAttached(target)) return target.components // who addresses whom is the project's business
  const addressed = componentsAddressedBy(target.replicas)
  return target.components.filter((component) => addressed.includes(component.name))
}
