import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted } from '../../core/checks/counted.js'
import { greatestOf } from '../../core/extremes.js'
import type { History, RequestEvent } from '../../core/history.js'
import { disturbedHarness, factOf, harnessHealth, requestsOf, type Window } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { idsOf, liveRestoreOf, overlaps, readsOf } from './live-restores.js'
import type { AccountFact } from './restore-account-live.js'
import { victimLoads } from './victim-probes.js'
import { starvedMachine } from '../../core/checks/starved-machine.js'
import { interventions, wasOk } from './vocabulary.js'

/** What is sent so soon after the restore was asked for may be made before it begins; what is acknowledged so soon, was. */
const greyMs = 500

/** BKUP-08: during and after the restore its user can go on. */
export const theUserIsNotLockedOut: Check = {
  id: 'the-restore-of-an-account-does-not-lock-its-user-out',
  requirement: 'BKUP-08',
  evaluate(history, thresholds) {
    const restore = liveRestoreOf(history, interventions.account, 'account')
    const account = factOf(history, 'account') as AccountFact | undefined
    if (restore === undefined || account === undefined) return inconclusive('no account was restored')
    if (!restore.ok) return inconclusive(`the restore of the account did not succeed (that is judged by BKUP-06): ${restore.intervention.error ?? 'it never ended'}`)
    const { window } = restore
    const used = Object.values(victimLoads).map((load): Used => ({ load, requests: requestsOf(history, load).sort((a, b) => a.plannedAtMs - b.plannedAtMs) }))
    const usual = used.find(({ requests }) => requests.some((one) => one.endedAtMs < window.fromMs && !wasOk(one)))
    if (usual !== undefined) return inconclusive(`${usual.load} failed before the restore too`)
    const violation = violationIn(history, { used, window, account }, thresholds)
    if (violation !== undefined) return violation
    const doubt = doubtOf(history, { used, window, witness: restore.intervention.witness, account }, thresholds)
    if (doubt !== undefined) return doubt
    const during = used.flatMap(({ requests }) => requests.filter(overlaps(window)))
    return passed(`the user could go on for all ${((window.toMs - window.fromMs) / 1_000).toFixed(1)} s of the restore: ${counted(during.length, 'request')}, no operation was away for longer than ${Math.round(greatestOf(used.map((one) => outage(one.requests, window))))} ms`, used.map((one) => outageEvidence(one, window, thresholds)), { strength: strengthOf(during.length) })
  },
}

interface Used {
  readonly load: string
  readonly requests: readonly RequestEvent[]
}
interface Observed {
  readonly used: readonly Used[]
  readonly window: Window
  readonly account: AccountFact
}

/** The longest time from the first failing request of a row to the next that succeeded, or to the last of all. */
function outage(requests: readonly RequestEvent[], { fromMs }: Window): number {
  let longestMs = 0
  let sinceMs: number | undefined
  for (const one of requests.filter(({ endedAtMs, outcome }) => endedAtMs >= fromMs && outcome !== 'cancelled')) {
    if (wasOk(one)) sinceMs = undefined
    else sinceMs ??= one.plannedAtMs
    if (sinceMs !== undefined) longestMs = Math.max(longestMs, one.endedAtMs - sinceMs)
  }
  return longestMs
}

const outageEvidence = ({ load, requests }: Used, window: Window, thresholds: ThresholdValues): Evidence => ({ note: `${load}: longest failure`, measured: Math.round(outage(requests, window)), allowed: numberThreshold(thresholds, 'longest_outage_s') * 1_000, unit: 'ms' })

function violationIn(history: History, { used, window, account }: Observed, thresholds: ThresholdValues): Finding | undefined {
  const lost = lossIn(history, window, numberThreshold(thresholds, 'acked_then_lost_max'))
  if (lost !== undefined) return lost
  const limitMs = numberThreshold(thresholds, 'longest_outage_s') * 1_000
  const away = used.filter(({ requests }) => outage(requests, window) > limitMs)
  const logins = used.find(({ load }) => load === victimLoads.logins)?.requests.filter((one) => one.endedAtMs >= window.fromMs && !wasOk(one) && one.outcome !== 'cancelled') ?? []
  const disturbed = disturbedHarness(history, window, limitMs / 4)
  if (away.length > 0) return disturbed ?? starvedByTime(history, { away, window }) ?? failed(`the user was locked out: ${away.map(({ load, requests }) => `${load} for ${(outage(requests, window) / 1_000).toFixed(1)} s`).join(', ')}`, away.map((one) => ({ ...outageEvidence(one, window, thresholds), requests: one.requests.filter((request) => !wasOk(request)).slice(0, 50).map(({ id }) => id) })))
  if (logins.length > numberThreshold(thresholds, 'login_failures_max')) return disturbed ?? failed(`${logins.length} logins failed during and after the restore`, [{ note: 'failed logins', measured: logins.length, allowed: numberThreshold(thresholds, 'login_failures_max'), unit: 'requests', requests: logins.map(({ id }) => id) }])
  const last = used.find(({ load }) => load === victimLoads.restored)?.requests.at(-1)
  if (last !== undefined && (last.status === 401 || last.status === 403)) return failed('the session that the user had is no longer valid after the restore', [{ note: 'last request on it', requests: [last.id] }])
  const [login] = requestsOf(history, `credentials-${account.passwordAfterRestore}`)
  if (login !== undefined && !wasOk(login) && login.status !== undefined && login.status < 500) return failed(`after the restore the user could not log in with the ${account.passwordAfterRestore === 'current' ? 'current password' : 'password of the backup'}, which is the one that is declared to work`, [{ note: 'the login', requests: [login.id] }])
  return undefined
}

