import type { MeasurementRow } from '../measurement.js'
import type { Sample, Verdict } from './sample.js'

export const isMissed = ({ met }: MeasurementRow): boolean => met === false

const shown = (value: number, unit: Sample['unit']): string => (unit === 'ratio' ? `${(value * 100).toFixed(2)} %` : unit === 'ms' ? `${value.toFixed(1)} ms` : String(value))

function byQuantity(samples: readonly Sample[]): ReadonlyMap<string, readonly Sample[]> {
  const found = new Map<string, Sample[]>()
  for (const sample of samples) found.set(sample.quantity, [...(found.get(sample.quantity) ?? []), sample])
  return found
}

function countRow(quantity: string, samples: readonly Sample[]): MeasurementRow {
  const wrong = samples.filter(({ error }) => error !== 0)
  const sum = wrong.reduce((total, { error }) => total + error, 0)
  return { what: quantity, measured: `${sum} in ${samples.length} experiments`, target: 'none', met: wrong.length === 0, ...(wrong.length === 0 ? {} : { note: `first: ${wrong[0]?.cell}` }) }
}

/** Worst among the experiments in which the machine let itself be measured; with fewer than half of them nothing is said. */
function timeRow(quantity: string, samples: readonly Sample[]): MeasurementRow {
  const [{ allowed, unit } = { allowed: 0, unit: 'ms' as const }] = samples
  const calm = samples.filter(({ starved }) => !starved)
  const worst = calm.reduce<Sample | undefined>((found, one) => (found === undefined || Math.abs(one.error) > Math.abs(found.error) ? one : found), undefined)
  const sorted = calm.map(({ error }) => error).sort((a, b) => a - b)
  const starved = samples.length - calm.length
  const said = worst === undefined ? 'nothing: the machine was starved' : `worst error ${shown(worst.error, unit)}, median ${shown(sorted[sorted.length >> 1] ?? 0, unit)}, of ${calm.length} experiments`
  const notes = [...(worst === undefined ? [] : [`worst: ${worst.cell}`]), ...(starved === 0 ? [] : [`${starved} more on a starved machine, left out`])]
  return {
    what: quantity, measured: said, target: `at most ${shown(allowed, unit)} off`, timed: true, note: notes.join('; '),
    ...(2 * calm.length < samples.length ? {} : { met: calm.every(({ error }) => Math.abs(error) <= allowed) }),
  }
}

/** Verdicts of the product's own checks where the truth is known: never the opposite of it. */
function verdictRows(verdicts: readonly Verdict[]): readonly MeasurementRow[] {
  return [...new Set(verdicts.map(({ check }) => check))].map((check) => {
    const those = verdicts.filter((one) => one.check === check)
    const wrong = those.filter(({ outcome, expected }) => outcome !== expected && outcome !== 'inconclusive')
    const open = those.filter(({ outcome }) => outcome === 'inconclusive').length
    return {
      what: `verdicts of ${check} on both sides of the truth`, measured: `${wrong.length} wrong and ${open} inconclusive of ${those.length}`, target: 'none wrong', met: wrong.length === 0,
      ...(wrong[0] === undefined ? {} : { note: `first: ${wrong[0].cell}: ${wrong[0].outcome}, ${wrong[0].summary}` }),
    }
  })
}

export function accuracyRows(samples: readonly Sample[], verdicts: readonly Verdict[]): readonly MeasurementRow[] {
  const quantities = [...byQuantity(samples)].map(([quantity, those]) => (those[0]?.unit === 'count' ? countRow(quantity, those) : timeRow(quantity, those)))
  return [...quantities, ...verdictRows(verdicts)]
}

/** VAL-10: what is timed may be inconclusive but is never failed for a service that keeps its limit; what is counted stays exact. */
export function noiseRows(samples: readonly Sample[], verdicts: readonly Verdict[]): readonly MeasurementRow[] {
  const counts = [...byQuantity(samples.filter(({ unit }) => unit === 'count'))].map(([quantity, those]) => countRow(quantity, those))
  const keeping = verdicts.filter(({ timed, expected }) => timed && expected === 'passed')
  const failed = keeping.filter(({ outcome }) => outcome === 'failed')
  const breaking = verdicts.filter(({ timed, expected }) => timed && expected === 'failed')
  const passed = breaking.filter(({ outcome }) => outcome === 'passed')
  const tally = (those: readonly Verdict[]): string => ['passed', 'inconclusive', 'failed'].map((outcome) => `${those.filter((one) => one.outcome === outcome).length} ${outcome}`).join(', ')
  const times = [...byQuantity(samples.filter(({ unit }) => unit !== 'count'))].map(([quantity, those]): MeasurementRow => {
    const worst = those.reduce((found, one) => (Math.abs(one.error) > Math.abs(found.error) ? one : found))
    return { what: `${quantity}, for comparison`, measured: `worst error ${shown(worst.error, worst.unit)} of ${those.length}`, note: `${those.filter(({ starved }) => starved).length} told to be starved` }
  })
  return [
    { what: 'timed checks of a target that keeps its limit', measured: tally(keeping), target: 'none failed', met: failed.length === 0, ...(failed[0] === undefined ? {} : { note: `${failed[0].check}, ${failed[0].cell}: ${failed[0].summary}` }) },
    { what: 'timed checks of a target that breaks its limit', measured: tally(breaking), target: 'none passed', met: passed.length === 0, ...(passed[0] === undefined ? {} : { note: `${passed[0].check}, ${passed[0].cell}: ${passed[0].summary}` }) },
    ...verdictRows(verdicts.filter(({ timed }) => !timed)),
    ...counts,
    ...times,
  ]
}
