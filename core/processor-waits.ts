import type { History, HistoryEvent, ObservationEvent } from './history.js'
import { endOf, eventsOf, selected } from './history.js'

/**
 * Observation of a process on the way of a request, a replica, a component or our own network: for so long, of a span that ends with it, it could have run
 * and other processes had the processors. Of `virtual-machine`: for so long its average processor was given to somebody else.
 */
export const processorWaitProbe = 'processor-wait'
/** Whose waits those are that a hypervisor made: no process of this machine sees them. */
export const virtualMachine = 'virtual-machine'
/** The process of ours that holds the balancer and the fault proxies. */
export const ownNetwork = 'network'
export interface ProcessorWait {
  readonly waitedMs: number
  readonly ranMs: number
  readonly windowMs: number
  /** What the whole service, replicas and components, ran in the span, and all processors together could have. */
  readonly serviceRanMs: number
  readonly capacityMs: number
}

/**
 * A span in which a replica waited for a processor more than half of the time and was never idle, while others than the replicas had most of the
 * processors. What had to be done in it may be late by all that was waited. Whoever was idle for a moment had nothing left to do: a wait before that
 * delays nothing after it. A service that takes the processors itself, as in a busy loop, waits for nobody else.
 */
export interface Starvation {
  readonly target: string
  readonly fromMs: number
  readonly toMs: number
  readonly waitedMs: number
}

const starvedShare = 0.5
const neverIdleShare = 0.9
const ownShareMax = 0.5
/** A look begins where the last one ended: what is further apart had another look in between. */
const gapMsMax = 50

/** By the time they began. A service that is brought to its limit makes its own processes wait: while it has most of the processors, nobody starves. */
export function starvationsOf(history: History): readonly Starvation[] {
  const open = new Map<string, Starvation>()
  const found: Starvation[] = []
  for (const event of eventsOf(history, 'observation')) {
    if (event.probe !== processorWaitProbe || !isServing(event.target) || !isStarved(event)) continue
    const { windowMs, waitedMs } = event.value as ProcessorWait
    const one: Starvation = { target: event.target, fromMs: event.atMs - windowMs, toMs: event.atMs, waitedMs }
    const last = open.get(event.target)
    const isNext = last !== undefined && one.fromMs - last.toMs <= gapMsMax
    if (last !== undefined && !isNext) found.push(last)
    open.set(event.target, isNext ? joined(last, one) : one)
  }
  return [...found, ...open.values()].sort((a, b) => a.fromMs - b.fromMs)
}

/** A look may reach back behind the last one: nobody waits longer than the time that went by. */
function joined(last: Starvation, next: Starvation): Starvation {
  const fromMs = Math.min(last.fromMs, next.fromMs)
  return { target: last.target, fromMs, toMs: next.toMs, waitedMs: Math.min(last.waitedMs + next.waitedMs, next.toMs - fromMs) }
}

function isStarved({ value }: ObservationEvent): boolean {
  const { waitedMs, ranMs, windowMs } = value as ProcessorWait
  return waitedMs >= windowMs * starvedShare && waitedMs + ranMs >= windowMs * neverIdleShare && isOthersDoing(value as ProcessorWait)
}

const isOthersDoing = ({ serviceRanMs, capacityMs }: ProcessorWait): boolean => serviceRanMs < capacityMs * ownShareMax

/** Through these every request goes. A component may serve few of them, and one that starves excuses nothing but what may have waited for it. */
const isServing = (target: string): boolean => target === ownNetwork || target === virtualMachine || /^replica-\d+$/.test(target)

interface Span {
  readonly fromMs: number
  readonly toMs: number
}
/** When the service itself had most of the processors: whoever was late then was kept waiting by it. */
export const ownDoings = (history: History): readonly { readonly fromMs: number; readonly toMs: number }[] =>
  [...eventsOf(history, 'observation')].flatMap(({ probe, value, atMs }) => (probe !== processorWaitProbe || isOthersDoing(value as ProcessorWait) ? [] : [{ fromMs: atMs - (value as ProcessorWait).windowMs, toMs: atMs }]))

/** Finer than any look. */
const cellMs = 20

/**
 * For how long, at most, a request that was under way in a span was kept waiting for a processor, in ms. At each moment one process on its way has it, and which one
 * is not known: that one which waited most. A service that took the processors itself kept nobody waiting but itself.
 */
