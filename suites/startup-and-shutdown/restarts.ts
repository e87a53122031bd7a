import type { Evidence } from '../../core/check.js'
import type { History } from '../../core/history.js'
import { factOf, interventionsOf } from '../../core/reading.js'

/** Says so when the declared restart policy explains why nothing came back; else nothing. */
export function restartPolicySentence(history: History): string {
  const policy = factOf(history, 'restartPolicy') as { readonly replicas?: unknown } | undefined
  return policy?.replicas === 'never' ? "; its restart policy is 'never', so nothing restarts it" : ''
}

/** What the grade of a reboot is owed to, where it is not the best. */
export function gradeEvidence(history: History): Evidence[] {
  const reason = factOf(history, 'rebootGradeReason')
  return typeof reason === 'string' ? [{ note: `how the machine was rebooted: ${String(factOf(history, 'rebootGrade'))}; ${reason}` }] : []
}

/** Instances that the harness itself started or put back after an instant: they did not come back by themselves. */
export function startedByHarness(history: History, options: { readonly fromMs: number; readonly instance?: string }): string[] {
  return interventionsOf(history)
    .filter(({ name, target, issuedAtMs }) => (name === 'start' || name === 'undrain') && issuedAtMs >= options.fromMs && (options.instance === undefined || target === options.instance))
    .map(({ name, target }) => `the harness itself made the ${name} of ${target}`)
}
