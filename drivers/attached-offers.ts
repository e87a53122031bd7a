import type { Capability } from '../core/requirement.js'

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
