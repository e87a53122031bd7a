import type { Requirement } from '../../../core/requirement.js'

/** What clients and data see of a roll-out that succeeds. */

const upgr01: Requirement = {
  id: 'UPGR-01',
  area: 'UPGR',
  title: 'Upgrades do not take the service down',
  keyword: 'MUST',
  level: 1,
  weight: 3,
  safety: 'disruptive',
  statement: 'It MUST be possible to upgrade every replica to a new version without a failed client request, ending with every replica on the new version.',
  why: 'What costs downtime is put off, and software that is not upgraded stays broken.',
  source: ['The Practice of Cloud System Administration, 2.1.4 and ch. 11', 'CNTi test suite: rolling_update', 'AWS Well-Architected, OPS06'],
  needs: ['lifecycle.upgrade', 'topology.balancer', 'topology.instances', 'data.write'],
  absence: { rule: 'fail' },
  procedure: [
    'Write a set of records. Then send reads of only these, writes of new keys that nobody reads until the end, and requests that take long enough to be under way in a replica when its turn comes, all through the balancer.',
    'Read version, start and readiness of every replica directly, several times per second.',
    "Roll out the new version with the service's own tool; without one the harness drains, stops, reconfigures and starts one replica after the other.",
    'Keep the traffic up after the roll-out has ended, and read the version of every replica again.',
  ],
  passCriterion: 'No request fails, a polite refusal included, and another process of the new version answers in the place of every replica.',
  thresholds: [
    { key: 'requests_min', unit: 'requests', meaning: 'requests through the balancer from the beginning of the roll-out on', standard: 3_000, quick: 600, thorough: 9_000 },
    { key: 'failed_max', unit: 'requests', meaning: 'of these, failed or refused', standard: 0 },
    { key: 'witnesses_min', unit: 'requests', meaning: 'requests known to be under way in a replica when it was first seen to leave', standard: 6, quick: 3, thorough: 6 },
    { key: 'complete_within_s', unit: 's', meaning: 'longest time a roll-out may take', standard: 600 },
  ],
  inconclusiveIf: [
    'too few requests were sent, or too few were under way in a replica when its turn came, or none in one of the replicas',
    'the version of a replica could not be read before and after',
    'a version changed and nothing shows that the process was replaced, or it was the new version before',
    'the readings of several replicas came from one and the same process, or a replica was not seen ready afterwards',
    'requests failed only while the harness or its own echo server was disturbed',
    'the harness could not carry out a step of its own rolling procedure, or stalled while a replica did not come back in time',
  ],
  evidence: ['failed requests by outcome', 'version and start of every replica before and after', 'duration of the roll-out and who carried it out', 'requests that were under way, 95 % bound'],
  remediation:
    'Replace one replica at a time and in this order: fail readiness, wait until the balancer has noticed and requests in flight are done, stop, start the new version, wait until it is ready and in rotation again. Let the tool compare the version of every replica with the wanted one before it reports success.',
  defects: [
    { id: 'upgr.skips-drain', how: 'the rollout kills each old replica instead of draining it (drain itself works)' },
    { id: 'upgr.leaves-straggler', how: 'the last replica stays on v1 and the command reports success' },
  ],
  mustNotFire: ['DRAIN-03', 'DRAIN-04', 'UPGR-02'],
  mayFire: [],
  limits: 'One upgrade between two declared versions is tried: others may differ in what they change.',
}

