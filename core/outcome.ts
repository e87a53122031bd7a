/**
 * What can be said of a requirement after a run. The meaning, credit and report mapping of each outcome
 * are listed in docs/GLOSSARY.md.
 */
export type Outcome =
  | 'passed'
  | 'failed'
  | 'missing'
  | 'inconclusive'
  | 'error'
  | 'not-applicable'
  | 'skipped'

export const outcomes: readonly Outcome[] = [
  'passed',
  'failed',
  'missing',
  'inconclusive',
  'error',
  'not-applicable',
  'skipped',
]

/** What a check may answer. `missing` and `skipped` are decided before anything runs, never by a check. */
export type FindingOutcome = Exclude<Outcome, 'missing' | 'skipped'>

export const findingOutcomes: readonly FindingOutcome[] = ['passed', 'failed', 'inconclusive', 'error', 'not-applicable']

/** From worst to best: a requirement's outcome is the worst of its findings. */
const mergeOrder: readonly FindingOutcome[] = ['failed', 'error', 'inconclusive', 'passed']

/**
 * Merges the outcomes of all findings on one requirement: failed > error > inconclusive > passed;
 * not-applicable only when all are. No findings at all is an `error`: a requirement that nobody judged
 * must never look like one that held. So is an outcome that does not exist.
 */
export function mergeOutcomes(found: readonly FindingOutcome[]): FindingOutcome {
  if (found.length === 0) return 'error'
  const known = found.map((outcome) => (findingOutcomes.includes(outcome) ? outcome : 'error'))
  return mergeOrder.find((outcome) => known.includes(outcome)) ?? 'not-applicable'
}
