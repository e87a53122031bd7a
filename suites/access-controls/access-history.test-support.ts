import { accessCallers, accessKinds, mayBeDone, type AccessCaller, type AccessKind } from '../../core/declarations/access.js'
import { fact, intervention, request, stall } from '../../core/checks/literal-events.test-support.js'
import type { Check, Finding } from '../../core/check.js'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { accessFact, aloneLoad, beforeChangeLoad, beforeEnablingLoad, besideLoad, cellLoad, changeLoad, changeName, effectLoad, enableName, fillLoad, floodLoad, limitFact, listChanges, obeyLoad, overLoad, type ListChange } from './names.js'
import { requirements } from './requirements.js'

/** Literal histories of two replicas with an access list and a limit of 10 requests a second. Times are ms. */
export const instances = ['r1', 'r2']
export const preamble = (unlisted: 'closed' | 'open' = 'closed'): HistoryEvent[] => [
  fact('instances', instances),
  fact(accessFact, { unlisted, refusalStatus: [401, 403], effectiveWithinMs: 3_000, through: 'r1' }),
  fact(limitFact, { quota: 10, windowMs: 1_000, burst: 0 }),
]

type Answer = Partial<RequestEvent>
export const accepted: Answer = { outcome: 'ok', status: 200 }
export const refused: Answer = { outcome: 'error-status', status: 403 }
export type Change = (cell: { readonly caller: AccessCaller; readonly kind: AccessKind; readonly index: number }, answer: Answer) => Answer | undefined

/** Eight requests of each cell from 1 s on, answered as declared unless changed, and the reads of what was written. */
export type OnReplica = (cell: { readonly caller: AccessCaller; readonly kind: AccessKind; readonly via: string }) => Answer
export function matrix(change: Change = (_cell, answer) => answer, unlisted: 'closed' | 'open' = 'closed', onReplica: OnReplica = () => refused): HistoryEvent[] {
  const events: RequestEvent[] = []
  for (const caller of accessCallers) {
    for (const kind of accessKinds) {
      for (let index = 0; index < 8; index++) {
        const answer = change({ caller, kind, index }, mayBeDone(unlisted, caller, kind) ? accepted : refused)
        const key = kind === 'write' ? { key: `${caller}-${index}` } : {}
        if (answer !== undefined) events.push(request(1_000 + events.length, { load: cellLoad(caller, kind), via: 'balancer', instance: instances[index % 2]!, ...key, ...answer }))
      }
      if (!mayBeDone(unlisted, caller, kind)) events.push(...everywhere({ caller, kind }, onReplica).map((one) => ({ ...one, plannedAtMs: one.plannedAtMs + events.length })))
    }
  }
  return events
}
/** What is to be refused, asked of each replica itself. */
function everywhere({ caller, kind }: { readonly caller: AccessCaller; readonly kind: AccessKind }, onReplica: OnReplica): RequestEvent[] {
  return instances.map((via) => request(1_500, { load: cellLoad(caller, kind), via, instance: via, ...(kind === 'write' ? { key: `${caller}-on-${via}` } : {}), ...onReplica({ caller, kind, via }) }))
}
/** One request of each cell, and then the list is put in force. */
export function enabled(answer: (cell: { readonly caller: AccessCaller; readonly kind: AccessKind }) => Answer = () => accepted): HistoryEvent[] {
  const asked = accessCallers.flatMap((caller) => accessKinds.map((kind) => request(100, { load: beforeEnablingLoad(caller, kind), via: 'balancer', ...answer({ caller, kind }) })))
  return [...asked, ...intervention({ name: enableName, label: '', issuedAtMs: 500, acknowledgedAtMs: 510 })]
}
export function effects(there: (key: string) => Answer = asWritten): HistoryEvent[] {
  return accessCallers.flatMap((caller) => [...Array.from({ length: 8 }, (_, index) => `${caller}-${index}`), ...instances.map((via) => `${caller}-on-${via}`)]).map((key, index) => request(2_000 + index, { load: effectLoad, via: 'balancer', key, ...there(key) }))
}
export const absent: Answer = { outcome: 'error-status', status: 404 }
export const asWritten = (key: string): Answer => (/^(permitted|operator)/.test(key) ? accepted : absent)

