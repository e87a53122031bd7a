import type { Requirement } from '../../core/requirement.js'

/** RDND-04: work that only one replica may do. */
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
