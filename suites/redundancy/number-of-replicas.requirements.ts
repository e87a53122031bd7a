import type { Requirement } from '../../core/requirement.js'

/** What must hold however many replicas there are. */

/** RDND-04: work that only one of them may do. */
export const singletonWork: Requirement = {
  id: 'RDND-04',
  area: 'RDND',
  title: 'Singleton work is done once',
  keyword: 'MUST',
  level: 2,
  weight: 2,
  safety: 'disruptive',
  statement: 'Scheduled or singleton work MUST be performed exactly once however many replicas run, and MUST continue when the replica doing it dies.',
  why: 'Adding a replica must not send the invoice twice, and losing one must not keep it from being sent.',
  source: ['The Practice of Cloud System Administration, 2.1.6 (redundancy)'],
  needs: ['schedule.effects', 'topology.instances', 'topology.identity', 'topology.balancer', 'lifecycle.kill', 'lifecycle.hold'],
  absence: { rule: 'na-structural', fact: 'schedule', equals: 'none' },
  procedure: [
    'Read five times a period what the schedule has done, and record each effect when it is first seen, for several periods.',
    'Right after an effect kill the replica that did it without warning, and keep it down for several periods.',
    'Count the effects of each period, before the kill and while the replica is gone.',
  ],
  passCriterion: 'No period has two effects, none is left out before the kill, and another replica goes on with at most three left out.',
  thresholds: [
    { key: 'periods', unit: 'count', meaning: 'periods watched before the kill, and again after it', standard: 10, quick: 5, thorough: 30 },
    { key: 'duplicates_max', unit: 'count', meaning: 'effects beyond the first of a period', standard: 0 },
    { key: 'missed_before_kill_max', unit: 'count', meaning: 'periods without an effect while all replicas are there', standard: 0 },
    { key: 'missed_after_kill_max', unit: 'count', meaning: 'periods without an effect after the kill', standard: 3 },
  ],
  inconclusiveIf: [
    'no effect was seen before the kill, or effects do not name a replica',
    'the kill did not strike the replica that had done the last effect, was not witnessed, or the replica came back too early or not at all',
    'fewer periods than required were watched, or the effects could not be read in the last two periods or for longer than eight',
    'periods were left out and the harness stalled in the same span',
  ],
  evidence: ['effects before and after the kill, and who did them', 'periods with more than one effect'],
  remediation:
    'Take a lease in a store that all replicas share before doing the work, renew it well within its lifetime, and let any replica take it over when it has run out (a row with an expiry, an advisory lock, etcd or Consul leases, a Kubernetes Lease). ' +
    'Record which period was done last in the same transaction as the effect: then a second replica finds nothing left to do even when two hold the lease for a moment, and a new holder can make up for what was left out. ' +
    'Do not choose the one by its number or by configuration, and do not run the scheduler inside every replica without such a guard.',
  defects: [{ id: 'rdnd.cron-per-replica', how: 'every replica runs the schedule by itself' }],
  mustNotFire: ['DRAIN-10'],
  mayFire: [],
  limits: 'What was done is read from the service itself. One period at each end of a span may be early or late without being noticed.',
}

/** RDND-05: one more, and one less. */
export const scaling: Requirement = {
  id: 'RDND-05',
  area: 'RDND',
  title: 'Replicas can be added and removed under load',
  keyword: 'MUST',
  level: 2,
  weight: 2,
  safety: 'disruptive',
  statement: 'Scaling out and in under load MUST cause no failed request, and a new replica MUST take its share.',
  why: 'Redundancy has to be adjustable without an announcement, by people and by machines that do it every hour.',
  source: ['The Practice of Cloud System Administration, 2.1.6 (redundancy)', 'CNTi test suite: increase_decrease_capacity'],
  needs: ['topology.scale', 'topology.instances', 'topology.balancer', 'topology.identity', 'health.readiness', 'traffic.witness'],
  absence: { rule: 'na-justified' },
  procedure: [
    'Run 100 requests per second of all weighted operations through the balancer, from beginning to end.',
    'Add a replica, and wait until it is ready and answers.',
    'Prove that five requests with unique effects are executing in it, and remove it as the platform does: the stop signal, and a grace period.',
    'Go on for another ejection window, and read how often the effects happened.',
  ],
  passCriterion: 'No request through the balancer fails, none in flight on the removed replica is lost, and the new replica had at least half of its fair share in time.',
  thresholds: [
    { key: 'failed_max', unit: 'requests', meaning: 'requests through the balancer that may fail', standard: 0 },
    { key: 'witnesses_min', unit: 'requests', meaning: 'requests proven to be in flight on the replica when it is removed', standard: 5 },
    { key: 'witnesses_lost_max', unit: 'requests', meaning: 'of these, not completed exactly once', standard: 0 },
    { key: 'new_share_of_fair_min', unit: 'ratio', meaning: 'part of its fair share that the new replica must surely (95 %) have', standard: 0.5 },
    { key: 'share_within_s', unit: 's', meaning: 'longest time from ready until it has it', standard: 30 },
    { key: 'requests_min', unit: 'requests', meaning: 'requests through the balancer from the addition to the end', standard: 500, quick: 300, thorough: 1_000 },
  ],
  inconclusiveIf: [
    'the replica was not seen to start, to be ready, or to end',
    'fewer than five requests were proven to be in flight on it when it was removed, or their effects could not be read',
    'too few requests were sent, or too few name the replica that answered',
    'the null control failed or the harness stalled in the same span',
  ],
  evidence: ['failed requests', 'requests in flight at the removal', 'requests the new replica got', 'time until it was ready'],
  remediation:
    'Let scaling in take the same way as any other stop: on the stop signal fail readiness, go on serving for as long as the balancer needs to notice, finish what is in flight, then exit (a preStop pause in Kubernetes, deregistration delay on a cloud balancer, connection draining in HAProxy). ' +
    'Give the platform a grace period that covers this, and do not let an autoscaler terminate machines without it (lifecycle hooks). Let a new replica be ready only when it can serve, and register it with the balancer by readiness, not by address alone.',
  defects: [{ id: 'rdnd.scale-in-kills', how: 'the surplus replica is ended at once when it is scaled in, instead of being drained' }],
  mustNotFire: ['DRAIN-03', 'UPGR-01'],
  mayFire: [],
  limits: 'One replica more and one less; scaling to zero, or by many at once, is not tried. The balancer is that of the harness, or the Service of a cluster, which spreads connections: there each request has one of its own.',
}
