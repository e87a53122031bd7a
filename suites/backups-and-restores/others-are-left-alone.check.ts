import { failed, inconclusive, passed, strengthOf, type Check } from '../../core/check.js'
import { counted } from '../../core/checks/counted.js'
import type { History } from '../../core/history.js'
import { factOf, requestsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { idsOf, liveRestoreOf, overlaps, overtaken, readsOf, type LiveRestore } from './live-restores.js'
import { interventions } from './vocabulary.js'

const accountOf = (key: string): string => key.split('/')[0] ?? ''

/** BKUP-07: every other account holds what was last acknowledged to it. */
export const othersAreLeftAlone: Check = {
  id: 'the-restore-of-one-account-leaves-the-others-alone',
  requirement: 'BKUP-07',
  evaluate(history, thresholds) {
    const restore = liveRestoreOf(history, interventions.account, 'account')
    const bystanders = factOf(history, 'bystander-accounts') as readonly string[] | undefined
    if (restore === undefined || bystanders === undefined) return inconclusive('no account was restored beside others')
    const reads = readsOf(history, 'bystanders-after')
    const late = overtaken(history, reads, ['bystander-changes', 'bystander-writes'])
    const deviating = reads.filter((one) => (one.reading === 'absent' || one.reading === 'altered') && !late.includes(one))
    if (deviating.length > numberThreshold(thresholds, 'deviations_max')) {
      const accounts = new Set(deviating.map(({ key }) => accountOf(key)))
      return failed(`${deviating.length} of ${reads.length} objects of ${counted(accounts.size, 'other account')} lost what was last acknowledged`, [
        { note: `not the last acknowledged value: ${deviating.slice(0, 5).map(({ key, request }) => `${key} ${request.detail ?? ''}`.trim()).join('; ')}`, measured: deviating.length, allowed: 0, unit: 'count', requests: idsOf(deviating) },
      ])
    }
    if (late.length > 0) return inconclusive(`${counted(late.length, 'object')} of other accounts held another value than was last acknowledged, but a write of it got no answer, and may have landed late`, [{ note: 'may have been overtaken', measured: late.length, unit: 'count', requests: idsOf(late) }])
    const doubt = doubtOf(history, { restore, bystanders }, thresholds)
    if (doubt !== undefined) return inconclusive(doubt)
    const unread = reads.filter(({ reading }) => reading === 'unread')
    if (reads.length === 0 || unread.length > 0) return inconclusive(`${unread.length} of ${reads.length} objects of other accounts could not be read after the restore`)
    return passed(`all ${reads.length} objects of ${bystanders.length} other accounts hold what was last acknowledged`, [], { strength: strengthOf(reads.length) })
  },
}

function doubtOf(history: History, { restore, bystanders }: { readonly restore: LiveRestore; readonly bystanders: readonly string[] }, thresholds: ThresholdValues): string | undefined {
  if (!restore.ok) return `the restore of the account did not succeed (that is judged by BKUP-06): ${restore.intervention.error ?? 'it never ended'}`
  if (restore.intervention.witness === undefined) return 'the restore said that it succeeded, and was not seen to mend an object'
  const needed = numberThreshold(thresholds, 'bystanders')
  if (bystanders.length < needed) return `there were ${counted(bystanders.length, 'other account')}, at least ${needed} are needed`
  const changes = requestsOf(history, 'bystander-changes').filter(({ outcome, endedAtMs }) => outcome === 'ok' && endedAtMs < restore.window.fromMs)
  const each = numberThreshold(thresholds, 'post_backup_changes_each')
  const few = bystanders.filter((account) => changes.filter(({ key }) => accountOf(key ?? '') === account).length < each)
  if (few.length > 0) return `${counted(few.length, 'other account')} had not been changed ${each} times between the backup and the restore: that they were rewound would not show`
  const writes = requestsOf(history, 'bystander-writes').filter((one) => one.outcome === 'ok' && overlaps(restore.window)(one)).length
  return writes < bystanders.length ? `${counted(writes, 'write')} of other accounts fell into the restore, at least ${bystanders.length} are needed` : undefined
}
