import type { History, RequestEvent } from '../../core/history.js'
import { ledgerOf } from '../../core/ledger.js'
import { loads } from './names.js'

/** Stragglers that were never served and whose write is there all the same. Empty where nothing was read back. */
export function appliedWithoutAnswer(history: History, sent: readonly RequestEvent[]): RequestEvent[] {
  const byId = new Map(sent.map((request) => [request.id, request]))
  return ledgerOf(history, { writes: loads.stragglers, reads: loads.stragglerEffects })
    .filter((entry) => entry.state === 'recovered' || entry.state === 'unexpected')
    .flatMap((entry) => byId.get(entry.requests[0] ?? -1) ?? [])
}
