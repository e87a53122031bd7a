import type { Requirement } from '../../../core/requirement.js'

/** How a replica gets back into service after a drain, and into it for the first time. */

const drain08: Requirement = {
  id: 'DRAIN-08',
  area: 'DRAIN',
  title: 'A drain can be undone',
  keyword: 'SHOULD',
  level: 3,
  weight: 1,
  safety: 'disruptive',
  statement: 'A drained replica that has not been stopped SHOULD be returnable to service without a restart.',
  why: 'Replicas are taken out of service, looked at and returned; and operators change their minds. A drain that only a restart ends costs warm caches and a start for nothing.',
  source: ['The Practice of Cloud System Administration, 2.1.3 (queue draining), 2.1.4 (a replica is removed, upgraded and returned to service)'],
  needs: ['lifecycle.drain', 'lifecycle.undrain', 'health.readiness', 'topology.instances', 'topology.balancer', 'topology.identity'],
  absence: { rule: 'na-justified' },
  procedure: [
    'Send requests through the balancer and drain one replica. Wait until the balancer sends it nothing any more.',
    'Undo the drain, and go on sampling readiness, boot id and who answers through the balancer.',
  ],
  passCriterion: 'The replica is ready and has its share again in time, as the same process, readiness does not turn back, and no request through the balancer fails.',
  thresholds: [
    { key: 'ready_within_s', unit: 's', meaning: 'longest time from the acknowledgement of the undrain to a passing readiness answer', standard: 5 },
    { key: 'share_of_fair_min', unit: 'ratio', meaning: 'part of its fair share that the replica must surely (95 %) have again', standard: 0.5 },
    { key: 'share_within_s', unit: 's', meaning: 'longest time from the acknowledgement of the undrain until it has it', standard: 30 },
    { key: 'requests_without_share_min', unit: 'requests', meaning: 'requests that others answer in a row, before the undrain, to show that the share was zero', standard: 10 },
    { key: 'failed_max', unit: 'requests', meaning: 'failed requests through the balancer after the undrain', standard: 0 },
  ],
  inconclusiveIf: [
    'the share of the replica never fell to zero, or it had none before',
    'nothing on the replica showed that it was draining, or it exited',
    'the undrain was not acknowledged, or too few requests could be attributed afterwards',
    'the null control failed or the harness stalled in the same span',
  ],
  evidence: ['how the drain was seen to land', 'time to ready after the undrain', 'requests the replica got, and the failed ones'],
  remediation:
    'Keep the drain flag as a state that can be left again: let the undrain command clear everything the drain has set, not only the flag it reads itself - readiness, the Connection: close on answers, paused consumers, stopped timers, and a listener that was closed. ' +
    'Derive readiness from the current state at each request instead of storing its last answer, and refuse the undrain with an explicit status when the process is already stopping.',
  defects: [{ id: 'drain.no-way-back', how: 'The undrain is answered with 200, but readiness goes on failing until the replica is restarted.' }],
  mustNotFire: ['DRAIN-01', 'DRAIN-03'],
  mayFire: ['DRAIN-09'],
  requires: ['DRAIN-01'],
}

const drain09: Requirement = {
  id: 'DRAIN-09',
  area: 'DRAIN',
  title: 'A replica can start drained',
  keyword: 'SHOULD',
  level: 3,
  weight: 1,
  safety: 'disruptive',
  statement: 'It SHOULD be possible to start a replica in drained state, test it directly, and only then let it take traffic.',
  why: 'Operators want to look at a new release, a repaired machine or a changed setting before users do.',
  source: ['The Practice of Cloud System Administration, 2.1.3 (start in drained mode)'],
  needs: ['lifecycle.start-drained', 'lifecycle.drain', 'lifecycle.undrain', 'lifecycle.stop', 'lifecycle.start', 'health.readiness', 'health.liveness', 'topology.instances', 'topology.balancer', 'topology.identity'],
  absence: { rule: 'na-justified' },
  procedure: [
    'With 100 requests per second through the balancer start a stopped replica in drained state. A platform that gives all replicas the same settings is told to replace one, of its choice, by one in drained state, and to stop there; that is taken back at the end.',
    'From when it serves direct requests on, sample readiness and liveness, send it direct requests, and look whether the balancer gives it any.',
    'Undo the drain, and wait until it is in the rotation.',
  ],
  passCriterion: 'While it is drained readiness fails, liveness passes, direct requests succeed and none comes through the balancer; after the undrain the same process enters the rotation in time.',
  thresholds: [
    { key: 'observe_s', unit: 's', meaning: 'how long the drained replica is watched; in the quick profile two return windows of the balancer when that is shorter', standard: 10 },
    { key: 'lb_requests_max', unit: 'requests', meaning: 'requests through the balancer that reach it while it is drained', standard: 0 },
    { key: 'direct_ok_min', unit: 'requests', meaning: 'direct requests that must succeed meanwhile', standard: 20 },
    { key: 'enters_rotation_within_s', unit: 's', meaning: 'longest time from the acknowledgement of the undrain until it answers through the balancer', standard: 30 },
  ],
  inconclusiveIf: [
    'answers do not say which replica gave them',
    'the replica was not seen to start, or served no direct request',
    'a platform put it in the place of another one, and answers do not say which process gave them',
    'it was watched for less than two return windows of the balancer, or too few probes were answered',
    'the undrain was not acknowledged, or the harness stalled',
  ],
  evidence: ['probes and direct requests while it was drained', 'requests through the balancer that reached it', 'time to its first request through the balancer'],
  remediation:
    'Read a setting at the start (an environment variable, a flag, a file that the drain command leaves behind) that puts the process into the same state a drain leads to, before the port is opened: readiness fails, everything else works. ' +
    'Let the ordinary undrain command end it. Do not build a second kind of maintenance mode that behaves in another way.',
  defects: [{ id: 'drain.start-drained-ignored', how: 'The setting is accepted and ignored.' }],
  mustNotFire: ['DRAIN-08', 'START-03'],
  mayFire: [],
}

export const waysBack: readonly Requirement[] = [drain08, drain09]
