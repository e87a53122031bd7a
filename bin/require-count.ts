import { SeaworthyError } from '../core/errors.js'

/** A whole number from `min` to `max` that was given with `option`, or SW_USAGE. */
export function requireCount(option: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw new SeaworthyError('SW_USAGE', `${option}: found ${value}, expected a whole number from ${min} to ${max}`)
}
