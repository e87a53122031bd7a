import { listed } from '../../core/checks/counted.js'
import type { History } from '../../core/history.js'
import { factOf } from '../../core/reading.js'

/** Why a pass would rest on what was spared: a store that nobody declared keeps in memory what the rest of the service lost. Empty when there is none, or nobody looked. */
export function undeclaredContainers(history: History): string[] {
  const names = factOf(history, 'undeclaredContainers')
  if (!Array.isArray(names) || names.length === 0) return []
  return [`the descriptor does not say what ${listed(names as string[])} ${names.length === 1 ? 'is' : 'are'}, so no fault was aimed at ${names.length === 1 ? 'it' : 'them'} and acknowledged writes may live in memory there (declare under target.components, with ownsData: true for what keeps data)`]
}
