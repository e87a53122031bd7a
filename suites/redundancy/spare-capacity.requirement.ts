import type { Requirement } from '../../core/requirement.js'

export const spareCapacity: Requirement = {
  id: 'RDND-06',
  area: 'RDND',
  title: 'Rated load is carried with one replica missing',
  keyword: 'SHOULD',
  level: 3,
  weight: 2,
  safety: 'disruptive',
  statement: 'With one replica missing, the remaining replicas SHOULD carry the rated load within the latency and error objectives (N+1).',
  why: 'Replicas give resilience only when the others have capacity to spare: otherwise the loss of one is the overload of all.',
  source: ['The Practice of Cloud System Administration, 6.3.1 and 6.6.3', 'Site Reliability Engineering: launch checklist, N+2', 'Gremlin reliability tests: scalability and redundancy'],
  needs: ['traffic.heavy', 'load.rated', 'topology.instances', 'lifecycle.hold'],
  absence: { rule: 'na-justified' },
  procedure: [
    'Kill one replica and keep it down; wait until the balancer sends nothing to it any more, and one ejection window longer.',
    'Offer the rated load of the costly operation through the balancer: an open loop, with the time-out of the operation as the deadline of clients.',
    'Let the replica return.',
  ],
  passCriterion: 'The share of requests that are served and their latency meet the objectives.',
  thresholds: [
    { key: 'hold_s', unit: 's', meaning: 'how long the rated load is offered without the replica', standard: 30, quick: 4 },
    { key: 'success_ratio_min', unit: 'ratio', meaning: 'share of requests that must be served', standard: 0.999 },
    { key: 'p99_ms_max', unit: 'ms', meaning: 'latency quantile; set it to the declared objective', standard: 500 },
    { key: 'quantile', unit: 'ratio', meaning: 'which quantile that is, judged with 95 % confidence and only with ten samples beyond it', standard: 0.99, quick: 0.95 },
  ],
  inconclusiveIf: [
    'the loss of the replica was not witnessed, or it answered while it should have been missing',
    'less than the rated load was sent, or for a shorter time than stated',
    'the load generator was saturated, the null control failed or was late, the harness stalled, or what failed did so while a replica or our own balancer waited for a processor',
    'requests were refused only after the load generator had stalled and sent many at once',
    'the latencies are too close to the limit to tell',
  ],
  evidence: ['requests that were not served, with ids', 'latency quantile beside its limit'],
  remediation:
    'Add a replica, or lower the rated load to what all but one can carry. Watch the use of capacity against N-1 rather than N, and let the alarm ring before the last spare is gone. Check that limits per replica (connections, workers, quotas of the platform) are not what keeps the others from taking over.',
  defects: [{ id: 'rdnd.no-headroom', how: 'each replica does so few requests at once that without one of them the rest carries 80 % of the rated load' }],
  mustNotFire: ['RDND-02', 'DEGR-05'],
  mayFire: [],
  limits: 'The rated load is the declared one, of one operation; that it is what users really need is for people to say.',
}
