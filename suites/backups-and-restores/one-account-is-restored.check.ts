import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted } from '../../core/checks/counted.js'
import type { History } from '../../core/history.js'
import { factOf, observationsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { idsOf, liveRestoreOf, readsOf, type Read } from './live-restores.js'
import type { AccountDamage, AccountFact } from './restore-account-live.js'
import { interventions, wasCut } from './vocabulary.js'

/** BKUP-06: every object of the account is as it was in the backup. */
export const oneAccountIsRestored: Check = {
  id: 'one-account-is-restored-completely',
  requirement: 'BKUP-06',
  evaluate(history, thresholds) {
    const account = factOf(history, 'account') as AccountFact | undefined
    const damage = observationsOf(history, 'account-damage').at(-1)?.value as AccountDamage | undefined
    const restore = liveRestoreOf(history, interventions.account, 'account')
    if (account === undefined || damage === undefined || restore === undefined) return inconclusive('no account was damaged and restored')
    const doubt = smallDamage(account, damage, thresholds)
    if (doubt !== undefined) return inconclusive(doubt)
    if (wasCut(restore.intervention)) return inconclusive('the restore of the account did not reach its end')
    if (!restore.ok) return failed(`the restore of the account did not succeed: ${restore.intervention.error ?? 'it never ended'}`)
    const tookS = (restore.window.toMs - restore.window.fromMs) / 1_000
    const allowedS = numberThreshold(thresholds, 'complete_within_s')
    if (tookS > allowedS) return failed(`the restore of the account took ${Math.round(tookS)} s, at most ${allowedS} s are allowed`)
    const finding = compare(history, { account, damage }, thresholds)
    if (finding.outcome !== 'passed' || restore.intervention.witness !== undefined) return finding
    return inconclusive('the restore said that it succeeded, and was not seen to mend an object')
  },
}

function smallDamage({ types }: AccountFact, damage: AccountDamage, thresholds: ThresholdValues): string | undefined {
  if (types.length < 2) return 'fewer than 2 kinds of objects are declared: a restore of one kind alone would not be noticed'
  for (const kind of ['modified', 'deleted', 'created'] as const) {
    const needed = numberThreshold(thresholds, kind)
    if (damage[kind].length < needed) return `${counted(damage[kind].length, 'object')} of the account could be ${kind}, at least ${needed} are needed`
  }
  return undefined
}

/** The kind of an object, from `account/kind/name`. */
const kindOf = (key: string): string => key.split('/')[1] ?? ''

function compare(history: History, { account, damage }: { readonly account: AccountFact; readonly damage: AccountDamage }, thresholds: ThresholdValues): Finding {
  const objects = readsOf(history, 'account-after')
  const created = readsOf(history, 'account-created-after')
  const expectGone = account.createdSince === 'removed'
  const wrong = objects.filter(({ reading }) => reading === 'absent' || reading === 'altered')
  const unlikeDeclared = created.filter(({ reading }) => (expectGone ? reading === 'same' || reading === 'altered' : reading === 'absent' || reading === 'altered'))
  const evidence = evidenceOf(wrong, unlikeDeclared, account)
  if (wrong.length + unlikeDeclared.length > numberThreshold(thresholds, 'differences_max')) {
    const kinds = [...new Set([...wrong, ...unlikeDeclared].map(({ key }) => kindOf(key)))]
    return failed(`${wrong.length} of ${objects.length} objects are not as in the backup, and ${unlikeDeclared.length} that came after it were not ${account.createdSince} (${kinds.join(', ')})`, evidence)
  }
  const unread = [...objects, ...created].filter(({ reading }) => reading === 'unread')
  if (unread.length > 0) return inconclusive(`${unread.length} of ${objects.length + created.length} objects of the account could not be read after the restore`)
  const seen = new Set([...objects, ...created].map(({ key }) => key))
  const missed = [...damage.modified, ...damage.deleted, ...damage.created].filter((key) => !seen.has(key))
  if (missed.length > 0) return inconclusive(`${missed.length} damaged objects were not read after the restore`)
  const kinds = new Set(objects.map(({ key }) => kindOf(key))).size
  return passed(`all ${objects.length} objects of ${kinds} kinds are as in the backup, and the ${created.length} that came after it were ${account.createdSince}`, evidence, { strength: strengthOf(damage.modified.length + damage.deleted.length + damage.created.length) })
}

function evidenceOf(wrong: readonly Read[], unlikeDeclared: readonly Read[], { createdSince }: AccountFact): Evidence[] {
  const of = (note: string, reads: readonly Read[]): Evidence[] =>
    reads.length === 0 ? [] : [{ note: `${note}: ${reads.slice(0, 5).map(({ key, reading }) => `${key} ${reading}`).join(', ')}`, measured: reads.length, allowed: 0, unit: 'count', requests: idsOf(reads) }]
  return [...of('not as in the backup', wrong), ...of(`came after the backup and were not ${createdSince}`, unlikeDeclared)]
}
