import { failed, inconclusive, passed, type Check, type Finding } from '../../core/check.js'
import { counted, listed } from '../../core/checks/counted.js'
import type { History } from '../../core/history.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { answeredOf, archiveOf, archivesOf, parsedArchive, planOf, type ConfigurationPlan } from './experiment.js'
import { differingPaths, isWithin, leaves } from './paths.js'
import { nothingChanged, unlessDisturbed } from './traffic-around.js'

const control = /[\u0000\ufffd]/ // a NUL, or what a decoder puts in the place of bytes that are no UTF-8
const base64 = /^[A-Za-z0-9+/=_\r\n-]+$/ // no spaces: prose is not meant

/** CONF-07: an archive is text that the parsers of its format read, and that says the same when it is written again. */
export const archivesAreText: Check = {
  id: 'archived-configurations-are-text',
  requirement: 'CONF-07',
  evaluate(history, thresholds) {
    const plan = planOf(history)
    if (plan === undefined) return nothingChanged
    const archive = archiveOf(history, 'found')
    if (archive === undefined) return inconclusive(archivesOf(history, 'found')[0]?.error ?? 'no archive was taken')
    if (archive.text.trim() === '') return failed('the archive is empty')
    if (control.test(archive.text)) return failed('the archive is not text: it holds NUL bytes or is no UTF-8')
    const found = parsedArchive(history, plan, 'found')
    if ('problem' in found) return failed(found.problem)
    if (typeof found.parsed !== 'object' || found.parsed === null) return failed(`the archive is one ${typeof found.parsed} of ${archive.text.length} characters and no ${plan.format} with keys`)
    const opaque = opaquePaths(plan, found.parsed, numberThreshold(thresholds, 'opaque_scalar_bytes_max'))
    if (opaque.length > 0) return failed(`${listed(opaque)} is encoded, so that no tool can examine or compare it`)
    return judgeRoundTrip(history, plan, { thresholds, values: leaves(found.parsed).length })
  },
}

/** Long texts of base64 that the descriptor does not name. */
function opaquePaths(plan: ConfigurationPlan, parsed: unknown, bytesMax: number): string[] {
  return leaves(parsed)
    .filter(([pointer, value]) => value.startsWith('"') && value.length - 2 > bytesMax && base64.test(JSON.parse(value) as string) && !isWithin(pointer, plan.opaque))
    .map(([pointer]) => pointer)
}

function judgeRoundTrip(history: History, plan: ConfigurationPlan, { thresholds, values }: { readonly thresholds: ThresholdValues; readonly values: number }): Finding {
  const answered = answeredOf(history, 'config.apply', 'round trip')
  const [a, again, round] = ['A', 'A once more', 'round trip'].map((label) => parsedArchive(history, plan, label))
  if (answered === undefined || a === undefined || again === undefined || round === undefined) return inconclusive('no archive was parsed, written again and applied')
  const window = { fromMs: answered.startedAtMs, toMs: answered.startedAtMs + answered.tookMs }
  if (!answered.ok) return unlessDisturbed(history, window, { finding: failed(`an archive that was parsed and written again was not accepted: ${answered.error ?? ''}`) })
  if ('problem' in a) return inconclusive(a.problem)
  if ('problem' in round) return inconclusive(round.problem)
  const noise = 'problem' in again ? [] : differingPaths(a.parsed, again.parsed)
  const differing = differingPaths(a.parsed, round.parsed, [...plan.volatile, ...noise])
  const max = numberThreshold(thresholds, 'roundtrip_differences_max')
  const evidence = [{ note: `paths that differ after an archive was parsed, written again and applied: ${differing.join(', ') || 'none'}`, measured: differing.length, allowed: max, unit: 'count' as const }]
  if (differing.length > max) return failed(`an archive that was parsed, written again and applied differs in ${listed(differing)}`, evidence)
  return passed(`the archive is ${plan.format} with ${counted(values, 'value')}, and says the same after it was parsed, written again and applied`, evidence)
}
