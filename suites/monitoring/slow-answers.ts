/**
 * How many of n answers may be slower than a limit without showing, at 95 %, that the 99th percentile is above it: the
 * smallest k such that more than k slow ones would come about by chance in at most 5 % of such runs.
 */
export function slowAnswersMax(n: number): number {
  const p = 0.01
  let probability = (1 - p) ** n // of exactly k slow answers
  let cumulative = probability
  let k = 0
  while (1 - cumulative > 0.05 && k < n) {
    k += 1
    probability *= ((n - k + 1) / k) * (p / (1 - p))
    cumulative += probability
  }
  return k
}
