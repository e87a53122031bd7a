import type { History, HistoryEvent, ObservationEvent } from './history.js'
import { endOf, eventsOf, selected } from './history.js'

/**
 * Observation of a process on the way of a request, a replica, a component or our own network: for so long, of a span that ends with it, it could have run
 * and other processes had the processors. Of `virtual-machine`: for so long its processors, all of them together, were given to somebody else.
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

/** By the time they began. A service that is brought to its limit makes its own processes wait: there nothing is recorded. */
export function starvationsOf(history: History): readonly Starvation[] {
  const open = new Map<string, Starvation>()
  const found: Starvation[] = []
  for (const event of eventsOf(history, 'observation')) {
    if (event.probe !== processorWaitProbe || !isStarved(event)) continue
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

/** What a request goes through one after the other: at each place one of these has it, and which one is not known. */
const placeOf = (target: string): string => (target === ownNetwork || target === virtualMachine ? target : /^replica-\d+$/.test(target) ? 'replica' : 'component')

/**
 * For how long, at most, a request that was under way in a span was kept waiting for a processor, in ms: at each place on its way by whoever waited longest there.
 * Without it the request might have been that much quicker. A service that took the processors itself kept nobody waiting but itself.
 */
export function waitingOnTheWay(history: History): (span: { readonly fromMs: number; readonly toMs: number }) => number {
  const waits = new Map<string, Starvation[]>()
  for (const event of eventsOf(history, 'observation')) {
    if (event.probe !== processorWaitProbe || !isOthersDoing(event.value as ProcessorWait)) continue
    const { windowMs, waitedMs } = event.value as ProcessorWait
    const { target, atMs } = event
    const known = waits.get(target) ?? []
    waits.set(target, known)
    known.push({ target, fromMs: atMs - windowMs, toMs: atMs, waitedMs })
  }
  return (span) => {
    const longest = new Map<string, number>()
    for (const [target, found] of waits) {
      const place = placeOf(target)
      const waitedMs = found.flatMap((one) => inside(one, span)).reduce((sum, one) => sum + one.waitedMs, 0)
      longest.set(place, Math.max(longest.get(place) ?? 0, waitedMs))
    }
    let allMs = 0
    for (const waitedMs of longest.values()) allMs += waitedMs
    return Math.min(span.toMs - span.fromMs, allMs)
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

/** The history as it would be on a machine where nobody waits; itself where nobody did. */
export function withoutWaits(history: History): History {
  const isWait = (event: HistoryEvent): boolean => event.kind === 'observation' && event.probe === processorWaitProbe
  if (!anyOf(eventsOf(history, 'observation'), isWait)) return history
  return {
    events: () => without(history.events(), isWait),
    select: (selection) => without(selected(history, selection), isWait),
    endAtMs: () => endOf(history),
  }
}

function anyOf(events: Iterable<HistoryEvent>, is: (event: HistoryEvent) => boolean): boolean {
  for (const event of events) if (is(event)) return true
  return false
}

function* without(events: Iterable<HistoryEvent>, is: (event: HistoryEvent) => boolean): Generator<HistoryEvent> {
  for (const event of events) if (!is(event)) yield event
}
