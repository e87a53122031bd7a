import type { Requirement } from '../../core/requirement.js'

export const shallowLiveness: Requirement = {
  id: 'RDND-07',
  area: 'RDND',
  title: 'Liveness does not depend on shared dependencies',
  keyword: 'MUST',
  level: 2,
  weight: 2,
  safety: 'disruptive',
  statement: 'The failure of a shared dependency MUST NOT make liveness fail or cause the replicas to be restarted.',
  why: 'Otherwise one hiccup of the database restarts the whole fleet, and the fleet that starts at once keeps the database down.',
  source: ["Amazon Builders' Library: Implementing health checks", 'Kubernetes: liveness, readiness and startup probes', 'The Practice of Cloud System Administration, 2.1.6'],
  needs: ['fault.edge', 'dependencies.hard', 'health.liveness', 'topology.identity'],
  absence: { rule: 'na-structural', fact: 'dependencies', equals: 'none' },
  procedure: [
    'Run traffic through the balancer and sample liveness of every replica directly, four times a second.',
    'Make the fault proxies between all replicas and one hard component refuse every connection for the outage time, then heal them.',
    'Look that requests fail in the meantime, that liveness goes on passing, and that no replica ends or is started again.',
  ],
  passCriterion: 'No liveness answer fails and no replica is restarted while the shared dependency is away.',
  thresholds: [
    { key: 'outage_s', unit: 's', meaning: 'how long the shared dependency is away', standard: 45, quick: 3 },
    { key: 'samples_min', unit: 'count', meaning: 'liveness answers of each replica during the outage', standard: 5 },
    { key: 'liveness_failures_max', unit: 'count', meaning: 'liveness answers that may fail', standard: 0 },
    { key: 'restarts_max', unit: 'count', meaning: 'replicas that may end or be started again', standard: 0 },
  ],
  inconclusiveIf: [
    'no hard component is used by every replica, or its outage was not witnessed',
    'no request failed while it was away, so the service may not have noticed',
    'liveness of some replica was asked fewer than five times, or the outage was shorter than stated',
    'the harness stalled or the null control failed, when liveness gave no answer',
  ],
  evidence: ['liveness answers during the outage by outcome', 'number of requests that failed', 'replicas that were restarted'],
  remediation:
    'Let liveness say only what a restart of this process would mend: that its event loop or worker threads still turn. Leave databases, queues and other services to readiness, and there keep what all replicas share out of it as well, or let the balancer fail open, so that one shared failure does not take every replica out. Use separate handlers for the two, so that a change of one does not slip into the other.',
  defects: [{ id: 'rdnd.deep-liveness', how: 'liveness asks the database' }],
  mustNotFire: ['RDND-03', 'DEGR-04'],
  mayFire: [],
  limits: 'Platforms restart after some failing checks in a row; a liveness that fails is judged before anybody restarts anything.',
}
