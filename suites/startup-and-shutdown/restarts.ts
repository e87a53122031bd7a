import type { History } from '../../core/history.js'
import { factOf, interventionsOf } from '../../core/reading.js'

/** Says so when the declared restart policy explains why nothing came back; else nothing. */
export function restartPolicySentence(history: History): string {
  const policy = factOf(history, 'restartPolicy') as { readonly replicas?: unknown } | undefined
  return policy?.replicas === 'never' ? "; its restart policy is 'never', so nothing restarts it" : ''
}

/** Instances that the harness itself started or put back after an instant: they did not come back by themselves. */
export function startedByHarness(history: History, options: { readonly fromMs: number; readonly instance?: string }): string[] {
  return interventionsOf(history)
    .filter(({ name, target, issuedAtMs }) => (name === 'start' || name === 'undrain') && issuedAtMs >= options.fromMs && (options.instance === undefined || target === options.instance))
    .map(({ name, target }) => `the harness itself made the ${name} of ${target}`)
}
