/**
 * The least and the greatest of any number of values. `Math.min(...values)` puts each on the stack, which some hundred thousand requests overflow.
 * Of nothing they are what they are for Math: Infinity and -Infinity.
 */
export function leastOf(values: Iterable<number>): number {
  let least = Infinity
  for (const value of values) least = Math.min(least, value)
  return least
}

export function greatestOf(values: Iterable<number>): number {
  let greatest = -Infinity
  for (const value of values) greatest = Math.max(greatest, value)
  return greatest
}