/** A refusal needs an answer, and no lack of time makes one; only operations that got none may have been starved. */
const starvedByTime = (history: History, { away, window }: { readonly away: readonly Used[]; readonly window: Window }): Finding | null =>
  away.some(({ requests }) => requests.some((one) => overlaps(window)(one) && !wasOk(one) && one.status !== undefined && one.status < 500)) ? null : starvedMachine(history, window)

/**
 * Writes that were acknowledged to the user during the restore, and are not there afterwards. Nobody outside knows when a restore begins that was asked for:
 * what was under way then may be older than it, or was held back and dropped.
 */
function lossIn(history: History, window: Window, allowed: number): Finding | undefined {
  const { fromMs } = window
  const acknowledged = requestsOf(history, victimLoads.writes).filter((one) => wasOk(one) && one.endedAtMs >= fromMs + greyMs && one.plannedAtMs <= window.toMs)
  const sentAtMs = new Map(acknowledged.map((one) => [one.key ?? '', one.sentAtMs ?? one.plannedAtMs]))
  const lost = readsOf(history, 'victim-writes-after').filter(({ key, reading }) => sentAtMs.has(key) && (reading === 'absent' || reading === 'altered'))
  if (lost.length <= allowed) return undefined
  const { stallMsMax, controlSlowestMs } = harnessHealth(history, { fromMs, toMs: fromMs + greyMs })
  const begunMs = fromMs + greyMs + Math.max(stallMsMax, controlSlowestMs)
  const certain = lost.filter(({ key }) => (sentAtMs.get(key) ?? 0) >= begunMs)
  if (certain.length > allowed) return failed(...lossText(certain, allowed))
  const [text, evidence] = lossText(lost, allowed)
  return inconclusive(`${text}, and may be older than the restore: sent within ${Math.round(begunMs - fromMs)} ms after it had been asked for`, evidence)
}

const lossText = (lost: ReturnType<typeof readsOf>, allowed: number): [string, readonly Evidence[]] => [
  `${counted(lost.length, 'write')} of the user that the service acknowledged during the restore ${lost.length === 1 ? 'is' : 'are'} gone`,
  [{ note: 'acknowledged during the restore and not there afterwards', measured: lost.length, allowed, unit: 'count', requests: idsOf(lost) }],
]

function doubtOf(history: History, { used, window, witness, account }: Observed & { readonly witness: string | undefined }, thresholds: ThresholdValues): Finding | undefined {
  const tookS = (window.toMs - window.fromMs) / 1_000
  const minS = numberThreshold(thresholds, 'restore_min_duration_s')
  if (tookS < minS) return inconclusive(`the restore took ${tookS.toFixed(1)} s, at least ${minS} s are needed to see that somebody is locked out`)
  if (witness === undefined) return inconclusive('the restore said that it succeeded, and was not seen to mend an object')
  const during = used.filter(({ load }) => load !== victimLoads.member).flatMap(({ requests }) => requests.filter((one) => overlaps(window)(one) && one.outcome !== 'cancelled')).length
  const needed = numberThreshold(thresholds, 'probes_during_min')
  if (during < needed) return inconclusive(`${counted(during, 'request')} of the user fell into the restore, at least ${needed} are needed`)
  const silent = used.filter(({ load, requests }) => load !== victimLoads.member && !requests.some((one) => overlaps(window)(one) && one.outcome !== 'cancelled'))
  if (silent.length > 0) return inconclusive(`the user did not try ${silent.map(({ load }) => load).join(', ')} during the restore`)
  const after = used.filter(({ requests, load }) => load !== victimLoads.member && !requests.some((one) => one.plannedAtMs > window.toMs && wasOk(one)))
  if (after.length > 0) return inconclusive(`the user was not seen to do ${after.map(({ load }) => load).join(', ')} after the restore`)
  if (!requestsOf(history, `credentials-${account.passwordAfterRestore}`).some(wasOk)) return inconclusive('the user was not seen to log in with the password that is declared to work after the restore')
  const unread = readsOf(history, 'victim-writes-after').filter(({ reading }) => reading === 'unread').length
  return unread > 0 ? inconclusive(`${unread} writes of the user could not be looked for after the restore`) : undefined
}
