import { disturbedHarness } from '../../core/reading.js'
import type { Finding } from '../../core/check.js'
import type { History } from '../../core/history.js'
import { spanned } from '../../core/checks/counted.js'
import { opposite } from './features.js'
import { effectOn, type Flip, type ToggleRecord } from './toggle-record.js'

export type Judged =
  | { readonly kind: 'effective'; readonly tookMs: number }
  /** It was in the state already, or was not read before: nothing can be learnt from it. */
  | { readonly kind: 'nothing'; readonly reason: string }
  | { readonly kind: 'wrong'; readonly text: string }

/** Whether a flip was in force on an instance in time, and stayed so while it was watched. */
export function judgeFlip(record: ToggleRecord, flip: Flip, { instance, limitMs }: { readonly instance: string; readonly limitMs: number }): Judged {
  const { before, tookMs, stayed, watchedMs, last } = effectOn(record, flip, instance)
  const what = `${flip.feature.name} switched ${flip.to}`
  const refused = flip.refused === undefined ? '' : ` (the switch was refused: ${flip.refused})`
  if (last === undefined) return { kind: 'nothing', reason: `${instance} gave no answer that shows ${flip.feature.name}` }
  if (tookMs === undefined) {
    if (watchedMs < limitMs) return { kind: 'nothing', reason: `${what} was watched on ${instance} for ${spanned(watchedMs)} of ${spanned(limitMs)}` }
    return { kind: 'wrong', text: `${what} was not in force on ${instance} after ${spanned(watchedMs)}${refused}: ${last.said}` }
  }
  if (before !== opposite(flip.to)) return { kind: 'nothing', reason: before === undefined ? `${instance} was not read before ${what}` : `${instance} showed ${flip.feature.name} as ${before} before it was switched ${flip.to}` }
  if (tookMs > limitMs) return { kind: 'wrong', text: `${what} was in force on ${instance} only after ${spanned(tookMs)}` }
  if (!stayed) return { kind: 'wrong', text: `${what} was in force on ${instance} after ${spanned(tookMs)} and was gone again: ${last.said}` }
  return { kind: 'effective', tookMs }
}

/** Whether the harness was too disturbed around these flips to charge the service with them: half of the limit may be its own doing. */
export const disturbedAround = (history: History, flips: readonly Flip[], limitMs: number): Finding | null =>
  flips.reduce<Finding | null>((found, flip) => found ?? disturbedHarness(history, { fromMs: flip.issuedAtMs, toMs: flip.endAtMs }, limitMs / 2), null)
