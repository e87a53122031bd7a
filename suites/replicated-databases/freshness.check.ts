import { failed, inconclusive, passed, strengthOf, type Check, type Evidence } from '../../core/check.js'
import { numberThreshold } from '../../core/requirement.js'
import { requestEvidence } from '../../core/checks/worst-finding.js'
import { lacking } from './judging.js'
import { ordinaryReads, questions, readsBeyondBound, strongReads } from './names.js'
import { pauseOf, planOf, readingsOf, type Pause, type Reading } from './plan.js'

export const freshOnDemand: Check = {
  id: 'strong-reads-see-every-acknowledged-write',
  requirement: 'REPL-04',
  evaluate(history, thresholds) {
    const plan = planOf(history)
    if (plan === undefined) return inconclusive('no key was overwritten while read replicas lagged')
    const strong = readingsOf(history, strongReads)
    const stale = strong.filter((one) => one.saw === 'old')
    const pause = pauseOf(history, plan)
    const answered = strong.filter((one) => one.saw !== 'none').length
    // What was read before replay stopped, or after it went on, could hardly have been old.
    const paused = strong.filter((one) => one.saw !== 'none' && typeof pause !== 'string' && isWithin(one, pause)).length
    const staleOrdinary = readingsOf(history, ordinaryReads).filter((one) => one.saw === 'old').length
    const staleMax = numberThreshold(thresholds, 'stale_strong_max')
    const powerMin = numberThreshold(thresholds, 'stale_ordinary_min')
    const needed = numberThreshold(thresholds, 'pairs')
    const evidence: Evidence[] = [
      requestEvidence({ note: `strong reads of ${answered} that showed an old value`, measured: stale.length, allowed: staleMax, unit: 'requests' }, stale.map(({ request }) => request)),
      { note: 'ordinary reads that showed an old value (power control)', measured: staleOrdinary, unit: 'requests' },
      ...(typeof pause === 'string' ? [] : [{ note: `witness of the lag: ${pause.witness}` }]),
    ]
    // An old value after a newer one was acknowledged is one, whatever made it old.
    if (stale.length > staleMax) return failed(`${stale.length} of ${answered} strong reads did not see the write that had been acknowledged before`, evidence)
    const missing = lacking([
      typeof pause === 'string' ? pause : undefined,
      typeof pause !== 'string' && paused < needed ? `${paused} strong reads were answered while replay was stopped, needs ${needed}` : undefined,
      staleOrdinary < powerMin ? `no ordinary read was stale (${staleOrdinary}), so a stale strong read could not have been told from a fast replica` : undefined,
    ])
    if (missing !== undefined) return { ...missing, evidence }
    return passed(`none of ${paused} strong reads was stale, while ${staleOrdinary} ordinary ones were`, evidence, { strength: strengthOf(paused) })
  },
}

export const stalenessIsBounded: Check = {
  id: 'no-unmarked-answer-is-older-than-the-bound',
  requirement: 'REPL-07',
  evaluate(history, thresholds) {
    const plan = planOf(history)
    if (plan === undefined) return inconclusive('nothing was read beyond the bound of staleness')
    const boundMs = plan.maxLagMs + numberThreshold(thresholds, 'settle_s') * 1_000
    const readings = readingsOf(history, readsBeyondBound).filter((one) => one.ageMs >= boundMs)
    const stale = readings.filter((one) => one.saw === 'old')
    const unmarked = stale.filter((one) => !one.marked)
    const pause = pauseOf(history, plan)
    const answered = readings.filter((one) => one.saw !== 'none' && (typeof pause === 'string' || isWithin(one, pause))).length
    const unmarkedMax = numberThreshold(thresholds, 'unmarked_stale_max')
    const needed = numberThreshold(thresholds, 'reads')
    const end = pauseOf(history, plan, questions.endOfPause)
    const evidence: Evidence[] = [
      requestEvidence({ note: `stale answers without a marker, of ${answered} to reads of values older than ${boundMs / 1_000} s`, measured: unmarked.length, allowed: unmarkedMax, unit: 'requests' }, unmarked.map(({ request }) => request)),
      { note: `stale answers with the declared marker${plan.staleMarker ? '' : ' (none is declared)'}`, measured: stale.length - unmarked.length, unit: 'requests' },
      ...(typeof end === 'string' ? [] : [{ note: `witness of the lag: ${end.witness}` }]),
    ]
    if (unmarked.length > unmarkedMax) return failed(`${unmarked.length} of ${answered} answers were more than ${boundMs / 1_000} s old and did not say so`, evidence)
    const missing = lacking([
      typeof pause === 'string' ? pause : undefined,
      typeof end === 'string' && typeof pause !== 'string' ? `${end} any more when the reads had ended` : undefined,
      answered < needed ? `${answered} reads beyond the bound were answered, needs ${needed}` : undefined,
    ])
    if (missing !== undefined) return { ...missing, evidence }
    return passed(`none of ${answered} answers was stale without saying so, ${spannedAge(boundMs)} after replay had stopped`, evidence, { strength: strengthOf(answered) })
  },
}

const isWithin = ({ request }: Reading, { fromMs, toMs }: Pause): boolean => request.plannedAtMs >= fromMs && request.endedAtMs <= toMs
const spannedAge = (boundMs: number): string => `${boundMs / 1_000} s`
