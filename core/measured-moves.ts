import type { Evidence } from './check.js'
import type { RequirementReport } from './run-report.js'

/** One measured value in two runs. */
export interface MeasuredMove {
  readonly check: string
  readonly note: string
  readonly unit: Evidence['unit'] | null
  readonly before: number
  readonly after: number
  readonly allowedBefore: number | null
  readonly allowedAfter: number | null
  /** More than two runs of the same service differ by themselves. */
  readonly beyondNoise: boolean
}

/** Below this a difference says nothing: timers, schedulers and small samples. */
const noiseFloors: Readonly<Record<NonNullable<Evidence['unit']>, number>> = { ms: 100, s: 1, requests: 5, ratio: 0.1, count: 3 }
/** A value that is neither doubled nor halved is the same on a shared machine. */
const noiseFactor = 2

/** The pairs of measured values that say the same thing of the same check; a value without a partner is left out. */
export function measuredMoves(before: RequirementReport, after: RequirementReport): readonly MeasuredMove[] {
  const earlier = measuredOf(before)
  return [...measuredOf(after)].flatMap(([key, now]) => {
    const old = earlier.get(key)
    // Two of one name cannot be told apart when there are more of them in one of the runs.
    if (old === undefined || old.length !== now.length) return []
    return now.map((one, index) => moveOf(old[index]!, one))
  })
}

interface Measured {
  readonly check: string
  readonly evidence: Evidence & { readonly measured: number }
}

function measuredOf(requirement: RequirementReport): ReadonlyMap<string, readonly Measured[]> {
  const found = new Map<string, Measured[]>()
  for (const { check, evidence, superseded } of requirement.findings) {
    if (superseded === true) continue // what was measured later stands in for it
    for (const one of evidence) {
      if (one.measured === undefined) continue
      // Notes carry counts and names of replicas, which differ from run to run.
      const key = `${check}\n${one.unit ?? ''}\n${one.note.replace(/\d+([.,]\d+)*/g, '#')}`
      found.set(key, [...(found.get(key) ?? []), { check, evidence: { ...one, measured: one.measured } }])
    }
  }
  return found
}

function moveOf(before: Measured, after: Measured): MeasuredMove {
  const { measured, note, unit } = after.evidence
  return {
    check: after.check,
    note,
    unit: unit ?? null,
    before: before.evidence.measured,
    after: measured,
    allowedBefore: before.evidence.allowed ?? null,
    allowedAfter: after.evidence.allowed ?? null,
    beyondNoise: isBeyondNoise(before.evidence.measured, measured, unit),
  }
}

export function isBeyondNoise(before: number, after: number, unit: Evidence['unit']): boolean {
  const [small, large] = [Math.min(Math.abs(before), Math.abs(after)), Math.max(Math.abs(before), Math.abs(after))]
  if (Math.abs(after - before) <= noiseFloors[unit ?? 'count']) return false
  return Math.sign(before) !== Math.sign(after) || large > small * noiseFactor
}
