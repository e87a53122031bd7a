import type { Evidence } from '../core/check.js'
import type { RunReport, Score } from '../core/run-report.js'

/** `820 ms`, `12.3 s`, `3 min 05 s`, `1 h 02 min`. */
export function formatDuration(durationMs: number): string {
  if (!Number.isFinite(durationMs)) return 'unknown'
  if (durationMs < 1_000) return `${Math.round(durationMs)} ms`
  if (durationMs < 60_000) return `${(Math.floor(durationMs / 100) / 10).toFixed(1)} s`
  const seconds = Math.floor(durationMs / 1_000)
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${twoDigits(seconds % 60)} s`
  return `${Math.floor(seconds / 3_600)} h ${twoDigits(Math.floor((seconds % 3_600) / 60))} min`
}

/** `0:07`, `12:40`, `1:02:03`: for clocks that run. */
export function formatClock(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1_000))
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}:${twoDigits(seconds % 60)}`
  return `${Math.floor(minutes / 60)}:${twoDigits(minutes % 60)}:${twoDigits(seconds % 60)}`
}
const twoDigits = (value: number): string => String(value).padStart(2, '0')

/**
 * A share as whole percent, rounded down: 99.96 % must never read as complete. What is above nothing but below one
 * percent reads `<1 %`.
 */
export function formatShare(ratio: number): string {
  if (!Number.isFinite(ratio)) return '–'
  // The small term undoes binary fractions such as 0.29 * 100 = 28.999999999999996.
  const percent = Math.floor(ratio * 100 + 1e-9)
  return percent < 1 && ratio > 0 ? '<1 %' : `${percent} %`
}

/** An upper bound as percent with two significant digits, rounded up: `9.6 %`. */
export function formatBound(probability: number): string {
  const percent = probability * 100
  if (percent <= 0) return '0 %'
  const step = Math.pow(10, Math.floor(Math.log10(percent)) - 1)
  return `${Number((Math.ceil(percent / step - 1e-9) * step).toPrecision(2))} %`
}

/** 0-100 rounded down, or `–` when nothing was judged. */
export const formatScore = (value: number | null): string => (value === null ? '–' : String(Math.floor(value + 1e-9)))

/** Score, coverage and level in one breath: a score is never shown without the other two. */
export function formatScoreLine(score: Score): string {
  const value = score.value === null ? 'Nothing was judged' : `Score ${formatScore(score.value)} of 100`
  const level = score.level === 0 ? 'no level reached' : `level ${score.level} of 3`
  return `${value} at ${formatShare(score.coverage)} coverage, ${level}`
}

/** A measurement as precise as needed to tell it from its limit: six significant digits. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const rounded = Number.isInteger(value) || Math.abs(value) >= 1e6 ? Math.round(value) : Number(value.toPrecision(6))
  return Math.abs(rounded) < 10_000 ? String(rounded) : rounded.toLocaleString('en-US')
}

const unitSuffixes: Readonly<Record<NonNullable<Evidence['unit']>, string>> = {
  ms: ' ms',
  s: ' s',
  requests: ' requests',
  ratio: '',
  count: '',
}
export function formatMeasurement(value: number, unit: Evidence['unit']): string {
  if (unit === 'requests' && value === 1) return '1 request'
  return `${formatNumber(value)}${unit === undefined ? '' : unitSuffixes[unit]}`
}

/** `measured 812 ms, allowed 2 s`; empty when nothing was measured. */
export function formatComparison(evidence: Evidence): string {
  const parts: string[] = []
  if (evidence.measured !== undefined) parts.push(`measured ${formatMeasurement(evidence.measured, evidence.unit)}`)
  if (evidence.allowed !== undefined) parts.push(`allowed ${formatMeasurement(evidence.allowed, evidence.unit)}`)
  return parts.join(', ')
}

export const formatThreshold = (value: number | readonly number[]): string =>
  typeof value === 'number' ? formatNumber(value) : value.map(formatNumber).join(', ')

/** What the required level asks for, in words. */
export const formatRequiredLevel = (level: RunReport['requiredLevel']): string =>
  level === null ? 'every selected MUST' : `level ${level}`
