import type { Requirement } from '../../../core/requirement.js'

/** What old and new versions owe each other: side by side, and one after the other in both directions. */

const upgr03: Requirement = {
  id: 'UPGR-03',
  area: 'UPGR',
  title: 'Old and new versions work side by side',
  keyword: 'MUST',
  level: 2,
  weight: 3,
  safety: 'disruptive',
  statement: 'While versions are mixed, data and sessions written by either version MUST be usable by the other.',
  why: 'Every rolling upgrade is a cluster of mixed versions for a while, and a roll-out that stops half way is one for longer.',
  source: ['The Practice of Cloud System Administration, 2.1.4', "The Amazon Builders' Library: ensuring rollback safety during deployments"],
  needs: ['lifecycle.upgrade', 'lifecycle.upgrade.part', 'data.write', 'topology.instances', 'topology.balancer'],
  absence: { rule: 'na-justified' },
  procedure: [
    'Upgrade one replica and stop there; read from both what they run, before and after the exchange.',
    'As a control, write and read records and continue sessions on each of the two replicas alone.',
    'Write records on the upgraded replica and read them on one that is not, ordinary and strong reads in turn; open sessions on the one and continue them on the other. Then the other way round.',
    'Go on with the roll-out. Where a platform rolls out, it is told to stop after one replica of its choice, and that is taken back before the roll-out that is judged.',
  ],
  passCriterion: 'Every record and every session that one version began is continued by the other, in both directions.',
  thresholds: [
    { key: 'records_each_way', unit: 'count', meaning: 'records written on one version and read on the other, each way', standard: 100, quick: 20, thorough: 300 },
    { key: 'sessions_each_way', unit: 'count', meaning: 'sessions opened on one version and continued on the other, each way', standard: 20, quick: 4, thorough: 60 },
    { key: 'failures_max', unit: 'count', meaning: 'records and sessions that may fail', standard: 0 },
    { key: 'convergence_s', unit: 's', meaning: 'how long a record or session may take to be known to the other replica', standard: 10 },
  ],
  inconclusiveIf: [
    'the first replica could not be upgraded, or no two replicas said, before and after, that they run different versions',
    'records or sessions do not work on a single replica either',
    'fewer records or sessions were tried than asked for',
    'the harness was disturbed while something failed',
    'the read of records finds what was never written as well',
  ],
  evidence: ['the two replicas and their versions', 'records and sessions by direction', 'ids of the requests of those that failed'],
  remediation:
    'Write what the previous version can read: add columns and fields instead of changing them, and start to use a new format one release after every replica can read it. Keep unknown fields when a record is changed, and keep the format of tokens and sessions stable between two releases.',
  defects: [{ id: 'upgr.new-format-unreadable', how: 'v2 writes a record format v1 cannot parse' }],
  mustNotFire: ['UPGR-01'],
  mayFire: ['UPGR-04'],
  limits: 'Only the declared records and sessions are exchanged.',
}

export const twoVersions: readonly Requirement[] = [upgr03]
