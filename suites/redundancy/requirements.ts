import type { Requirement } from '../../core/requirement.js'
import { scaling, singletonWork } from './number-of-replicas.requirements.js'
import { spareCapacity } from './spare-capacity.requirement.js'
import { shallowLiveness } from './shared-dependencies.requirement.js'

const anyReplica: Requirement = {
  id: 'RDND-01',
  area: 'RDND',
  title: 'Any replica can serve any request',
  keyword: 'MUST',
  level: 1,
  weight: 3,
  safety: 'safe',
  statement:
    'The service MUST run as several replicas at once, any of which can serve any request, including requests that continue work begun on another.',
  why: 'Replicas that are not interchangeable are not redundant: each of them is a single point of failure for its own share of users.',
  source: ['The Practice of Cloud System Administration, 2.1.6 and 4.2.3', 'The Twelve-Factor App, VI Processes'],
  needs: ['topology.instances', 'topology.identity', 'topology.balancer', 'data.write'],
  absence: { rule: 'na-justified' },
  procedure: [
    'For every ordered pair of replicas, write records on the first and read them on the second until they are visible or the consistency window has passed.',
    'For every ordered pair, open sessions on the first replica and continue them on the second (when a session is declared).',
    'As a control, do both on one and the same replica: what works nowhere says nothing about pairs.',
    'Send the mixed operations, records and sessions through the balancer, each request on a new connection and without affinity.',
  ],
  passCriterion: 'Every record and every session of every ordered pair is served by the second replica, and no request through the balancer fails.',
  thresholds: [
    { key: 'records_per_pair', unit: 'count', meaning: 'records written on one replica and read on the other, for each ordered pair', standard: 20, quick: 4, thorough: 60 },
    { key: 'sessions_per_pair', unit: 'count', meaning: 'sessions opened on one replica and continued on the other, for each ordered pair', standard: 5, quick: 1, thorough: 15 },
    { key: 'balancer_operations', unit: 'requests', meaning: 'operations sent through the balancer on new connections', standard: 200, quick: 40, thorough: 600 },
    { key: 'convergence_s', unit: 's', meaning: 'how long a record or session may take to be known to another replica', standard: 5 },
    { key: 'failures_max', unit: 'count', meaning: 'records, sessions or operations that may fail', standard: 0 },
  ],
  inconclusiveIf: [
    'fewer distinct instance identities than replicas were seen in the answers',
    'a pair was not tried as often as the sample size asks',
    'records or sessions did not work on any single replica, so the operation itself is in doubt',
    'not every replica answered through the balancer',
    'no read of data is declared',
    'the null control failed in the same span',
    'the read of records finds what was never written as well',
  ],
  evidence: ['the matrix of pairs with the number of records and sessions that failed', 'ids of the requests of each failing pair'],
  remediation:
    'Move what a request needs from the memory or disk of one replica to a store all replicas share: sessions into a shared cache, a database table or a signed token, uploads into object storage, per-replica caches behind a bounded lifetime. Then switch off session affinity in the balancer, so that the next local state is noticed on the day it is written.',
  defects: [{ id: 'rdnd.local-state', how: 'sessions are kept in the memory of the replica that created them' }],
  mustNotFire: ['RDND-05', 'START-02'],
  mayFire: ['RDND-02', 'UPGR-01'],
  limits: 'Only the declared operations, records and sessions are tried; state behind an undeclared endpoint stays unseen.',
}

const losingOne: Requirement = {
  id: 'RDND-02',
  area: 'RDND',
  title: 'Losing any one replica is survivable',
  keyword: 'MUST',
  level: 1,
  weight: 3,
  safety: 'disruptive',
  statement:
    'The abrupt loss of any one replica MUST cost no more than the requests it was serving plus those sent to it before it was ejected, and every function MUST work while it is gone.',
  why: 'A leader nobody knows of shows only when exactly that replica dies, so each of them has to be taken away once.',
  source: [
    'The Practice of Cloud System Administration, 2.1.6 and 6.3',
    'CNTi test suite: pod_delete',
    'Gremlin reliability tests: host redundancy',
  ],
  needs: ['topology.instances', 'topology.balancer', 'lifecycle.kill', 'lifecycle.hold', 'traffic.read'],
  absence: { rule: 'na-justified' },
  procedure: [
    'Run 100 requests per second of all weighted operations through the balancer, from beginning to end.',
    'Call every declared operation once before any fault, to know that it works.',
    'For each replica in turn: kill it without warning and keep it down for the hold time; call every declared operation after the ejection window; let it return; wait until traffic is clean.',
    'Count failures inside the ejection window and after it, and look which operations succeeded while the replica was gone.',
  ],
  passCriterion:
    'For every replica the failures stay within share x rate x ejection window x factor (and the same share of what was in flight), none follows after the window, and every operation works while the replica is gone.',
  thresholds: [
    { key: 'hold_s', unit: 's', meaning: 'how long each replica is kept down (at least two ejection windows)', standard: 20, quick: 6 },
    { key: 'failures_in_window_factor_max', unit: 'ratio', meaning: 'factor on the share of requests that a dead replica may cost until it is ejected', standard: 1.5 },
    { key: 'failures_after_window_max', unit: 'requests', meaning: 'failures after the ejection window while the replica is down', standard: 0 },
    { key: 'operations_covered_ratio', unit: 'ratio', meaning: 'share of the declared operations that work while the replica is down', standard: 1 },
    { key: 'recover_within_s', unit: 's', meaning: 'how long the harness waits for the replica to be back in rotation', standard: 60 },
  ],
  inconclusiveIf: [
    'the death of the replica was not witnessed, or it answered again before it was released',
    'the replica received no traffic before it was killed, or requests already failed then',
    'fewer than 50 requests fell between the end of the ejection window and the release',
    'an operation did not work before the loss either',
    'the replica was held for less than the stated time, or the harness gave up more than 1 % of the requests',
    'the replica was not back in rotation afterwards',
    'the balancer is the target\'s own, nobody declared how fast it takes a replica out, and what failed may be the share of the lost replica',
    'the null control failed or the harness stalled in the same span',
    'answers after the window do not say which replica gave them, or the harness gave up more than 1 % of the requests',
  ],
  evidence: ['for each replica: failures in the window and after it, with their limits', 'operations that did not work without it', 'ids of the failed requests'],
  remediation:
    'Find the work only one replica does (a leader elected by configuration or by its number, a primary connection, a lock that outlives its holder) and let any replica do it, or elect a new leader well inside the ejection window. If requests fail for everyone after ejection, look for calls from one replica to another and for connection pools that keep dead addresses. If only the window costs too much, shorten the check interval or `fall` of the balancer, or let it take a replica out on the first refused connection.',
  defects: [{ id: 'rdnd.hidden-leader', how: 'writes only work through replica 0' }],
  mustNotFire: ['RDND-01', 'START-02'],
  mayFire: ['UPGR-01', 'DRAIN-04', 'SWAP-01', 'RDND-05'],
  limits: 'Whether the replica comes back by itself is judged by START-02, whether it is ready when it says so by START-03; here only the span of its absence counts.',
}

