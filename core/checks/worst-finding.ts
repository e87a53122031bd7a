import { evidenceRequestsMax, strengthOf, type Evidence, type Finding } from '../check.js'
import { mergeOutcomes } from '../outcome.js'

/**
 * One finding from the findings on several replicas or arms. It has the worst outcome and says only what led to it; the
 * evidence of all is kept. No findings at all is an `error`, as for a requirement nobody judged.
 */
export function worstFinding(findings: readonly Finding[]): Finding {
  const outcome = mergeOutcomes(findings.map((one) => one.outcome))
  const decisive = findings.filter((one) => one.outcome === outcome)
  const n = decisive.reduce((sum, one) => sum + (one.strength?.n ?? 0), 0)
  return {
    outcome,
    summary: decisive.map((one) => one.summary).join('; ') || 'nothing was judged',
    evidence: findings.flatMap((one) => one.evidence),
    ...(outcome === 'passed' && n > 0 ? { strength: strengthOf(n) } : {}),
  }
}

/** Evidence with the ids of requests, cut to the number a report may carry. */
export function requestEvidence(evidence: Evidence, requests: readonly { readonly id: number }[]): Evidence {
  if (requests.length === 0) return evidence
  return { ...evidence, requests: requests.slice(0, evidenceRequestsMax).map((one) => one.id) }
}

/** '2 timeout, 1 error-status': what became of these requests, most frequent first. */
export function outcomesText(requests: readonly { readonly outcome: string }[]): string {
  const counts = new Map<string, number>()
  for (const { outcome } of requests) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1]).map(([outcome, count]) => `${count} ${outcome}`).join(', ')
}
