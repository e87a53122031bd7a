import type { Evidence } from '../core/check.js'
import { strengthOf } from '../core/check.js'
import type { DefectCard } from '../core/requirement.js'
import type { RequirementReport } from '../core/run-report.js'
import { requirement } from './fixtures-requirement.js'
import { exampleRequirementsOfReplicas } from './fixtures-requirements-of-replicas.js'

/** Requirements of the example report on starting, stopping and draining. */

/** Every optional key is here, so that the schema's test meets each of them. */
const manualUnlock: Required<DefectCard> = {
  id: 'start.manual-unlock',
  how: 'after a reboot the service waits for an unlock call before it serves',
  mustNotFire: ['START-02'],
  mayFire: ['START-03'],
}

const lostWitnesses: Required<Evidence> = {
  note: 'in-flight requests that ended without a complete answer, over 3 drains',
  measured: 3,
  allowed: 0,
  unit: 'requests',
  requests: [1406, 3251, 3252],
}

const draining = 'queue-draining/one-replica-drains'
const rebooting = 'startup-and-shutdown/machine-reboots'

export const exampleRequirements: readonly RequirementReport[] = [
  requirement({
    id: 'START-01',
    title: 'The service comes back when the machine boots',
    level: 1,
    weight: 3,
    statement: 'After a reboot of the machine the service MUST become ready again by itself.',
    outcome: 'passed',
    scenario: rebooting,
    grade: 'simulated',
    summary: 'ready 5.1 s after an orderly reboot and 6.4 s after a power loss',
    thresholds: { boot_to_ready_s: 120, orderly_reboots: 1, powerloss_reboots: 1 },
    evidence: [
      { note: 'orderly reboot until all replicas were ready', measured: 5.1, allowed: 120, unit: 's' },
      { note: 'power loss until all replicas were ready', measured: 6.4, allowed: 120, unit: 's' },
    ],
    findings: [
      { check: 'service-is-ready-after-reboot', scenario: draining, outcome: 'inconclusive', summary: 'the harness stalled for 412 ms', evidence: [], superseded: true },
      { check: 'service-is-ready-after-reboot', scenario: rebooting, outcome: 'passed', summary: 'ready after both reboots', evidence: [] },
    ],
    remediation: 'Give the service a boot entry (restart policy always, an enabled unit) that needs no person.',
    defects: [
      { id: 'start.no-boot-entry', how: 'the supervisor is not in the boot entry: survives a crash but not a reboot' },
      manualUnlock,
    ],
  }),
  requirement({
    id: 'START-04',
    title: 'Stops by itself on the platform\u2019s stop signal',
    level: 1,
    weight: 3,
    statement: 'On the platform\u2019s stop signal the service MUST terminate by itself within its grace period, leaving no orphan process.',
    outcome: 'passed',
    scenario: draining,
    grade: 'demonstrated',
    summary: '5 of 5 stops ended by themselves within 1.3 s with exit code 0',
    thresholds: { grace_s: 60, allowed_exit_codes: [0, 143], survivors_max: 0, stops: 5 },
    relaxed: ['grace_s'],
    evidence: [{ note: 'slowest of 5 stops', measured: 1_284, allowed: 54_000, unit: 'ms' }],
    remediation: 'Handle the stop signal in the main process; do not start it through a shell that swallows it.',
    defects: [{ id: 'start.ignores-sigterm', how: 'started through a shell wrapper that does not forward the signal' }],
  }),
  requirement({
    id: 'START-05',
    title: 'Acknowledged writes survive a crash',
    level: 1,
    weight: 3,
    statement: 'A write that was acknowledged MUST be readable after the process is killed without warning and restarted.',
    outcome: 'inconclusive',
    scenario: rebooting,
    summary: '12 writes were acknowledged in the last second before the kills, at least 20 are needed to judge',
    thresholds: { kills: 5, acked_last_second_min: 20, lost_max: 0, unexpected_max: 0 },
    evidence: [{ note: 'writes acknowledged in the second before a kill', measured: 12, allowed: 20, unit: 'count' }],
    remediation: 'Acknowledge a write only after it is on durable storage (fsync, or a commit of the database).',
    defects: [{ id: 'start.acks-before-durable', how: 'writes are acknowledged from a memory buffer flushed every 500 ms' }],
  }),
  requirement({
    id: 'DRAIN-01',
    title: 'A draining replica fails its health check and keeps running',
    level: 1,
    weight: 3,
    statement: 'When told to drain, a replica MUST start failing the load balancer\u2019s health check promptly, with an explicit answer, while it continues to run.',
    outcome: 'passed',
    scenario: draining,
    grade: 'demonstrated',
    summary: 'the first failing answer came 210 ms after the drain at the latest, no relapse in 3 drains',
    strength: strengthOf(3),
    thresholds: { first_fail_within_s: 2, relapses_max: 0, explicit_fail_answers_min: 3 },
    evidence: [{ note: 'drain acknowledged until the first failing readiness answer', measured: 0.21, allowed: 2, unit: 's' }],
    remediation: 'Answer the readiness check with 503 as soon as the drain begins, and keep serving.',
    defects: [{ id: 'drain.health-stays-green', how: 'drain waits for in-flight work but readiness stays 200 until exit' }],
  }),
  requirement({
    id: 'DRAIN-03',
    title: 'In-flight requests are completed',
    level: 1,
    weight: 3,
    statement: 'Every request in flight when drain begins MUST be completed correctly.',
    outcome: 'failed',
    scenario: draining,
    grade: 'demonstrated',
    summary: '3 of 30 requests that were in flight when a drain began were lost',
    strength: { n: 30, bound95: 1 },
    thresholds: { drains: 3, witnesses_min: 30, lost_max: 0, duplicated_max: 0, control_losses_min: 1 },
    evidence: [
      lostWitnesses,
      { note: 'effects that happened twice', measured: 0, allowed: 0, unit: 'count' },
      { note: 'requests lost in the positive control (kill instead of drain), at least 1 needed', measured: 10, allowed: 1, unit: 'requests' },
    ],
    findings: [
      { check: 'in-flight-requests-complete', scenario: draining, outcome: 'failed', summary: '3 of 30 witnesses lost', evidence: [lostWitnesses] },
      { check: 'effects-happen-exactly-once', scenario: draining, outcome: 'passed', summary: 'no effect happened twice', evidence: [] },
    ],
    remediation: 'Stop accepting new work, then wait for the number of requests in flight to reach zero before closing their sockets. In Node: server.close() with closeIdleConnections(), never closeAllConnections().',
    defects: [{ id: 'drain.kills-inflight', how: 'drain flips readiness and then closes all sockets after 200 ms' }],
  }),
  requirement({
    id: 'DRAIN-06',
    title: 'Keep-alive connections are wound down',
    keyword: 'SHOULD',
    level: 2,
    weight: 2,
    statement: 'While draining, a replica SHOULD tell clients on persistent connections to leave and SHOULD NOT reset a connection with a request on it.',
    outcome: 'failed',
    waived: { reason: 'The mobile client of the 2029 release ignores Connection: close; it is retired in autumn', owner: 'orders team', until: '2031-10-01' },
    scenario: draining,
    grade: 'demonstrated',
    summary: '4 of 20 connections were never told to close',
    thresholds: { connections: 20, told_to_close_ratio_min: 1, wound_down_within_s: 15 },
    evidence: [{ note: 'connections told to close', measured: 0.8, allowed: 1, unit: 'ratio' }],
    remediation: 'Send Connection: close on every answer once the drain has begun.',
    defects: [{ id: 'drain.pins-keepalive', how: 'existing keep-alive connections are served for as long as the client likes' }],
  }),
  requirement({
    id: 'DRAIN-08',
    title: 'A drain can be undone',
    keyword: 'SHOULD',
    level: 3,
    weight: 1,
    statement: 'A drained replica that has not been stopped SHOULD be returnable to service without a restart.',
    outcome: 'not-applicable',
    summary: 'the drain of this service ends in exit, by design (declared by orders team until 2031-12-31)',
    remediation: 'Offer an undrain call that makes the readiness check pass again.',
    defects: [{ id: 'drain.no-way-back', how: 'undrain returns 200 but readiness stays failing until restart' }],
  }),
  ...exampleRequirementsOfReplicas,
]
