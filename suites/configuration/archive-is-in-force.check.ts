import { failed, inconclusive, passed, type Check, type Finding } from '../../core/check.js'
import { counted, listed } from '../../core/checks/counted.js'
import type { History } from '../../core/history.js'
import { observationsOf } from '../../core/reading.js'
import { behavioursOf, isSeen, parsedArchive, planOf, sameValue, showsAll, type ConfigurationPlan, type PlannedSetting, type SeenBehaviour } from './experiment.js'
import type { Parsed } from './format.js'
import { valueAt } from './paths.js'
import { nothingChanged } from './traffic-around.js'

/** CONF-06: an archive says what behaviour shows, after a change at run time and after an edit of a file nobody has loaded. */
export const archiveIsInForce: Check = {
  id: 'the-archive-is-the-configuration-in-force',
  requirement: 'CONF-06',
  evaluate(history) {
    const plan = planOf(history)
    if (plan === undefined) return nothingChanged
    if (plan.unusable !== undefined) return inconclusive(plan.unusable)
    if (plan.settings.length === 0) return inconclusive('no setting that can be seen in behaviour is declared')
    const arms = ['A', 'B'].map((label) => judgeChange(history, plan, label))
    const edited = judgeEdit(history, plan)
    const all = edited === undefined ? arms : [...arms, edited]
    const worst = all.find((one) => one.outcome === 'failed') ?? all.find((one) => one.outcome !== 'passed')
    if (worst !== undefined) return worst
    const file = edited === undefined ? `; ${plan.noFresh === undefined ? 'there is no file that a fresh instance reads' : `there is no fresh instance (${plan.noFresh})`}, so none was edited` : `, and ${edited.summary}`
    return passed(`${counted(plan.settings.length, 'setting')} stood in the archives as behaviour showed them after each of ${arms.length} changes at run time${file}`, all.flatMap((one) => one.evidence))
  },
}

/** Settings whose value in the archive is not the one that behaviour shows. */
function wrongSettings(plan: ConfigurationPlan, parsed: Parsed, seen: SeenBehaviour): PlannedSetting[] {
  return plan.settings.filter((setting) => {
    const [archived, shown] = [valueAt(parsed, setting.path), seen.values[setting.name]]
    if (shown === undefined || !isSeen(shown)) return false
    if (archived !== undefined) return shown.outcome !== 'read' || !sameValue(archived, shown.value)
    return shown.outcome === 'read' && setting.values.some((value) => sameValue(value, shown.value))
  })
}

function judgeChange(history: History, plan: ConfigurationPlan, label: string): Finding {
  const seen = behavioursOf(history, label, plan.archivedFrom).findLast((one) => showsAll(plan, label, one))
  if (seen === undefined) return inconclusive(`configuration ${label} was not seen to take effect on ${plan.archivedFrom}`)
  const archive = parsedArchive(history, plan, label)
  if ('problem' in archive) return inconclusive(archive.problem)
  const wrong = wrongSettings(plan, archive.parsed, seen)
  const evidence = [{ note: `settings that the archive of ${label} has otherwise than behaviour: ${wrong.map((one) => one.name).join(', ') || 'none'}`, measured: wrong.length, allowed: 0, unit: 'count' as const }]
  return wrong.length > 0 ? failed(`after a change at run time the archive does not have ${listed(wrong.map((one) => one.path))} as behaviour shows it`, evidence) : passed('as behaviour showed', evidence)
}

/** Undefined when there is no file. */
function judgeEdit(history: History, plan: ConfigurationPlan): Finding | undefined {
  const edited = observationsOf(history, 'file-edited').at(-1)
  if (edited === undefined) {
    const failedToStart = observationsOf(history, 'fresh-ready').some((one) => !(one.value as { readonly ready: boolean }).ready)
    return failedToStart ? inconclusive('the fresh instance whose file should have been edited did not become ready') : undefined
  }
  const looks = behavioursOf(history, 'file edited', edited.target)
  const [before, after] = [looks[0], looks.at(-1)]
  const readable = looks.length >= 2 && before !== undefined && after !== undefined && Object.values(after.values).every(isSeen)
  if (!readable) return inconclusive('behaviour could not be read around the archive after the edit of the file')
  if (JSON.stringify(before.values) !== JSON.stringify(after.values)) return inconclusive('the edit of the file took effect while the archive was taken')
  const archive = parsedArchive(history, plan, 'file edited')
  if ('problem' in archive) return inconclusive(archive.problem)
  const wrong = wrongSettings(plan, archive.parsed, after)
  const evidence = [{ note: `settings that the archive has otherwise than behaviour after the file was edited: ${wrong.map((one) => one.name).join(', ') || 'none'}`, measured: wrong.length, allowed: 0, unit: 'count' as const }]
  if (wrong.length > 0) return failed(`the archive has ${listed(wrong.map((one) => one.path))} from an edited file that is not in force`, evidence)
  return passed('an edit of the file that nobody loaded was not in the archive', evidence)
}
