import { failed, inconclusive, passed, type Evidence, type Finding } from '../../core/check.js'
import { disturbances, isCalm } from '../../core/checks/calm.js'
import { judgeQuantile, quantileName } from '../../core/checks/quantile-limit.js'
import { samplesFor } from '../../core/checks/quantile.js'
import type { History, RequestEvent } from '../../core/history.js'
import { processorUses, waitingOnTheWay, withoutWaits } from '../../core/processor-waits.js'
import { observationsOf, requestsOf, type Window } from '../../core/reading.js'
import { latencyMs } from './fault-spans.js'
import { noisy } from './noise.js'

export interface LatencyQuestion {
  readonly requests: readonly RequestEvent[]
  readonly quantile: number
  readonly limitMs: number
  /** 'core requests without reviews' */
  readonly what: string
  readonly before: Window
  readonly window: Window
  /** A wait for a processor excuses what it touched then, and nothing else. */
  readonly underLoad?: boolean
}

/**
 * Whether a quantile of the latencies is below a limit. What is certainly above fails, unless the machine was busy; what
 * cannot be told to 95 % is inconclusive.
 */
export function judgeLatency(history: History, { requests, quantile, limitMs, what, before, window, underLoad = false }: LatencyQuestion): Finding {
  const name = quantileName(quantile)
  const found = judgeQuantile({ values: requests.map(latencyMs), quantile, limit: limitMs })
  const measured = found.estimate === undefined || !Number.isFinite(found.estimate) ? {} : { measured: Math.round(found.estimate) }
  const evidence: Evidence[] = [{ note: `${name} of ${found.n} ${what}`, ...measured, allowed: Math.round(limitMs), unit: 'ms' }]
  const needed = samplesFor(quantile)
  if (found.verdict === 'below' && found.n >= needed) return passed(`${name} of ${what} was ${measured.measured ?? 0} ms`, evidence)
  const text = `${found.above} of ${found.n} ${what} took longer than ${Math.round(limitMs)} ms`
  if (found.verdict === 'above') return noisy(underLoad ? withoutWaits(history) : history, { before, window, limitMs }) ?? inCalm(history, { requests, quantile, limitMs, window, text, evidence, underLoad })
  if (found.n < needed) return inconclusive(`there were ${found.n} ${what}, ${name} needs ${needed}`, evidence)
  return toldInCalm(history, { requests, quantile, limitMs, what, window, evidence }) ?? inconclusive(`${text}: neither few nor many enough to tell ${name}`, evidence)
}

/** More than this left out, and it is not a moment that is left out but the window. */
const leftOutShareMax = 0.05

/**
 * What neither holds nor fails for a moment in which the harness stalled, or its own echo server was slow, may hold without that moment. All requests that were due in it are left out, the
 * quick ones too: what is chosen by how long it took is chosen by what it shows. Undefined where that decides nothing.
 */
function toldInCalm(history: History, { requests, quantile, limitMs, window, what, evidence }: Pick<LatencyQuestion, 'requests' | 'quantile' | 'limitMs' | 'window' | 'what'> & { readonly evidence: readonly Evidence[] }): Finding | undefined {
  const moments = disturbedByOthers(history, window, limitMs)
  const calm = requests.filter(({ plannedAtMs }) => !moments.some(({ fromMs, toMs }) => plannedAtMs >= fromMs - limitMs && plannedAtMs <= toMs))
  const leftOut = requests.length - calm.length
  if (leftOut === 0 || leftOut > leftOutShareMax * requests.length) return undefined
  const left = judgeQuantile({ values: calm.map(latencyMs), quantile, limit: limitMs })
  if (left.verdict !== 'below' || left.n < samplesFor(quantile)) return undefined
  const why = `without ${leftOut} that were due while the harness stalled or its own echo server was slow`
  return passed(`${quantileName(quantile)} of ${what} was ${Math.round(left.estimate ?? 0)} ms, ${why}`, [...evidence, { note: `${what} that were due while the harness stalled or its own echo server was slow`, measured: leftOut, allowed: Math.floor(leftOutShareMax * requests.length), unit: 'requests' }])
}

