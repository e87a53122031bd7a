import type { Requirement } from '../../core/requirement.js'

/** Judged by the scenario in which a replicated database loses its primary: one experiment shows the reads and the writes. */
export const readOnlyModeIsHonest: Requirement = {
  id: 'DEGR-07',
  area: 'DEGR',
  title: 'Read-only mode refuses writes honestly',
  keyword: 'MUST',
  level: 1,
  weight: 3,
  safety: 'destructive',
  statement: 'When writes cannot be made durable the service MUST refuse them explicitly and quickly, and MUST NOT acknowledge a write it will lose.',
  why: 'Some systems go read-only; the dishonest ones say yes and forget.',
  source: ['The Practice of Cloud System Administration, 2.1.10', 'RFC 9110, 15.6.4: 503 Service Unavailable'],
  needs: ['data.write', 'data.read.strong', 'data.owner', 'lifecycle.hold', 'fault.edge'],
  absence: { rule: 'na-structural', fact: 'stateful', equals: false },
  procedure: [
    'Write new keys at 20 per second through the balancer, from beginning to end, and note which are acknowledged.',
    'Kill the owner of the data (the primary database) and keep it down; let it return and wait until a write is acknowledged.',
    'Let it fall silent towards the service and its followers for the same time: connections stay, and nothing is answered.',
    'Read every acknowledged key strongly in the end, again and again until it is there or the time for convergence is over.',
  ],
  passCriterion: 'No acknowledged write is missing, writes are refused explicitly and quickly while the owner is away, and are taken again in time.',
  thresholds: [
    { key: 'writes', unit: 'requests', meaning: 'writes that are sent while the owner of the data is away, in each of the two ways', standard: 200, quick: 60, thorough: 600 },
    { key: 'refusal_p95_ms_max', unit: 'ms', meaning: '95th percentile of the time a refusal takes', standard: 2_000 },
    { key: 'explicit_ratio_min', unit: 'ratio', meaning: 'share of the writes that are not acknowledged which get an answer that says so', standard: 0.99 },
    { key: 'false_ack_max', unit: 'count', meaning: 'acknowledged writes that may be missing in the end', standard: 0 },
    { key: 'write_recovery_within_s', unit: 's', meaning: 'how long writes may still be refused after the owner of the data is back', standard: 30 },
  ],
  inconclusiveIf: [
    'the loss of the owner of the data was not witnessed, or did not reach its end',
    'fewer writes than stated were sent while it was away',
    'acknowledged writes could not be read in the end',
    'too few refusals were slow to speak of a quantile, or nobody looked long enough for writes to return',
    'no write was acknowledged before or after the loss',
    'the null control failed or the harness stalled in the same span',
    'the read of records finds what was never written as well',
  ],
  evidence: ['outcomes of the writes while the owner was away', 'the slowest refusal', 'acknowledged writes that are missing, and what was found instead', 'time until a write was acknowledged again'],
  remediation:
    'Acknowledge a write only when the store that owns it has said that it is durable. When that store cannot be reached answer 503 with Retry-After at once: remember in the background that it is away instead of letting every request wait for a timeout of its own, and give up what already waits. If writes are to be queued, put the queue on storage that survives the process and keep what is in it until the store has taken it. Say 500 and "unknown", not success, when the answer to a commit got lost.',
  defects: [{ id: 'degr.acks-into-void', how: 'writes that the primary does not take are acknowledged into a queue in memory, which is dropped when the primary stays away' }],
  mustNotFire: ['REPL-06', 'START-05'],
  mayFire: ['SWAP-03'],
  limits: 'An absence is bounded by the experiment: a queue that is dropped after hours looks like one that is kept.',
}
