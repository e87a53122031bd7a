import { thresholdValues, type ProfileName, type Requirement, type Threshold, type ThresholdValues } from './requirement.js'

/** Says how many may be, or by when: less of it is stricter. */
const isUpperLimit = ({ key }: Threshold): boolean => /(^|_)(max|within)(_|$)/.test(key) && !key.endsWith('_min')
const profileValues = ({ standard, quick, thorough }: Threshold): readonly (number | readonly number[])[] => [standard, quick ?? standard, thorough ?? standard]

/** Whether a threshold says how many are needed: with 0 of them a check would pass on nothing. */
export const isSampleSize = (threshold: Threshold): boolean =>
  (threshold.unit === 'requests' || threshold.unit === 'count') && !isUpperLimit(threshold) && profileValues(threshold).every((one) => typeof one === 'number' && one >= 1)

/** What a value of this threshold must be, in words; undefined when this one is. */
export function valueProblem(threshold: Threshold, value: number | readonly number[]): string | undefined {
  if (typeof threshold.standard !== 'number') {
    return typeof value !== 'number' && value.length > 0 && value.every((one) => Number.isFinite(one) && one >= 0) ? undefined : 'a list of numbers from 0'
  }
  const isNumber = typeof value === 'number' && Number.isFinite(value)
  if (isSampleSize(threshold)) return isNumber && value >= 1 ? undefined : 'a number from 1, as it says how many are needed'
  if (threshold.unit === 'per-second' && threshold.standard > 0) return isNumber && value > 0 ? undefined : 'a number above 0'
  return isNumber && value >= 0 ? undefined : 'a number from 0'
}

/**
 * Keys of the thresholds whose values, wherever they came from, ask for less than the profile does. Where the name does not tell which way is stricter, every
 * change counts.
 */
export function relaxedKeys(requirement: Requirement, profile: ProfileName, values: ThresholdValues): readonly string[] {
  const ours = thresholdValues(requirement, profile)
  return requirement.thresholds.filter((threshold) => isRelaxed(threshold, ours[threshold.key], values[threshold.key])).map(({ key }) => key)
}

function isRelaxed(threshold: Threshold, ours: number | readonly number[] | undefined, value: number | readonly number[] | undefined): boolean {
  if (value === undefined || String(value) === String(ours)) return false
  if (typeof value !== 'number' || typeof ours !== 'number') return true
  if (isUpperLimit(threshold)) return value > ours
  return isSampleSize(threshold) || /(^|_)min(_|$)/.test(threshold.key) || threshold.unit === 'per-second' ? value < ours : true
}
