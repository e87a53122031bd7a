import type { Capability } from '../core/requirement.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'

/** One reason for several capabilities. */
export function same(reason: string, capabilities: readonly Capability[]): Readonly<Partial<Record<Capability, string>>> {
  return Object.fromEntries(capabilities.map((one) => [one, reason]))
}

/** What changes something in a service that is not thrown away afterwards, and that nobody can put back from outside. */
export const disposableOnly: Readonly<Partial<Record<Capability, string>>> = same('what it changes in the service cannot be put back from outside, and the descriptor does not say target.disposable: true', [
  'config.apply',
  'config.restore',
  'toggles.set',
  'import.run',
  'acl.identities',
  'backup.restoreLive',
  'backup.restoreAccount',
  'observability.logLevel',
  'degraded.mode',
])

const ofTheList: ReadonlySet<Capability> = new Set(['acl.identities', 'limits.rate', 'limits.neighbour'])

/** What would be measured by every scenario that comes after, as all of a run are about the one world that is there. */
export function staysInForce(capability: Capability, { access }: Pick<ServiceDescriptor, 'access'>): string | undefined {
  if (!ofTheList.has(capability) || access?.enable === undefined) return undefined
  return 'the access list that access.enable puts in force stays, and what comes after it would be refused: let the service have its list from the start'
}