const unfitReplica: Requirement = {
  id: 'RDND-03',
  area: 'RDND',
  title: 'A replica that cannot serve leaves the rotation',
  keyword: 'MUST',
  level: 1,
  weight: 2,
  safety: 'disruptive',
  statement:
    'A replica that is hung or has lost something only it depends on MUST fail its readiness check and stop receiving traffic within the ejection window.',
  why: 'A replica that fails fast, or hangs, draws traffic it cannot serve and turns one fault into many errors.',
  source: [
    'The Practice of Cloud System Administration, 2.1.6 and 6.5.2',
    "Amazon Builders' Library: Implementing health checks",
  ],
  needs: ['topology.instances', 'topology.balancer', 'health.readiness', 'fault.freeze'],
  absence: { rule: 'fail' },
  procedure: [
    'Run 100 requests per second of all weighted operations through the balancer, and sample readiness directly five times a second.',
    'Arm A: freeze one replica, so that it accepts connections and answers nothing.',
    'Arm B: cut every dependency of another replica off, for that replica alone.',
    'In each arm keep the fault for at least three ejection windows and until readiness had its time to fail, then release and wait for the return.',
  ],
  passCriterion:
    'In both arms readiness stops passing in time, no request fails or reaches the replica after the ejection window that follows, and the replica is back in rotation after the release.',
  thresholds: [
    { key: 'fault_s', unit: 's', meaning: 'how long each fault lasts (at least three ejection windows)', standard: 30, quick: 8 },
    { key: 'samples_min', unit: 'count', meaning: 'readiness answers of the replica during each fault', standard: 5 },
    { key: 'requests_after_min', unit: 'requests', meaning: 'requests between the ejection of the replica and its release', standard: 50 },
    { key: 'readiness_false_within_s', unit: 's', meaning: 'how long readiness may go on passing after the fault', standard: 10 },
    { key: 'failures_after_window_max', unit: 'requests', meaning: 'failures after the ejection window while the fault lasts', standard: 0 },
    { key: 'return_within_s', unit: 's', meaning: 'how long the replica may take to be back in rotation after the release', standard: 30 },
  ],
  inconclusiveIf: [
    "the fault was not witnessed on the replica's own data path",
    'the balancer is the target\'s own, nobody declared how fast it takes a replica out, and what failed may be the share of the unfit replica',
    'the replica received no traffic or was not ready before the fault',
    'fewer than 50 requests fell between the end of the ejection window and the release',
    'the null control failed or the harness stalled in the same span',
  ],
  evidence: ['for each arm: when readiness stopped passing, failures after the window, time to return', 'the witness of the fault', 'ids of failed or misdirected requests'],
  remediation:
    'Let readiness try, with a short timeout, what this replica needs to serve a request (a connection from the pool it really uses, a trivial query) and answer 503 when that fails; do not answer from a constant or from the state at start. Cache the result for less than one check interval. Give the check a hard deadline so that a hung dependency becomes a failing answer, and give the balancer a check timeout so that a hung replica is ejected. Dependencies that all replicas share need a rule against ejecting everything at once: keep them out of readiness or let the balancer fail open.',
  defects: [{ id: 'rdnd.static-health', how: 'readiness answers 200 whatever the state of the data path is' }],
  mustNotFire: ['RDND-07', 'START-03'],
  mayFire: ['DRAIN-01', 'MONI-02'],
  limits: 'Only hangs and cut dependencies are produced; a replica that gives wrong answers quickly is not.',
}

/** Redundancy: replicas are interchangeable, and one of them may be lost, unfit, or added; what only one of them may do is done once. */
export const requirements: readonly Requirement[] = [anyReplica, losingOne, unfitReplica, singletonWork, scaling, spareCapacity, shallowLiveness]
