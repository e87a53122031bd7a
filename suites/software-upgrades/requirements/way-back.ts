import type { Requirement } from '../../../core/requirement.js'

/** Roll-outs that have to end otherwise than planned. */

const upgr04: Requirement = {
  id: 'UPGR-04',
  area: 'UPGR',
  title: 'An upgrade can be rolled back',
  keyword: 'MUST',
  level: 2,
  weight: 3,
  safety: 'destructive',
  statement: 'After an upgrade it MUST be possible to return to the previous version without failed requests and without losing data written meanwhile.',
  why: 'Going back is the plan for the day on which the new version is wrong, and a plan that was never tried is none.',
  source: [
    'The Practice of Cloud System Administration, 2.1.4 and ch. 11',
    "The Amazon Builders' Library: ensuring rollback safety during deployments",
    'CNTi test suite: rollback',
    'DORA: failed deployment recovery time',
  ],
  needs: ['lifecycle.upgrade', 'data.write', 'data.read.strong', 'topology.instances', 'topology.balancer'],
  absence: { rule: 'fail' },
  procedure: [
    'When every replica runs the new version (UPGR-01), write records on it.',
    'Under the same traffic as there, return to the previous version with the declared way back, else with the same tool or procedure.',
    'Read version and start of every replica, and read back everything that was written on either version.',
  ],
  passCriterion: 'Another process of the previous version answers in the place of every replica, no request failed, nothing acknowledged is lost. How long it took is reported.',
  thresholds: [
    { key: 'records', unit: 'count', meaning: 'writes acknowledged by the new version before the way back is taken', standard: 500, quick: 100, thorough: 1_500 },
    { key: 'requests_min', unit: 'requests', meaning: 'requests through the balancer during the way back', standard: 1_000, quick: 200, thorough: 3_000 },
    { key: 'failed_max', unit: 'requests', meaning: 'of these, failed or refused', standard: 0 },
    { key: 'lost_max', unit: 'count', meaning: 'acknowledged writes that may be missing', standard: 0 },
    { key: 'complete_within_s', unit: 's', meaning: 'longest time the way back may take', standard: 600 },
  ],
  inconclusiveIf: ['the upgrade itself did not succeed, or the way back was not seen to end', 'too few writes on the new version, or too few requests meanwhile', 'versions could not be read before and after, or nothing shows that every replica was replaced by a process of its own', 'acknowledged writes could not be read back', 'the harness was disturbed while requests failed, or could not carry out a step of its own procedure', 'the read of records finds what was never written as well'],
  evidence: ['duration of the way back', 'failed requests by outcome', 'versions before and after', 'acknowledged and lost writes'],
  remediation:
    'Split every change of schema or format into releases that can each be taken back: first read both forms, then write the new one, then drop the old one. Never let a start refuse because the schema is newer than it knows, and rehearse the way back with every release.',
  defects: [{ id: 'upgr.one-way-migration', how: 'v2 bumps the schema version and v1 refuses to start on it' }],
  mustNotFire: ['UPGR-01', 'UPGR-03'],
  mayFire: [],
  limits: 'The way back is tried minutes after the upgrade: what a new version writes only after days is not seen.',
}

const upgr05: Requirement = {
  id: 'UPGR-05',
  area: 'UPGR',
  title: 'A bad release stops itself',
  keyword: 'MUST',
  level: 2,
  weight: 3,
  safety: 'disruptive',
  statement: 'A release that never becomes ready MUST NOT spread beyond the allowed number of replicas, and the rollout MUST report failure.',
  why: 'A bad build should cost one replica for a minute, not the service for as long as it takes somebody to notice.',
  source: [
    'The Practice of Cloud System Administration, ch. 11 and 2.1.16',
    'AWS Well-Architected, OPS06-BP04',
    "The Amazon Builders' Library: automating safe, hands-off deployments",
    'Docker swarm: update failure action',
  ],
  needs: ['lifecycle.upgrade', 'lifecycle.upgrade.tool', 'lifecycle.upgrade.bad', 'topology.balancer', 'topology.instances', 'data.write'],
  absence: { rule: 'na-justified' },
  procedure: [
    "Under traffic through the balancer roll out each declared bad release with the service's own tool: one that starts and never gets ready, one that crashes.",
    'Watch readiness and version of every replica, the requests, and how the tool ends.',
    'Return to the version of before with the tool, and wait for steady state.',
  ],
  passCriterion: 'The tool ends with a failure in time, the bad release was seen on at least one and at most the allowed number of replicas, no request failed, and the service was whole again.',
  thresholds: [
    { key: 'failed_max', unit: 'requests', meaning: 'requests that may fail', standard: 0 },
    { key: 'requests_min', unit: 'requests', meaning: 'requests through the balancer in all', standard: 1_000, quick: 300, thorough: 3_000 },
    { key: 'bad_replicas_max', unit: 'count', meaning: 'replicas that may get the bad release', standard: 1 },
    { key: 'halt_within_s', unit: 's', meaning: 'longest time until the roll-out halts', standard: 180, quick: 90 },
    { key: 'recover_within_s', unit: 's', meaning: 'longest time of the way back', standard: 180, quick: 90 },
    { key: 'shortage_ms_min', unit: 'ms', meaning: 'how long more replicas than declared must be away together to count', standard: 400 },
  ],
  inconclusiveIf: [
    'a bad release became ready by mistake, or was not seen on any replica',
    'too few requests were sent, or they failed while the harness was disturbed',
    'steady state, or the version of a replica, was not seen again afterwards, or the way back was not seen',
    'the harness could not carry on a roll-out, or was disturbed while too many replicas were away',
  ],
  evidence: ['what the tool said and when it ended', 'replicas that got the bad release', 'requests that failed', 'recovery'],
  remediation:
    'Let the roll-out wait for readiness of each replica with a deadline, end with an error when it passes, and touch nothing further (progress deadline on Kubernetes, failure action pause or rollback on swarm). Treat a process that was restarted during its start as failed, and never let a fixed wait stand for readiness.',
  defects: [{ id: 'upgr.ignores-readiness', how: 'the rollout waits a fixed 3 s per replica instead of for readiness and reports success' }],
  mustNotFire: ['UPGR-01', 'UPGR-02'],
  mayFire: [],
  limits: 'Releases that become ready and then answer wrongly are not stopped by readiness and are not tried here.',
}

export const wayBack: readonly Requirement[] = [upgr04, upgr05]
