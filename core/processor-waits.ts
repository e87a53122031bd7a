import type { History, ObservationEvent } from './history.js'
import { eventsOf } from './history.js'

/** Observation of a replica: for so long, of a span that ends with it, it could have run and other processes had the processors. */
export const processorWaitProbe = 'processor-wait'
export interface ProcessorWait {
  readonly waitedMs: number
  readonly ranMs: number
  readonly windowMs: number
}

/**
 * A span in which a replica waited for a processor more than half of the time and was never idle. What had to be done in it may be late by all that was
 * waited. Whoever was idle for a moment had nothing left to do: a wait before that delays nothing after it.
 */
export interface Starvation {
  readonly target: string
  readonly fromMs: number
  readonly toMs: number
  readonly waitedMs: number
}

const starvedShare = 0.5
const neverIdleShare = 0.9
/** A look begins where the last one ended: what is further apart had another look in between. */
const gapMsMax = 50

/** By the time they began. A service that is brought to its limit makes its own processes wait: there nothing is recorded. */
export function starvationsOf(history: History): readonly Starvation[] {
  const open = new Map<string, Starvation>()
  const found: Starvation[] = []
  for (const event of eventsOf(history, 'observation')) {
    if (event.probe !== processorWaitProbe || !isStarved(event)) continue
    const { windowMs, waitedMs } = event.value as ProcessorWait
    const fromMs = event.atMs - windowMs
    const last = open.get(event.target)
    const one = last !== undefined && fromMs - last.toMs <= gapMsMax ? { ...last, toMs: event.atMs, waitedMs: last.waitedMs + waitedMs } : { target: event.target, fromMs, toMs: event.atMs, waitedMs }
    if (last !== undefined && one.fromMs !== last.fromMs) found.push(last)
    open.set(event.target, one)
  }
  return [...found, ...open.values()].sort((a, b) => a.fromMs - b.fromMs)
}

function isStarved({ value }: ObservationEvent): boolean {
  const { waitedMs, ranMs, windowMs } = value as ProcessorWait
  return waitedMs >= windowMs * starvedShare && waitedMs + ranMs >= windowMs * neverIdleShare
}

/** The one that waited longest among those that touch a span. */
export function worstStarvation(history: History, span: { readonly fromMs: number; readonly toMs: number }): Starvation | undefined {
  return starvationsOf(history)
    .filter(({ fromMs, toMs }) => fromMs <= span.toMs && toMs >= span.fromMs)
    .reduce<Starvation | undefined>((worst, one) => (worst === undefined || one.waitedMs > worst.waitedMs ? one : worst), undefined)
}

export const starvationText = ({ target, waitedMs, fromMs, toMs }: Starvation): string => `${target} waited ${Math.round(waitedMs)} of ${Math.round(toMs - fromMs)} ms for a processor`
