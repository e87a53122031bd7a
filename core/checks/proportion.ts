/**
 * Lower 95 % limit of a proportion after `successes` in `trials`, exact (Clopper and Pearson, one-sided): a share is only credited with
 * what chance alone would hardly have given. 0 for no trials.
 */
export function lowerLimit95(successes: number, trials: number): number {
  if (trials <= 0 || successes <= 0) return 0
  // The smallest p for which at least `successes` would still be seen once in twenty times.
  return bisect((p) => upperTail(successes, trials, p) > 0.05)
}

/** Upper 95 % limit, likewise. 1 for no trials. */
export const upperLimit95 = (successes: number, trials: number): number => (trials <= 0 ? 1 : 1 - lowerLimit95(trials - successes, trials))

/** Where a condition that is false at 0 and true at 1 becomes true. */
function bisect(holds: (p: number) => boolean): number {
  let low = 0
  let high = 1
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2
    if (holds(middle)) high = middle
    else low = middle
  }
  return low
}

/** Probability of at least `successes` in `trials`, each with probability p. */
function upperTail(successes: number, trials: number, p: number): number {
  let logChoose = 0
  let below = 0
  for (let k = 0; k < successes; k++) {
    below += Math.exp(logChoose + k * Math.log(p) + (trials - k) * Math.log1p(-p))
    logChoose += Math.log((trials - k) / (k + 1))
  }
  return 1 - below
}
