import type { Intervention } from './timeline-layout.js'

/** Breaks something, so nothing it shows counts without a witness. */
const faults: ReadonlySet<string> = new Set(['kill', 'hold', 'freeze', 'isolate', 'fault-dependency', 'reboot', 'damage-file'])
/** Procedures that the target itself must show; what else operators do answers for itself. */
const shownByTarget: ReadonlySet<string> = new Set(['drain', 'undrain', 'stop', 'start'])
/** Changes nothing: it asks, and its answer is all there is to it. */
const readings: ReadonlySet<string> = new Set(['config.archive', 'config.compare', 'backup.list', 'backup.verify', 'toggles.list'])

export type InterventionKind = 'fault' | 'procedure' | 'reading'

export const kindOf = ({ name }: Intervention): InterventionKind => (faults.has(name) ? 'fault' : readings.has(name) ? 'reading' : 'procedure')

/** False when it failed, or when a witness is needed and there was none. */
export const isProven = (one: Intervention): boolean => one.error === null && (one.witnessed !== null || !(faults.has(one.name) || shownByTarget.has(one.name)))

/** What is known of whether it landed, in words. */
export function proofInWords(one: Intervention): string {
  if (one.error !== null) return `failed: ${one.error}`
  if (one.witnessed !== null) return one.witnessed
  if (!isProven(one)) return 'not witnessed'
  return kindOf(one) === 'reading' ? 'a reading: changes nothing' : 'answered by what performed it'
}
