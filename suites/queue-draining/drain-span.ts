import { inconclusive, type Evidence, type Finding } from '../../core/check.js'
import { spanned } from '../../core/checks/counted.js'
import { leastOf } from '../../core/extremes.js'
import { endOf, type History, type InstanceId } from '../../core/history.js'
import { interventionsOf, observationsOf, platformAtMs, type Intervention } from '../../core/reading.js'
import { returnedProbe, type Returned } from './names.js'

/** One acknowledged drain, and the time in which the replica was draining and nothing else was done to it. */
export interface DrainSpan {
  readonly drain: Intervention
  readonly target: InstanceId
  readonly issuedAtMs: number
  readonly acknowledgedAtMs: number
  readonly endedAtMs: number
  readonly endedBy: 'exit' | 'procedure' | 'recording'
}

/** The drain with this label, or the finding that says why there is none to judge. */
export function drainSpan(history: History, label: string): DrainSpan | Finding {
  const drain = interventionsOf(history, 'drain', label)[0]
  if (drain === undefined) return inconclusive('no replica was drained')
  return spanOf(history, drain)
}

/** The acknowledgement is the replica's own word and enough to be held to it; without one nothing was promised. */
export function spanOf(history: History, drain: Intervention): DrainSpan | Finding {
  const { target, issuedAtMs, acknowledgedAtMs } = drain
  if (acknowledgedAtMs === undefined) {
    return inconclusive(`the drain of ${target} was not acknowledged${drain.error === undefined ? '' : `: ${drain.error}`}`)
  }
  const exitedAtMs = platformAtMs(history, 'process-exited', target, issuedAtMs)
  const procedureAtMs = nextProcedureAtMs(history, drain)
  const endedAtMs = Math.min(exitedAtMs ?? Infinity, procedureAtMs ?? Infinity, endOf(history))
  const endedBy = endedAtMs === exitedAtMs ? 'exit' : endedAtMs === procedureAtMs ? 'procedure' : 'recording'
  return { drain, target, issuedAtMs, acknowledgedAtMs, endedAtMs, endedBy }
}

export const isFinding = (value: DrainSpan | Finding): value is Finding => 'outcome' in value

/** How the drain was seen to land, for people. */
export function landing({ drain, target, issuedAtMs, acknowledgedAtMs }: DrainSpan): Evidence {
  const acknowledged = `the drain of ${target} was acknowledged after ${spanned(acknowledgedAtMs - issuedAtMs)}`
  if (drain.witnessedAtMs === undefined) return { note: `${acknowledged}; readiness did not show it, so the acknowledgement alone stands for the drain` }
  return { note: `${acknowledged} and seen on the replica itself${drain.witness === undefined ? '' : `: ${drain.witness}`}` }
}

/** The last word of the scenario on whether the replica came back after this moment. */
export function returnedAfter(history: History, target: InstanceId, afterMs: number): Returned | undefined {
  return observationsOf(history, returnedProbe, target).findLast((event) => event.atMs > afterMs)?.value as Returned | undefined
}

/** What is missing for a recovery to have been seen, or undefined. */
export function missingReturn(history: History, target: InstanceId, afterMs: number): string | undefined {
  const returned = returnedAfter(history, target, afterMs)
  if (returned === undefined) return `it was not recorded whether ${target} came back afterwards`
  if (!returned.ready) return `${target} did not become ready again afterwards`
  return returned.inRotation === false ? `${target} did not come back into the rotation afterwards` : undefined
}

/** When something else was next done to the drained replica. */
function nextProcedureAtMs(history: History, drain: Intervention): number | undefined {
  const later = interventionsOf(history).filter((one) => one.target === drain.target && one.id !== drain.id && one.issuedAtMs >= drain.issuedAtMs)
  return later.length === 0 ? undefined : leastOf(later.map((one) => one.issuedAtMs))
}