/** Only where it is known that it was others who had the processors: a service that takes them makes everybody slow, and is not left out for it. */
function disturbedByOthers(history: History, window: Window, limitMs: number): readonly Window[] {
  const uses = processorUses(history)
  const overlaps = (span: Window) => (other: Window): boolean => other.fromMs < span.toMs && other.toMs > span.fromMs
  return [...slowEchoes(history, window, limitMs), ...stalls(history, window, limitMs)].filter((span) => uses.others.some(overlaps(span)) && !uses.service.some(overlaps(span)))
}

function stalls(history: History, window: Window, limitMs: number): readonly Window[] {
  return observationsOf(history, 'event-loop-delay', 'harness').flatMap(({ atMs, value }) => {
    const { maxMs = 0, windowMs = 0 } = value as { readonly maxMs?: number; readonly windowMs?: number }
    const span = { fromMs: atMs - Math.max(windowMs, maxMs), toMs: atMs }
    return maxMs > limitMs * echoShareMax && overlapsWindow(span, window) ? [span] : []
  })
}

/** What was lost is no measure of how slow the machine was. */
const slowEchoes = (history: History, window: Window, limitMs: number): readonly Window[] =>
  requestsOf(history, 'null-control')
    .filter((one) => one.outcome === 'ok' && latencyMs(one) > limitMs * echoShareMax)
    .map(({ plannedAtMs, endedAtMs }) => ({ fromMs: plannedAtMs, toMs: endedAtMs }))
    .filter((span) => overlapsWindow(span, window))

const overlapsWindow = (span: Window, window: Window): boolean => span.fromMs <= window.toMs && span.toMs >= window.fromMs

interface Slowness {
  readonly requests: readonly RequestEvent[]
  readonly quantile: number
  readonly limitMs: number
  readonly window: Window
  readonly text: string
  readonly evidence: readonly Evidence[]
  readonly underLoad: boolean
}
/** Our own echo server does next to nothing. What takes it this share of the limit takes a service, which needs the processor more often, all of it. */
const echoShareMax = 0.5

/**
 * What is slow is charged to the service only where it is slow without the spans in which our own echo server was slow as well, and without the time for which
 * what a request goes through waited for a processor.
 */
function inCalm(history: History, { requests, quantile, limitMs, window, text, evidence, underLoad }: Slowness): Finding {
  const busy = requestsOf(history, 'null-control')
    .filter((one) => latencyMs(one) > limitMs * echoShareMax && one.plannedAtMs <= window.toMs && one.endedAtMs >= window.fromMs)
    .map((one) => ({ fromMs: one.plannedAtMs, toMs: one.endedAtMs + limitMs })) // what waited then is still being served
  const calm = requests.filter(isCalm(underLoad ? [...busy, ...disturbances(history, window, limitMs)] : busy))
  const waitedMs = waitingOnTheWay(history)
  const left = judgeQuantile({ values: calm.map((one) => latencyMs(one) - waitedMs({ fromMs: one.plannedAtMs, toMs: one.endedAtMs })), quantile, limit: limitMs })
  if (left.verdict === 'above') return failed(left.n === requests.length && left.above === slowOf(requests, limitMs) ? text : `${text}, ${left.above} of them while our own echo server was quick and nothing had to wait for a processor`, evidence)
  if (calm.length < requests.length) return inconclusive(`${text}: most of them while our own echo server needed more than ${Math.round(limitMs * echoShareMax)} ms as well`, evidence)
  return inconclusive(`${text}: most of them not without the time for which what they go through waited for a processor`, evidence)
}

const slowOf = (requests: readonly RequestEvent[], limitMs: number): number => requests.filter((one) => latencyMs(one) > limitMs).length

/** The limit for what should be as quick as it was: a factor on the usual quantile and some slack. Undefined: nothing was answered before. */
export function usualLimitMs(requests: readonly RequestEvent[], { quantile, factor, slackMs }: { readonly quantile: number; readonly factor: number; readonly slackMs: number }): number | undefined {
  const { estimate } = judgeQuantile({ values: requests.map(latencyMs), quantile, limit: 0 })
  // Without answers nothing is usual, and a limit that is infinite would be none.
  return estimate === undefined || !Number.isFinite(estimate) ? undefined : estimate * factor + slackMs
}
