import { strengthOf } from '../core/check.js'
import type { RequirementReport } from '../core/run-report.js'
import { requirement } from './fixtures-requirement.js'

/** Requirements of the example report on redundancy and monitoring. */

const losing = 'redundancy/any-replica-can-be-lost'
const health = 'monitoring/health-answers'

export const exampleRequirementsOfReplicas: readonly RequirementReport[] = [
  requirement({
    id: 'RDND-01',
    title: 'Any replica can serve any request',
    level: 1,
    weight: 3,
    statement: 'The service MUST run as several replicas at once, any of which can serve any request, including requests that continue work begun on another.',
    outcome: 'passed',
    staleWaiver: { reason: 'The session store was not shared before spring', owner: 'orders team', until: '2031-06-01' },
    scenario: losing,
    grade: 'demonstrated',
    summary: '0 of 150 reads and 0 of 30 resumed sessions failed on another replica',
    strength: strengthOf(150),
    thresholds: { records_per_pair: 20, sessions_per_pair: 5, convergence_s: 5, failures_max: 0 },
    evidence: [
      { note: 'records read through another replica that failed', measured: 0, allowed: 0, unit: 'requests' },
      { note: 'slowest convergence', measured: 812, allowed: 5_000, unit: 'ms' },
    ],
    remediation: 'Keep sessions and other state of the service in a store that all replicas share.',
    defects: [{ id: 'rdnd.local-state', how: 'sessions are kept in the memory of the replica that created them' }],
  }),
  requirement({
    id: 'RDND-02',
    title: 'Losing any one replica is survivable',
    level: 1,
    weight: 3,
    statement: 'The abrupt loss of any one replica MUST cost no more than the requests it was serving plus those sent to it before it was ejected, and every function MUST work while it is gone.',
    outcome: 'passed',
    scenario: losing,
    grade: 'demonstrated',
    summary: '63 of at most 78 requests failed before the balancer ejected the replica, none of 2041 after it',
    strength: strengthOf(2_041),
    thresholds: { hold_s: 20, failures_in_window_factor_max: 1.5, failures_after_window_max: 0, recover_within_s: 60 },
    evidence: [
      { note: 'failures inside the ejection window', measured: 63, allowed: 78, unit: 'requests' },
      { note: 'failures after it', measured: 0, allowed: 0, unit: 'requests' },
    ],
    remediation: 'Let no function depend on one particular replica; elect a leader again when it is lost.',
    defects: [{ id: 'rdnd.hidden-leader', how: 'writes only work through replica 0' }],
  }),
  requirement({
    id: 'RDND-03',
    title: 'A replica that cannot serve leaves the rotation',
    level: 1,
    weight: 2,
    statement: 'A replica that is hung or has lost something only it depends on MUST fail its readiness check and stop receiving traffic within the ejection window.',
    outcome: 'failed',
    scenario: losing,
    grade: 'demonstrated',
    summary: 'replica-2 was frozen and still got 102 requests after the ejection window of 3.5 s',
    thresholds: { readiness_false_within_s: 10, failures_after_window_max: 0, return_within_s: 30 },
    evidence: [
      { note: 'requests lost after the ejection window', measured: 102, allowed: 0, unit: 'requests', requests: Array.from({ length: 50 }, (_, index) => 8_120 + index * 3) },
      // What a service can answer when it is asked why: nothing of this may act in a report.
      { note: 'readiness answered 200 with body "<img src=x onerror=alert(1)> </script> \u001b[31mOK\u0007 \u202etxt"', measured: 200 },
    ],
    findings: [
      { check: 'frozen-replica-leaves-rotation', scenario: losing, outcome: 'failed', summary: 'still in rotation after 20 s', evidence: [{ note: 'time in rotation after the freeze', measured: 20, allowed: 3.5, unit: 's' }] },
      { check: 'isolated-replica-leaves-rotation', scenario: losing, outcome: 'inconclusive', summary: 'the isolation could not be witnessed', evidence: [] },
    ],
    remediation: 'Make the readiness check exercise what a request needs (event loop, database connection) with a timeout, instead of answering a constant 200.',
    defects: [{ id: 'rdnd.static-health', how: 'readiness is a constant 200' }],
  }),
  requirement({
    id: 'RDND-04',
    title: 'Singleton work is done once',
    keyword: 'SHOULD',
    level: 2,
    weight: 2,
    statement: 'Work that must be done by one replica at a time SHOULD be done exactly once whichever replica is lost.',
    outcome: 'skipped',
    skip: { cause: 'not-allowed', asked: false, allow: 'disruptive' },
    summary: 'it is disruptive and needs --allow disruptive',
    remediation: 'Take a lease with a fencing token before doing singleton work.',
  }),
  requirement({
    id: 'RDND-07',
    title: 'Liveness does not depend on shared dependencies',
    level: 2,
    weight: 2,
    statement: 'The failure of a shared dependency MUST NOT make liveness fail or cause the replicas to be restarted.',
    outcome: 'missing',
    summary: 'the descriptor declares no liveness endpoint (health.livenessPath)',
    remediation: 'Offer a liveness endpoint that answers from the process alone and declare it as health.livenessPath.',
    defects: [{ id: 'rdnd.deep-liveness', how: 'liveness checks the database' }],
  }),
  requirement({
    id: 'MONI-02',
    title: 'Health answers mean what they say',
    level: 1,
    weight: 2,
    statement: 'Health endpoints MUST use 2xx-3xx for pass and warn and 4xx-5xx for fail, MUST NOT be cached, and SHOULD report the release and the state of each dependency.',
    outcome: 'error',
    scenario: health,
    summary: 'the check health-status-matches-body threw: Cannot read properties of null (reading "status")',
    thresholds: { disagreements_max: 0, stale_answers_max: 0, p99_ms_max: 500 },
    findings: [{ check: 'health-status-matches-body', scenario: health, outcome: 'error', summary: 'threw TypeError', evidence: [] }],
    remediation: 'Derive status code and body from the same value, and send Cache-Control: no-store.',
    defects: [{ id: 'moni.fail-with-200', how: 'the body says fail and the status is 200 when a hard dependency is down' }],
  }),
]
