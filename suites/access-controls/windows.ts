import { acknowledged } from '../../core/ledger.js'
import type { RequestEvent } from '../../core/history.js'

export interface Window {
  readonly fromMs: number
  readonly toMs: number
}

/**
 * The most requests that were sent and answered with success within one span of this length, wherever it begins. When exactly the service
 * counted each is not known; what lies inside with both ends was certainly counted inside.
 */
export function acceptedIn(requests: readonly RequestEvent[], lengthMs: number): { readonly most: number; readonly requests: readonly RequestEvent[] } {
  const accepted = requests.filter((one) => acknowledged(one) && one.sentAtMs !== undefined)
  // A request lies inside of a span that begins after `ended - length` and not after `sent`: the most of these overlap where one ends.
  const opens = accepted.map((one) => one.endedAtMs - lengthMs).sort((a, b) => a - b)
  const closes = accepted.map((one) => one.sentAtMs!).sort((a, b) => a - b)
  let most = { count: 0, fromMs: 0 }
  let opened = 0
  closes.forEach((fromMs, closed) => {
    while (opened < opens.length && opens[opened]! < fromMs) opened += 1
    if (opened - closed > most.count) most = { count: opened - closed, fromMs }
  })
  const inside = accepted.filter((one) => one.sentAtMs! >= most.fromMs && one.endedAtMs < most.fromMs + lengthMs)
  return { most: inside.length, requests: inside }
}
