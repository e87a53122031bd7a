import { failed, inconclusive, passed, strengthOf, type Check, type Finding } from '../../core/check.js'
import { comebackOf } from '../../core/checks/comeback.js'
import { judgeComebacks, type ExpectedComeback } from '../../core/checks/comeback-judgement.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import { readinessSamples } from '../../core/checks/readiness-samples.js'
import { eventsOf, type History } from '../../core/history.js'
import { interventionsOf, numberFact, type Intervention } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { restartPolicySentence, startedByHarness } from './restarts.js'
import { comebackLimitMs } from './time-limits.js'

/** Clocks of two processes and the polling between them may differ by this much when an uptime is checked. */
const uptimeToleranceMs = 250

function comebackAfter(history: History, kill: Intervention, options: { readonly untilMs: number; readonly limitMs: number; readonly requestsMin: number }): ExpectedComeback {
  const { untilMs, limitMs, requestsMin } = options
  const fromMs = kill.acknowledgedAtMs ?? kill.issuedAtMs
  return {
    what: `${kill.target} after ${kill.label ?? 'the kill'}`,
    fromMs,
    limitMs,
    requestsMin,
    comeback: comebackOf(history, { instance: kill.target, issuedAtMs: kill.issuedAtMs, fromMs, untilMs, limitMs, load: `after-${kill.label}` }),
  }
}

/**
 * How long the killed process had been up as far as the history can tell, or undefined. Platforms take a process that dies
 * young for one that cannot start, and may give up on it.
 */
function uptimeMs(history: History, kill: Intervention): number | undefined {
  let since: number | undefined
  for (const event of eventsOf(history, 'platform')) {
    if (event.name === 'process-started' && event.target === kill.target && event.atMs < kill.issuedAtMs) since = event.atMs
  }
  const samples = readinessSamples(history, kill.target, { fromMs: since ?? 0, toMs: kill.issuedAtMs })
  const lastNotReady = samples.findLastIndex((sample) => sample.outcome !== 'pass')
  since ??= samples[lastNotReady + 1]?.sentAtMs
  return since === undefined ? undefined : kill.issuedAtMs - since
}

/** Why a kill cannot be judged by what followed: a process that was young, or of unknown age. Else undefined. */
function tooYoungFor(history: History, kill: Intervention, uptimeMsMin: number): string | undefined {
  const uptime = uptimeMs(history, kill)
  if (uptime === undefined) return `nothing shows how long ${kill.target} had been up before ${kill.label ?? 'the kill'}`
  return uptime + uptimeToleranceMs < uptimeMsMin ? `${kill.target} was killed before it had been up for ${spanned(uptimeMsMin)}` : undefined
}

function evaluate(history: History, thresholds: ThresholdValues): Finding {
  const kills = interventionsOf(history, 'kill')
  const needed = numberThreshold(thresholds, 'kills')
  const limitMs = comebackLimitMs(numberThreshold(thresholds, 'restart_to_ready_s'), numberFact(history, 'startTimeoutMs'))
  const requestsMin = numberThreshold(thresholds, 'requests_after_restart')
  const uptimeMsMin = numberThreshold(thresholds, 'min_uptime_s') * 1_000
  const witnessed = kills.filter((kill) => kill.witnessedAtMs !== undefined)
  const tooYoung = witnessed.flatMap((kill) => tooYoungFor(history, kill, uptimeMsMin) ?? [])
  const oldEnough = witnessed.filter((kill) => tooYoungFor(history, kill, uptimeMsMin) === undefined)
  const expected = oldEnough.map((kill) => {
    const next = kills.find((other) => other.target === kill.target && other.issuedAtMs > kill.issuedAtMs)
    return comebackAfter(history, kill, { untilMs: next?.issuedAtMs ?? Infinity, limitMs, requestsMin })
  })
  const { failures, doubts, back, slowestMs } = judgeComebacks(history, expected)
  if (failures.length > 0) return failed(`${failures[0]?.note}, allowed ${failures[0]?.unit === 'ms' ? spanned(limitMs) : 'none'}${restartPolicySentence(history)}`, [...failures, ...back])
  if (kills.length === 0) return inconclusive('no process was killed')
  const reasons = [
    ...kills.filter((kill) => !witnessed.includes(kill)).map((kill) => `${kill.label ?? 'a kill'} was not witnessed: ${kill.error ?? 'nothing shows that the old process is gone'}`),
    ...tooYoung,
    ...startedByHarness(history, { fromMs: kills[0]?.issuedAtMs ?? 0 }),
    ...doubts,
    ...(back.length < needed ? [`only ${counted(back.length, 'restart')} of ${needed} was seen`] : []),
  ]
  if (reasons.length > 0) return inconclusive(listed(reasons), back)
  return passed(
    `restarted by itself and serving after each of ${counted(back.length, 'kill')}, the slowest after ${spanned(slowestMs)}, allowed ${spanned(limitMs)}`,
    back,
    { strength: strengthOf(back.length) },
  )
}

export const restartedByItselfAfterACrash: Check = { id: 'restarted-by-itself-after-a-crash', requirement: 'START-02', evaluate }
