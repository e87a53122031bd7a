import { evidenceRequestsMax, failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import { greatestOf } from '../../core/extremes.js'
import type { History, RequestEvent } from '../../core/history.js'
import { disturbedHarness, interventionsOf, numberFact, observationsOf, requestsOf, type Intervention } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { damageLoads, isCut } from './damage-data.js'
import { comebackLimitMs } from './time-limits.js'

/** A torn tail is repaired, other damage is refused, and nothing altered is ever served as good. */
export const damageIsRepairedOrRefused: Check = { id: 'damage-is-repaired-or-refused', requirement: 'START-06', evaluate }

/** One damage, and what was read after the component had been let go. */
interface Arm {
  readonly label: string
  readonly cut: boolean
  readonly damage: Intervention
  readonly hold: Intervention | undefined
  readonly releasedAtMs: number | undefined
  /** Values that were there before, by their last reading afterwards. */
  readonly ok: readonly RequestEvent[]
  readonly absent: readonly RequestEvent[]
  /** No answer about the value: refused, unavailable. */
  readonly refused: readonly RequestEvent[]
  /** Every answer with another value, also before the last reading. */
  readonly altered: readonly RequestEvent[]
  readonly expected: number
  readonly watchedMs: number
}

/** Arms in order. A value that an earlier damage took is not looked for again. */
function armsOf(history: History): Arm[] {
  const anew = interventionsOf(history, 'replace-component', 'anew').map((one) => one.issuedAtMs)
  const writes = requestsOf(history, damageLoads.writes).filter((one) => one.outcome === 'ok' && one.key !== undefined)
  const gone = new Set<string>()
  return interventionsOf(history, 'damage-file').map((damage) => {
    const label = damage.label ?? 'a damage'
    const since = Math.max(0, greatestOf(anew.filter((atMs) => atMs < damage.issuedAtMs)))
    const keys = writes.filter((one) => one.endedAtMs < damage.issuedAtMs && one.endedAtMs >= since && !gone.has(one.key ?? '')).map((one) => one.key ?? '')
    const hold = interventionsOf(history, 'hold', label)[0]
    const releasedAtMs = observationsOf(history, 'release').find((one) => (one.value as { readonly label?: string }).label === label)?.atMs
    const reads = requestsOf(history, damageLoads.reads(label)).filter((one) => one.outcome !== 'cancelled')
    const last = new Map(reads.map((one) => [one.key ?? '', one]))
    const lastOf = keys.flatMap((key) => last.get(key) ?? [])
    const absent = lastOf.filter(isAbsent)
    for (const one of absent) gone.add(one.key ?? '')
    return {
      label, damage, hold, releasedAtMs, absent, cut: isCut(damage.label),
      ok: lastOf.filter((one) => one.outcome === 'ok'),
      refused: lastOf.filter((one) => one.outcome !== 'ok' && one.outcome !== 'wrong-content' && !isAbsent(one)),
      altered: reads.filter((one) => one.outcome === 'wrong-content'),
      expected: keys.length,
      watchedMs: releasedAtMs === undefined ? 0 : Math.max(0, greatestOf(reads.map((one) => one.endedAtMs))) - releasedAtMs,
    }
  })
}

const isAbsent = ({ outcome, status }: RequestEvent): boolean => outcome === 'error-status' && (status === 404 || status === 410)

interface Terms {
  readonly limitMs: number
  readonly lostMax: number
  readonly alteredMax: number
}

function evaluate(history: History, thresholds: ThresholdValues): Finding {
  const arms = armsOf(history)
  if (arms.length === 0) return inconclusive('no file was damaged')
  const terms: Terms = {
    limitMs: comebackLimitMs(numberThreshold(thresholds, 'ready_within_s'), numberFact(history, 'startTimeoutMs')),
    lostMax: numberThreshold(thresholds, 'collateral_lost_arm_a_max'),
    alteredMax: numberThreshold(thresholds, 'corrupt_values_served_max'),
  }
  const evidence = arms.map(evidenceOf)
  const faults = arms.flatMap((arm) => (witnessed(arm) === undefined ? faultsOf(history, arm, terms) : []))
  if (faults.length > 0) return failed(listed(faults), evidence)
  const reasons = [...arms.flatMap((arm) => doubtsOf(history, arm, { thresholds, terms })), ...missingArms(arms, thresholds)]
  if (reasons.length > 0) return inconclusive(listed(reasons), evidence)
  const cuts = arms.filter(({ cut }) => cut)
  const flips = arms.filter(({ cut }) => !cut)
  const values = arms.reduce((sum, arm) => sum + arm.expected, 0)
  return passed(
    `after ${counted(cuts.length, 'cut')} it served again with ${listed(cuts.map(({ absent }) => String(absent.length)))} of the values missing, after ${counted(flips.length, 'overwritten byte')} ${listed(flips.map(refusal))}; none of ${values} values was served altered`,
    evidence,
    { strength: strengthOf(values) },
  )
}

const refusal = ({ ok, absent, refused, expected }: Arm): string => (ok.length === 0 && absent.length === 0 ? 'nothing was served' : `${refused.length + absent.length} of ${expected} values were refused or missing`)

/** Why nothing can be said of this arm, or undefined: the component died, and its file was seen to change. */
function witnessed({ label, damage, hold, releasedAtMs }: Arm): string | undefined {
  if (damage.witnessedAtMs === undefined) return `${label} was not seen in the file${damage.error === undefined ? '' : `: ${damage.error}`}`
  if (hold?.witnessedAtMs === undefined) return `${damage.target} was not seen to die before ${label}`
  return releasedAtMs === undefined ? `${damage.target} was not let go after ${label}` : undefined
}

function faultsOf(history: History, arm: Arm, { limitMs, lostMax, alteredMax }: Terms): string[] {
  const { label, damage, cut, absent, altered, expected, watchedMs } = arm
  const disturbed = disturbedHarness(history, { fromMs: damage.issuedAtMs, toMs: damage.issuedAtMs + watchedMs }, limitMs / 10) !== null
  return [
    ...(altered.length > alteredMax ? [`${counted(altered.length, 'answer')} after ${label} carried an altered value (allowed ${alteredMax})`] : []),
    ...(cut && absent.length > lostMax ? [`${absent.length} of ${expected} acknowledged values were missing after ${label}, which can only have torn the last one (allowed ${lostMax})`] : []),
    ...(cut && servesNothing(arm) && watchedMs >= limitMs && !disturbed ? [`${damage.target} served nothing for ${spanned(watchedMs)} after ${label} (allowed ${spanned(limitMs)})`] : []),
  ]
}

const servesNothing = ({ ok, absent, altered }: Arm): boolean => ok.length + absent.length + altered.length === 0

function doubtsOf(history: History, arm: Arm, { thresholds, terms }: { readonly thresholds: ThresholdValues; readonly terms: Terms }): string[] {
  const { label, cut, ok, refused, absent, expected, watchedMs, damage } = arm
  const unseen = witnessed(arm)
  if (unseen !== undefined) return [unseen]
  const written = numberThreshold(thresholds, 'writes')
  const reasons: string[] = []
  if (expected < written) reasons.push(`only ${counted(expected, 'value')} of ${written} were there before ${label}`)
  if (ok.length + refused.length + absent.length + arm.altered.length < expected) reasons.push(`not every value was read after ${label}`)
  if (cut && servesNothing(arm)) reasons.push(`${damage.target} served nothing for ${spanned(watchedMs)} after ${label}, and was not watched undisturbed for ${spanned(terms.limitMs)}`)
  else if (cut && refused.length > 0) reasons.push(`${counted(refused.length, 'value')} could not be read after ${label}`)
  if (!cut && ok.length === expected) reasons.push(`${label} changed nothing that could be seen: the byte lay in unused space`)
  if (!cut && servesNothing(arm) && watchedMs < numberThreshold(thresholds, 'refusal_watched_s') * 900) reasons.push(`nothing was served after ${label}, but that was watched for only ${spanned(watchedMs)}`)
  const disturbed = disturbedHarness(history, { fromMs: damage.issuedAtMs, toMs: damage.issuedAtMs + watchedMs }, terms.limitMs / 10)
  return disturbed === null ? reasons : [...reasons, disturbed.summary]
}

function missingArms(arms: readonly Arm[], thresholds: ThresholdValues): string[] {
  return ([['cuts', true], ['flips', false]] as const).flatMap(([key, cut]) => {
    const made = arms.filter((arm) => arm.cut === cut).length
    const needed = numberThreshold(thresholds, key)
    return made < needed ? [`only ${made} of ${counted(needed, cut ? 'cut' : 'overwritten byte')} took place`] : []
  })
}

function evidenceOf({ label, damage, ok, absent, refused, altered, expected }: Arm): Evidence {
  const shown = [...altered, ...absent].slice(0, evidenceRequestsMax).map((one) => one.id)
  return {
    note: `${label} (${damage.witness ?? 'not seen in the file'}): of ${expected} values ${ok.length} as written, ${absent.length} missing, ${refused.length} refused, ${altered.length} answers altered`,
    measured: altered.length,
    allowed: 0,
    unit: 'count',
    ...(shown.length === 0 ? {} : { requests: shown }),
  }
}