const upgr02: Requirement = {
  id: 'UPGR-02',
  area: 'UPGR',
  title: 'Replicas are replaced a few at a time',
  keyword: 'MUST',
  level: 1,
  weight: 2,
  safety: 'disruptive',
  statement: 'During an upgrade the number of ready replicas MUST NOT fall below N minus the declared unavailability (default 1).',
  why: 'With little traffic nobody notices a roll-out that takes away half of the capacity; at noon everybody does.',
  source: ['The Practice of Cloud System Administration, 2.1.4', 'Kubernetes: maxUnavailable, PodDisruptionBudget'],
  needs: ['lifecycle.upgrade', 'health.readiness', 'topology.instances'],
  absence: { rule: 'na-justified' },
  procedure: [
    'Use the roll-out of UPGR-01 and its direct readiness samples.',
    'A replica is certainly not ready from the first of a run of failing answers until the last of them was asked for; look for spans in which more replicas than declared are not ready at the same time.',
  ],
  passCriterion: 'At no time are more replicas than declared certainly not ready together, for as long as one sample takes or longer.',
  thresholds: [
    { key: 'sampling_hz', unit: 'per-second', meaning: 'samples per second that a shortage must outlast one of', standard: 5 },
    { key: 'gap_ms_max', unit: 'ms', meaning: 'longest time without a sample of a replica while another is away: shorter absences may be overlooked', standard: 400, quick: 1_000 },
    { key: 'max_unavailable', unit: 'count', meaning: 'replicas that may be missing where the descriptor says nothing', standard: 1 },
  ],
  inconclusiveIf: ['the samples have gaps, or the harness stalled', 'a replica was not seen to leave, or nothing shows that another process of the new version took its place', 'the roll-out was broken off, or what was upgraded could not be told', 'there are no more replicas than may be missing'],
  evidence: ['how long each replica was not ready', 'spans in which too many were missing', 'what the sampling can resolve'],
  remediation:
    'Set the parallelism of the roll-out to one, or to what the capacity plan can spare, and go on only when the new replica is ready and in rotation (maxUnavailable and a PodDisruptionBudget on Kubernetes, parallelism and monitor on swarm).',
  defects: [{ id: 'upgr.two-at-once', how: 'two of three replicas are drained and replaced together; at test load no request fails' }],
  mustNotFire: ['UPGR-01'],
  mayFire: [],
  limits: 'With two replicas a shortage is a full outage, so the result says less. Shortages shorter than two samples, or than the longest gap between them, are not seen; the result says how long that is.',
}

const upgr06: Requirement = {
  id: 'UPGR-06',
  area: 'UPGR',
  title: 'Acknowledged writes survive an upgrade',
  keyword: 'MUST',
  level: 1,
  weight: 3,
  safety: 'destructive',
  statement: 'No write acknowledged before, during or after the switch to a new version may be lost: every one MUST be readable afterwards, and done once.',
  why: 'That no request fails shows availability, not that the data is still there: a migration can drop what was written while it ran.',
  source: ['The Practice of Cloud System Administration, 2.1.4', 'Jepsen: set-full checker'],
  needs: ['lifecycle.upgrade', 'data.write', 'data.read.strong', 'topology.instances', 'topology.balancer'],
  absence: { rule: 'na-structural', fact: 'stateful', equals: false },
  procedure: [
    'Use the roll-out of UPGR-01: new keys are written through the balancer all the time, at least 20 a second.',
    'When it has ended, read every key back through the strong read until it is there or the time for convergence is over, and read how often the effect of each request in flight happened.',
    'For each replica count the writes that were acknowledged from 2 s before its old process was last seen until 2 s after its new one was first seen.',
  ],
  passCriterion: 'Every acknowledged write is there, and no effect happened twice.',
  thresholds: [
    { key: 'acked_writes_min', unit: 'count', meaning: 'writes acknowledged during the roll-out', standard: 600, quick: 120, thorough: 1_800 },
    { key: 'acked_within_2s_of_each_switch_min', unit: 'count', meaning: 'of these, within 2 s of the switch of each replica', standard: 20, quick: 10 },
    { key: 'lost_max', unit: 'count', meaning: 'acknowledged writes that may be missing', standard: 0 },
    { key: 'duplicated_max', unit: 'count', meaning: 'effects that may have happened more than once', standard: 0 },
    { key: 'convergence_s', unit: 's', meaning: 'time a write may take to be there', standard: 30, quick: 10 },
  ],
  inconclusiveIf: ['too few writes were acknowledged, or too few near a switch', 'a replica was not seen to be replaced by a process of the new version, or the roll-out was broken off or not seen to end', 'acknowledged writes could not be read back', 'keys are there that nobody wrote', 'the read of records finds what was never written as well'],
  evidence: ['acknowledged, lost and duplicated writes', 'writes near each switch', 'what was found instead of a lost write'],
  remediation:
    'Let migrations only add (expand), in a transaction or under a lock that holds writes back; never copy a table and swap it while it is written. Remove what is no longer used one release later (contract), and drain writes before an old process ends.',
  defects: [{ id: 'upgr.migration-drops-rows', how: 'the start-up migration of v2 rebuilds a table and loses rows written while it runs' }],
  mustNotFire: ['UPGR-01', 'START-05'],
  mayFire: [],
  limits: 'That a write was done twice is seen only where the descriptor says how to read how often an effect happened.',
}

export const rollingUpgrade: readonly Requirement[] = [upgr01, upgr02, upgr06]
