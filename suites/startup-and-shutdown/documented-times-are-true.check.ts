import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import { readinessSamples } from '../../core/checks/readiness-samples.js'
import type { DocumentedTimes } from '../../core/declarations/documented.js'
import type { StopResult } from '../../core/driver.js'
import { greatestOf, leastOf } from '../../core/extremes.js'
import type { History } from '../../core/history.js'
import { disturbedHarness, factOf, interventionsOf, observationsOf, type Intervention } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'

/** No start takes longer than is documented until the instance is ready, and no stop until it has exited. */
export const documentedTimesAreTrue: Check = { id: 'documented-times-are-true', requirement: 'START-07', evaluate }

/** One start or stop: how long it took, or for how long its end was watched for in vain. */
interface Measured {
  readonly what: string // 'start-1 of replica-0'
  readonly kind: 'start' | 'stop'
  readonly tookMs: number
  readonly ended: boolean
  readonly limitMs: number
  readonly fromMs: number
}

function evaluate(history: History, thresholds: ThresholdValues): Finding {
  const times = factOf(history, 'documentedTimes') as DocumentedTimes | undefined
  if (times === undefined) return inconclusive('no documented times are known')
  const measured = [...startsOf(history, times), ...stopsOf(history, times)]
  const evidence = [{ note: `documented in ${times.where}: ${spanned(times.startMs)} to start, ${spanned(times.stopMs)} to stop` }, ...measured.map(evidenceOf)]
  const over = measured.filter(({ tookMs, limitMs }) => tookMs > limitMs)
  const doubts = over.map(({ fromMs, tookMs, limitMs }) => disturbedHarness(history, { fromMs, toMs: fromMs + tookMs }, limitMs / 10)?.summary)
  const bad = over.filter((_, index) => doubts[index] === undefined)
  if (bad.length > 0) return failed(`${listed(bad.map(said))} (documented in ${times.where})`, evidence)
  const reasons = [...doubts.filter((doubt) => doubt !== undefined), ...measured.filter(({ ended, tookMs, limitMs }) => !ended && tookMs <= limitMs).map(({ what, tookMs }) => `the end of ${what} was not seen in ${spanned(tookMs)}`), ...tooFew(measured, thresholds)]
  if (reasons.length > 0) return inconclusive(listed(reasons), evidence)
  const slowest = (kind: Measured['kind']): string => spanned(greatestOf(measured.filter((one) => one.kind === kind).map(({ tookMs }) => tookMs)))
  const count = (kind: Measured['kind']): number => measured.filter((one) => one.kind === kind).length
  return passed(
    `the slowest of ${counted(count('start'), 'start')} took ${slowest('start')} (documented ${spanned(times.startMs)}), the slowest of ${counted(count('stop'), 'stop')} ${slowest('stop')} (documented ${spanned(times.stopMs)})`,
    evidence,
    { strength: strengthOf(measured.length) },
  )
}

const said = ({ what, kind, tookMs, ended, limitMs }: Measured): string =>
  `${what} ${ended ? 'took' : kind === 'start' ? 'was not ready after' : 'had not ended after'} ${spanned(tookMs)}, documented are ${spanned(limitMs)}`

/** From the command, so that nothing of the start is left out; readiness is sampled often enough to add little. */
function startsOf(history: History, { startMs: limitMs }: DocumentedTimes): Measured[] {
  const slowed = new Set(interventionsOf(history, 'fault-dependency').map(({ label }) => label))
  return interventionsOf(history, 'start')
    .filter((start) => start.witnessedAtMs !== undefined && !slowed.has(start.label))
    .map((start) => {
      const samples = readinessSamples(history, start.target, { fromMs: start.issuedAtMs, toMs: nextAtMs(history, start) })
      const ready = samples.find(({ outcome }) => outcome === 'pass')
      const endMs = ready?.atMs ?? samples.at(-1)?.atMs ?? start.issuedAtMs
      return { what: `${start.label ?? 'a start'} of ${start.target}`, kind: 'start', tookMs: endMs - start.issuedAtMs, ended: ready !== undefined, limitMs, fromMs: start.issuedAtMs }
    })
}

function stopsOf(history: History, { stopMs: limitMs }: DocumentedTimes): Measured[] {
  return interventionsOf(history, 'stop').flatMap((stop): Measured[] => {
    const window = { fromMs: stop.issuedAtMs, toMs: nextAtMs(history, stop) }
    const result = observationsOf(history, 'stop-result', stop.target, window)[0]?.value as StopResult | undefined
    if (result === undefined || stop.witnessedAtMs === undefined) return []
    // One that had to be killed did not end by itself at all.
    return [{ what: `${stop.label ?? 'a stop'} of ${stop.target}`, kind: 'stop', tookMs: result.durationMs, ended: !result.killed, limitMs, fromMs: stop.issuedAtMs }]
  })
}

/** When something else was next done to the same instance. */
function nextAtMs(history: History, intervention: Intervention): number {
  const later = interventionsOf(history).filter(({ target, issuedAtMs }) => target === intervention.target && issuedAtMs > intervention.issuedAtMs)
  return Math.min(Infinity, leastOf(later.map(({ issuedAtMs }) => issuedAtMs)))
}

function tooFew(measured: readonly Measured[], thresholds: ThresholdValues): string[] {
  return (['start', 'stop'] as const).flatMap((kind) => {
    const needed = numberThreshold(thresholds, `${kind}s`)
    const ended = measured.filter((one) => one.kind === kind && one.ended).length
    return ended < needed ? [`only ${ended} of ${counted(needed, kind)} could be measured`] : []
  })
}

const evidenceOf = ({ what, tookMs, limitMs }: Measured): Evidence => ({ note: what, measured: Math.round(tookMs), allowed: limitMs, unit: 'ms' })