export function waitingOnTheWay(history: History): (span: { readonly fromMs: number; readonly toMs: number }) => number {
  const most: number[] = []
  for (const event of eventsOf(history, 'observation')) {
    if (event.probe !== processorWaitProbe || !isOthersDoing(event.value as ProcessorWait)) continue
    const { windowMs, waitedMs } = event.value as ProcessorWait
    const share = Math.min(1, waitedMs / windowMs)
    for (let cell = Math.max(0, Math.round((event.atMs - windowMs) / cellMs)); cell < Math.round(event.atMs / cellMs); cell += 1) most[cell] = Math.max(most[cell] ?? 0, share)
  }
  return ({ fromMs, toMs }) => {
    let waitedMs = 0
    for (let cell = Math.floor(fromMs / cellMs); cell * cellMs < toMs; cell += 1) {
      const partMs = Math.min(toMs, (cell + 1) * cellMs) - Math.max(fromMs, cell * cellMs)
      waitedMs += (most[cell] ?? 0) * partMs
    }
    return waitedMs
  }
}

/** The one that waited longest inside of a span, with that part of it alone. */
export function worstStarvation(history: History, span: { readonly fromMs: number; readonly toMs: number }): Starvation | undefined {
  return starvationsOf(history)
    .flatMap((one) => inside(one, span))
    .reduce<Starvation | undefined>((worst, one) => (worst === undefined || one.waitedMs > worst.waitedMs ? one : worst), undefined)
}

function inside({ target, fromMs, toMs, waitedMs }: Starvation, span: { readonly fromMs: number; readonly toMs: number }): Starvation[] {
  const part = { fromMs: Math.max(fromMs, span.fromMs), toMs: Math.min(toMs, span.toMs) }
  return part.toMs <= part.fromMs ? [] : [{ target, ...part, waitedMs: (waitedMs * (part.toMs - part.fromMs)) / (toMs - fromMs) }]
}

/** What waited for a processor for so much of the time that its answer was given is late because of that. */
const waitedShareOfLateness = 0.5

/**
 * A replica that our balancer took out because an answer was late, while the replica waited for a processor for at least half of the time that answer was given:
 * what clients lose to a rotation without it is not the service's.
 */
export function starvedEjection(history: History, span: { readonly fromMs: number; readonly toMs: number }): Starvation | undefined {
  const starvations = starvationsOf(history)
  if (starvations.length === 0) return undefined
  for (const { name, target, atMs, detail } of eventsOf(history, 'platform')) {
    const lateAfterMs = detail?.['lateAfterMs']
    if (name !== 'backend-down' || typeof lateAfterMs !== 'number' || atMs < span.fromMs || atMs > span.toMs) continue
    const waited = starvations.filter((one) => one.target === target).flatMap((one) => inside(one, { fromMs: atMs - lateAfterMs, toMs: atMs }))
    const worst = waited.find(({ waitedMs }) => waitedMs >= lateAfterMs * waitedShareOfLateness)
    if (worst !== undefined) return worst
  }
  return undefined
}

export const starvationText = ({ target, waitedMs, fromMs, toMs }: Starvation): string => `${target} waited ${Math.round(waitedMs)} of ${Math.round(toMs - fromMs)} ms for a processor`

/** Observation that is left of a wait in a history without waits: how much of the processors the service had. It excuses nobody. */
export const processorUseProbe = 'processor-use'

/** Spans of which it is known how much of the processors the service had, by whether it had most of them. */
export function processorUses(history: History): { readonly service: readonly Span[]; readonly others: readonly Span[] } {
  const service: Span[] = []
  const others: Span[] = []
  for (const { probe, value, atMs } of eventsOf(history, 'observation')) {
    if (probe !== processorWaitProbe && probe !== processorUseProbe) continue
    const use = value as ProcessorWait
    ;(isOthersDoing(use) ? others : service).push({ fromMs: atMs - use.windowMs, toMs: atMs })
  }
  return { service, others }
}

/** The history as it would be on a machine where nobody waits; itself where nobody did. */
export function withoutWaits(history: History): History {
  if (!anyOf(eventsOf(history, 'observation'), isWait)) return history
  return {
    events: () => withUsesOnly(history.events()),
    select: (selection) => withUsesOnly(selected(history, selection)),
    endAtMs: () => endOf(history),
  }
}

const isWait = (event: HistoryEvent): boolean => event.kind === 'observation' && event.probe === processorWaitProbe

function anyOf(events: Iterable<HistoryEvent>, is: (event: HistoryEvent) => boolean): boolean {
  for (const event of events) if (is(event)) return true
  return false
}

function* withUsesOnly(events: Iterable<HistoryEvent>): Generator<HistoryEvent> {
  for (const event of events) yield isWait(event) ? { ...(event as ObservationEvent), probe: processorUseProbe } : event
}
