import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { believed, isCalm } from '../../core/checks/calm.js'
import { counted } from '../../core/checks/counted.js'
import { outcomesText, requestEvidence } from '../../core/checks/worst-finding.js'
import type { FeedRecord } from '../../core/declarations/import.js'
import { greatestOf, leastOf } from '../../core/extremes.js'
import type { History, RequestEvent } from '../../core/history.js'
import { factOf, interventionsOf, isUnserved, requestsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { compare, deviationText, importOf, type ImportRecord } from './comparison.js'
import { importFact, importIntervention, importLoad, type ImportFact, type ImportName } from './names.js'

/** Fewer requests than this show nothing of a disturbance. */
const requestsMin = 30

/** IMPT-03: malformed records leave all of an import undone or only themselves, the same again, and disturb nobody. */
export const badRecordsLeaveNoHalfImport: Check = {
  id: 'bad-records-leave-no-half-import',
  requirement: 'IMPT-03',
  evaluate(history, thresholds) {
    const fact = factOf(history, importFact) as ImportFact | undefined
    if (fact?.policy === undefined) return inconclusive('it is not declared what becomes of malformed records')
    const [broken, again, mended] = (['broken', 'broken-again', 'mended'] as const).map((name) => importOf(history, fact, name))
    const before = recordsBefore(history, fact)
    if (broken === undefined || again === undefined || mended === undefined || before === undefined) return inconclusive('no feed with malformed records was imported, or the records before it are not known')
    const untold = [broken, again, mended].find((one) => !one.told || one.after === undefined)
    if (untold !== undefined) return inconclusive(`an import gave no answer that says what became of it, or the records could not be read afterwards: ${untold.error ?? ''}`)
    if (!mended.ok || compare(mended.fed, mended.after ?? []).deviations > 0) return inconclusive(`the feed could not be imported without its malformed records either: ${mended.error ?? deviationText(compare(mended.fed, mended.after ?? []))}`)
    if (compare(before, broken.fed).deviations === 0) return inconclusive('the feed would have changed nothing')
    const given = { fact, before, broken, again, thresholds }
    return verdict(given) ?? disturbance(history, thresholds) ?? passed(summaryOf(given, requestsOf(history, importLoad).length), evidenceOf(given), { strength: strengthOf(requestsOf(history, importLoad).length) })
  },
}

interface Given {
  readonly fact: ImportFact
  /** What was there before. */
  readonly before: readonly FeedRecord[]
  readonly broken: ImportRecord
  readonly again: ImportRecord
  readonly thresholds: ThresholdValues
}

/** After the last import before it, whether that one was as it should be or not. */
function recordsBefore(history: History, fact: ImportFact): readonly FeedRecord[] | undefined {
  const names: readonly ImportName[] = ['empty', 'permitted', 'above', 'below', 'unruled']
  const last = names.map((name) => importOf(history, fact, name)).find((one) => one !== undefined)
  return last?.after
}

const expectedOf = ({ fact, before, broken }: Given): readonly FeedRecord[] => (fact.policy === 'all-or-nothing' ? before : broken.fed)
const evidenceOf = (given: Given): Evidence[] =>
  [given.broken, given.again].map((one, index) => ({ note: `${index === 0 ? 'first import' : 'the same again'}: ${one.ok ? 'accepted' : `refused (${one.error ?? ''})`}${one.rejected === undefined ? '' : `, ${one.rejected} rejected`}; ${deviationText(compare(expectedOf(given), one.after ?? []))}`, measured: compare(expectedOf(given), one.after ?? []).deviations, allowed: 0, unit: 'count' }))

function verdict(given: Given): Finding | undefined {
  const { fact, before, broken, again, thresholds } = given
  const evidence = evidenceOf(given)
  const deviationsMax = numberThreshold(thresholds, 'deviations_max')
  const first = compare(expectedOf(given), broken.after ?? [])
  if (first.deviations > deviationsMax) {
    const changed = compare(before, broken.after ?? []).deviations
    return failed(`a feed with malformed records was imported by half: ${changed} of ${compare(before, broken.fed).deviations} changes were made, declared is ${fact.policy} (${deviationText(first)})`, evidence)
  }
  const silent = [broken, again].find((one) => !reported(fact, one))
  if (silent !== undefined) return failed(fact.policy === 'all-or-nothing' ? 'an import that was not carried out reported success' : `the import reports ${silent.rejected === undefined ? 'nothing of what it rejected' : `${silent.rejected} rejected records`}, malformed were ${fact.malformed}`, evidence)
  const second = compare(broken.after ?? [], again.after ?? [])
  if (second.duplicates.length > numberThreshold(thresholds, 'duplicates_on_rerun_max') || second.deviations > deviationsMax) return failed(`the same import once more changed what was there: ${deviationText(second)}`, evidence)
  return undefined
}

const reported = (fact: ImportFact, one: ImportRecord): boolean => (fact.policy === 'all-or-nothing' ? !one.ok : one.rejected === fact.malformed)

function disturbance(history: History, thresholds: ThresholdValues): Finding | undefined {
  const load = requestsOf(history, importLoad).filter((one) => one.outcome !== 'cancelled')
  const imports = interventionsOf(history, importIntervention).filter(({ label }) => label === 'broken' || label === 'broken-again')
  const window = { fromMs: leastOf(load.map((one) => one.plannedAtMs)), toMs: greatestOf(load.map((one) => one.endedAtMs)) }
  if (load.length < requestsMin || imports.some(({ issuedAtMs }) => issuedAtMs < window.fromMs || issuedAtMs > window.toMs)) return inconclusive(`${counted(load.length, 'request')} were made beside the imports, needs ${requestsMin}`)
  const judge = (requests: readonly RequestEvent[]): Finding => {
    const lost = requests.filter(isUnserved)
    if (lost.length <= numberThreshold(thresholds, 'failed_max')) return passed('no request failed')
    return failed(`${counted(lost.length, 'request')} of ${load.length} failed while feeds were imported: ${outcomesText(lost)}`, [requestEvidence({ note: 'requests that failed beside the import', measured: lost.length, unit: 'requests' }, lost)])
  }
  const finding = believed(judge(load), history, { window, calmly: (spans) => judge(load.filter(isCalm(spans))) })
  return finding.outcome === 'passed' ? undefined : finding
}

function summaryOf({ fact, broken }: Given, requests: number): string {
  const kept = fact.policy === 'all-or-nothing' ? 'left everything as it was, and said so' : `were left out and reported, and all of ${broken.fed.length} good ones applied`
  return `${fact.malformed} malformed records ${kept}; the same import again changed nothing, and none of ${requests} requests failed`
}
