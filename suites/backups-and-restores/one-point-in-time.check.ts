import { failed, inconclusive, passed, strengthOf, evidenceRequestsMax, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted } from '../../core/checks/counted.js'
import { greatestOf } from '../../core/extremes.js'
import type { History, RequestEvent } from '../../core/history.js'
import { factOf, observationsOf, requestsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { liveBackupsOf, type LiveBackup } from './live-backups.js'
import { readingsOf, restorationOf } from './restored-copy.js'
import { loads, restoredLoads, type FuzzyRead, type Transfer, type TransferAccounts } from './vocabulary.js'

/**
 * BKUP-02: three oracles on the restored copy. The sum of all balances; each balance is the initial one plus exactly the transfers
 * whose marker is present; and no transfer is missing that had been acknowledged before a present one was sent.
 */
export const backupsAreOnePointInTime: Check = {
  id: 'a-live-backup-is-one-point-in-time',
  requirement: 'BKUP-02',
  evaluate(history, thresholds) {
    const backups = liveBackupsOf(history).filter(({ ok }) => ok)
    const accounts = factOf(history, 'transfer-accounts') as TransferAccounts | undefined
    const sent = observationsOf(history, 'transfers').at(-1)?.value as readonly Transfer[] | undefined
    if (accounts === undefined || sent === undefined) return inconclusive('no transfers were made')
    if (backups.length === 0) return inconclusive('no backup was taken')
    const findings = backups.map((backup) => judgeOne(history, { backup, accounts, sent }, thresholds))
    const broken = findings.find(({ outcome }) => outcome === 'failed')
    if (broken !== undefined) return broken
    const power = powerOf(history, thresholds)
    if (power !== undefined) return power
    const good = findings.filter(({ outcome }) => outcome === 'passed')
    const needed = numberThreshold(thresholds, 'backups')
    if (good.length < needed) return findings.find(({ outcome }) => outcome === 'inconclusive') ?? inconclusive(`${counted(good.length, 'backup')} could be judged, ${needed} are needed`)
    const total = good.reduce((sum, one) => sum + (one.strength?.n ?? 0), 0)
    return passed(`${counted(good.length, 'backup')} with ${total} transfers wholly inside: the sum holds, every balance is explained by its transfers, none is missing before a present one`, good.flatMap(({ evidence }) => evidence), { strength: strengthOf(total) })
  },
}

/** Whether these transfers could show a copy that is not of one instant. */
function powerOf(history: History, thresholds: ThresholdValues): Finding | undefined {
  const reads = observationsOf(history, 'fuzzy-read').map(({ value }) => value as FuzzyRead)
  const usable = reads.filter(({ sum }) => sum !== null && Number.isFinite(sum))
  const broke = usable.filter(({ sum, expected }) => sum !== expected).length
  const needed = numberThreshold(thresholds, 'fuzzy_breaks_min')
  if (broke >= needed) return undefined
  return inconclusive(`${broke} of ${usable.length} readings of the balances one by one broke the sum, at least ${needed} must: these transfers might not show an inconsistent copy`)
}

interface Case {
  readonly backup: LiveBackup
  readonly accounts: TransferAccounts
  readonly sent: readonly Transfer[]
}

function judgeOne(history: History, { backup, accounts, sent }: Case, thresholds: ThresholdValues): Finding {
  const { label, window } = backup
  const restoration = restorationOf(history, label)
  if (restoration.state === 'refused') return inconclusive(`${restoration.why} (that is judged by BKUP-03)`)
  if (restoration.state !== 'restored') return inconclusive(restoration.why)
  const of = restoredLoads(label)
  const balances = new Map(requestsOf(history, of.balances).filter(({ outcome }) => outcome === 'ok').map(({ key = '', captured }) => [key, Number(captured?.['balance'])]))
  const unread = accounts.accounts.filter((account) => !Number.isSafeInteger(balances.get(account)))
  if (unread.length > 0) return inconclusive(`${unread.length} of ${accounts.accounts.length} balances could not be read in the restored copy of ${label}`)
  const markers = readingsOf(history, of.markers)
  const unknown = sent.filter(({ marker }) => !['same', 'absent'].includes(markers.get(marker)?.reading ?? 'unread'))
  if (unknown.length > 0) return inconclusive(`${unknown.length} of ${sent.length} transfers could not be looked for in the restored copy of ${label}`)
  const isPresent = (marker: string): boolean => markers.get(marker)?.reading === 'same'
  const requests = new Map(requestsOf(history, loads.transfers).map((one) => [one.key ?? '', one]))
  const violations = [...sumViolation(accounts, balances, thresholds), ...unexplained(accounts, { balances, present: sent.filter(({ marker }) => isPresent(marker)) }, thresholds), ...notClosed(sent, { requests, isPresent }, thresholds)]
  if (violations.length > 0) return failed(`the backup ${label} is not one point in time: ${violations.map(({ note }) => note).join('; ')}`, violations)
  const inside = sent.filter(({ marker }) => isInside(requests.get(marker), window)).length
  const needed = numberThreshold(thresholds, 'transfers_within_window_min')
  if (inside < needed) return inconclusive(`${counted(inside, 'transfer')} lay wholly inside the backup ${label}, at least ${needed} are needed`)
  const present = sent.filter(({ marker }) => isPresent(marker)).length
  if (present === 0) return inconclusive(`none of ${sent.length} transfers is in the copy of ${label}: it is from before them all, and could not be inconsistent`)
  return passed(`the backup ${label} is one point in time`, [{ note: `${label}: transfers wholly inside the backup; ${present} of ${sent.length} are in the copy`, measured: inside, allowed: needed, unit: 'count' }], { strength: strengthOf(inside) })
}

const isInside = (request: RequestEvent | undefined, window: LiveBackup['window']): boolean =>
  request !== undefined && window !== undefined && request.outcome === 'ok' && request.plannedAtMs >= window.fromMs && request.endedAtMs <= window.toMs

function sumViolation({ accounts, balance }: TransferAccounts, balances: ReadonlyMap<string, number>, thresholds: ThresholdValues): Evidence[] {
  const difference = accounts.reduce((sum, account) => sum + (balances.get(account) ?? 0) - balance, 0)
  if (Math.abs(difference) <= numberThreshold(thresholds, 'sum_difference')) return []
  return [{ note: `the sum of the balances differs by ${difference}`, measured: difference, allowed: 0, unit: 'count' }]
}

function unexplained({ accounts, balance }: TransferAccounts, copy: { readonly balances: ReadonlyMap<string, number>; readonly present: readonly Transfer[] }, thresholds: ThresholdValues): Evidence[] {
  const expected = new Map(accounts.map((account) => [account, balance]))
  const add = (account: string, amount: number): void => void expected.set(account, (expected.get(account) ?? 0) + amount)
  for (const { from, to, amount } of copy.present) {
    add(from, -amount)
    add(to, amount)
  }
  const wrong = accounts.filter((account) => copy.balances.get(account) !== expected.get(account))
  if (wrong.length <= numberThreshold(thresholds, 'unexplained_balances_max')) return []
  return [{ note: `${wrong.length} of ${accounts.length} balances are not the initial one plus the transfers that are there`, measured: wrong.length, allowed: 0, unit: 'count' }]
}

/** A transfer that was acknowledged before a present one was sent must be present as well. */
function notClosed(sent: readonly Transfer[], { requests, isPresent }: { readonly requests: ReadonlyMap<string, RequestEvent>; readonly isPresent: (marker: string) => boolean }, thresholds: ThresholdValues): Evidence[] {
  const lastSentMs = Math.max(-Infinity, greatestOf(sent.filter(({ marker }) => isPresent(marker)).map(({ marker }) => requests.get(marker)?.sentAtMs ?? -Infinity)))
  const missing = sent.flatMap(({ marker }) => {
    const request = requests.get(marker)
    return request !== undefined && request.outcome === 'ok' && request.endedAtMs < lastSentMs && !isPresent(marker) ? [request] : []
  })
  if (missing.length <= numberThreshold(thresholds, 'prefix_violations_max')) return []
  return [{ note: `${counted(missing.length, 'transfer')} missing that had been acknowledged before another one that is there was sent`, measured: missing.length, allowed: 0, unit: 'count', requests: missing.slice(0, evidenceRequestsMax).map(({ id }) => id) }]
}