const changeAtMs: Readonly<Record<ListChange, number>> = { deny: 3_000, permit: 8_000 }
export interface LiteralChange {
  /** Until each instance follows; undefined: it never does while it is watched, 3.5 s. */
  readonly tookMs?: (change: ListChange, instance: string) => number | undefined
  readonly acknowledged?: (change: ListChange) => boolean
  readonly boot?: (change: ListChange, instance: string) => string
  readonly last?: (change: ListChange, instance: string) => Answer
  readonly watchedMs?: number
}
export function changes({ tookMs = () => 200, acknowledged = () => true, boot = (_change, instance) => `${instance}-boot`, last, watchedMs = 3_500 }: LiteralChange = {}): HistoryEvent[] {
  const before = instances.map((via) => request(2_900, { load: beforeChangeLoad, via, boot: `${via}-boot`, ...accepted }))
  const made = listChanges.flatMap((change) => {
    const atMs = changeAtMs[change]
    const [old, wanted] = change === 'deny' ? [accepted, refused] : [refused, accepted]
    const reads = instances.flatMap((via) => {
      const took = tookMs(change, via)
      const read = (afterMs: number, answer: Answer): RequestEvent => request(atMs + afterMs, { load: changeLoad(change), via, boot: boot(change, via), ...answer })
      const end = took ?? watchedMs
      return [read(10, old), read(end, took === undefined ? old : wanted), read(end + 150, last?.(change, via) ?? (took === undefined ? old : wanted))]
    })
    return [...intervention({ name: changeName(change), label: change, issuedAtMs: atMs - 5, ...(acknowledged(change) ? { acknowledgedAtMs: atMs } : {}) }), ...reads]
  })
  return [...before, ...made]
}

export const told: Answer = { captured: { retryAfter: '1', policy: '"caller";q=10;w=1', rateLimit: '"caller";r=0;t=1' } }
export const tooMany: Answer = { outcome: 'polite-refusal', status: 429, ...told }

export interface LiteralOver {
  readonly everyMs?: number
  /** Which of the requests are accepted, by their number. */
  readonly accepts?: (index: number) => boolean
  readonly refusal?: (index: number) => Answer
  readonly instance?: (index: number) => string
  readonly takesMs?: number
}
/** Twice the quota for three windows from 1 s on, of which every second one is accepted. */
export function over({ everyMs = 50, accepts = (index) => index % 2 === 0, refusal = () => tooMany, instance = (index) => instances[Math.floor(index / 2) % 2]!, takesMs = 5 }: LiteralOver = {}): HistoryEvent[] {
  const count = 3_000 / everyMs
  return Array.from({ length: count }, (_, index) => {
    const atMs = 1_000 + index * everyMs
    return request(atMs, { load: overLoad, via: 'balancer', instance: instance(index), endedAtMs: atMs + takesMs, ...(accepts(index) ? { ...accepted, captured: { policy: '"caller";q=10;w=1', rateLimit: '"caller";r=3;t=1' } } : refusal(index)) })
  })
}
export const obeyed = (answer: Answer = accepted): HistoryEvent[] => [
  ...Array.from({ length: 10 }, (_, index) => request(4_100 + index, { load: fillLoad, via: 'balancer', ...accepted })),
  request(4_120, { load: fillLoad, via: 'balancer', ...tooMany }),
  request(5_130, { load: obeyLoad, via: 'balancer', ...answer }),
]

export interface LiteralNeighbour {
  readonly beside?: (index: number) => Answer
  readonly alone?: (index: number) => Answer
  readonly flood?: (index: number) => Answer
  readonly count?: number
}
/** A neighbour at 10 requests a second, alone from 1 s on and beside the flood from 10 s on. */
export function neighbour({ beside = () => accepted, alone = () => accepted, flood = (index) => (index % 3 === 0 ? accepted : tooMany), count = 30 }: LiteralNeighbour = {}): HistoryEvent[] {
  const of = (load: string, fromMs: number, answer: (index: number) => Answer): HistoryEvent[] =>
    Array.from({ length: load === floodLoad ? 6 * count : count }, (_, index) => request(fromMs + index * (load === floodLoad ? 100 / 6 : 100), { load, via: 'balancer', ...answer(index) }))
  return [...of(aloneLoad, 1_000, alone), ...of(floodLoad, 10_000, flood), ...of(besideLoad, 10_000, beside)]
}
export const slowIn = (tookMs: number) => (index: number): Answer => ({ ...accepted, endedAtMs: 10_000 + index * 100 + tookMs })
export const disturbance = (atMs: number): HistoryEvent => stall(atMs, 30_000)

export function judge(check: Check, events: readonly HistoryEvent[]): Finding {
  const requirement = requirements.find((one) => one.id === check.requirement)!
  return check.evaluate(historyOf(events), thresholdValues(requirement, 'quick'))
}
