import { findingOutcomes } from './outcome.js'

/** What is wrong with the form of a check's answer, in words; undefined when it is a finding. Checks of the user's own are not compiled against ours. */
export function formProblemOf(answer: unknown): string | undefined {
  if (answer instanceof Promise) return 'a promise, expected a finding: a check reads a history and waits for nothing'
  if (typeof answer !== 'object' || answer === null) return `${String(answer)}, expected a finding`
  const { outcome, summary, evidence, strength } = answer as Readonly<Record<string, unknown>>
  if (!(findingOutcomes as readonly unknown[]).includes(outcome)) return `the outcome ${JSON.stringify(outcome)}, expected one of ${findingOutcomes.join(', ')}`
  if (typeof summary !== 'string') return `a summary that is ${kindOf(summary)}, expected a text`
  if (!Array.isArray(evidence)) return `evidence that is ${kindOf(evidence)}, expected a list`
  if (!evidence.every(isEvidence)) return 'an entry of evidence without a note'
  return strength === undefined || isStrength(strength) ? undefined : `the strength ${JSON.stringify(strength)}, expected the number of trials and its bound, as strengthOf makes them`
}

const kindOf = (value: unknown): string => (value === null ? 'null' : typeof value)
const isEvidence = (one: unknown): boolean => typeof one === 'object' && one !== null && typeof (one as { note?: unknown }).note === 'string'

function isStrength(strength: unknown): boolean {
  if (typeof strength !== 'object' || strength === null) return false
  const { n, bound95 } = strength as Readonly<Record<string, unknown>>
  return Number.isFinite(n) && (n as number) >= 0 && Number.isFinite(bound95)
}
