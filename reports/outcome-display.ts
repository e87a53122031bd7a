import type { Outcome } from '../core/outcome.js'
import type { RequirementReport } from '../core/run-report.js'

/** How an outcome is shown everywhere: the symbol carries the meaning without colour. */
export interface OutcomeDisplay {
  readonly symbol: string // one column wide
  readonly word: string
  readonly meaning: string
}

export const outcomeDisplay: Readonly<Record<Outcome, OutcomeDisplay>> = {
  passed: { symbol: '✓', word: 'passed', meaning: 'witnessed and within the thresholds' },
  failed: { symbol: '✗', word: 'failed', meaning: 'witnessed and outside the thresholds' },
  missing: { symbol: '∅', word: 'missing', meaning: 'the service does not declare what the requirement needs' },
  inconclusive: { symbol: '?', word: 'inconclusive', meaning: 'it ran, but the evidence supports neither answer; earns nothing' },
  error: { symbol: '!', word: 'error', meaning: 'the harness broke; says nothing about the service, earns nothing' },
  'not-applicable': { symbol: '–', word: 'not applicable', meaning: 'does not apply, for a recorded reason; outside the score' },
  skipped: { symbol: '○', word: 'skipped', meaning: 'not selected, not allowed or not possible here; lowers the coverage' },
}

/** The order in which people want to see outcomes: what needs an action first. */
export const outcomesByUrgency: readonly Outcome[] = [
  'failed',
  'missing',
  'error',
  'inconclusive',
  'passed',
  'skipped',
  'not-applicable',
]

/** `2 failed, 1 missing, 14 passed`: outcomes that did not occur are left out. */
export function countsInWords(counts: Readonly<Record<Outcome, number>>): string {
  const parts = outcomesByUrgency
    .filter((outcome) => counts[outcome] > 0)
    .map((outcome) => `${counts[outcome]} ${outcomeDisplay[outcome].word}`)
  return parts.length === 0 ? 'no requirement was looked at' : parts.join(', ')
}

/** `MUST · level 1 · weight 3` */
export const standingOf = (requirement: RequirementReport): string =>
  `${requirement.keyword} · level ${requirement.level} · weight ${requirement.weight}`
