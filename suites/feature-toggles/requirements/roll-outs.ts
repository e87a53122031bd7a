import type { Requirement } from '../../../core/requirement.js'

/** Judged by the rolling upgrade of the suite software-upgrades. */
export const rollOutIsNoRelease: Requirement = {
  id: 'TOGL-03',
  area: 'TOGL',
  title: 'Rolling out software does not release the feature',
  keyword: 'MUST',
  level: 2,
  weight: 3,
  safety: 'disruptive',
  statement: 'Upgrading to a release with its new features switched off MUST NOT change what users see, and switching them on MUST NOT need a deployment.',
  why: 'When a feature becomes available should be a decision of its own, and a bad feature should not cost a roll-back of everything else.',
  source: ['The Practice of Cloud System Administration, 2.1.9 (roll-outs independent of the availability of a feature)'],
  needs: ['lifecycle.upgrade', 'lifecycle.upgrade.features', 'toggles.set', 'toggles.legacy', 'topology.instances', 'topology.balancer', 'data.write'],
  absence: { rule: 'na-justified' },
  procedure: [
    'On the old version record the answers to the declared unchanged requests on every replica, twice: what differs by itself is left out.',
    'Upgrade every replica (UPGR-01), switching nothing, and record the answers again. Read what every replica shows of each new feature.',
    'Switch one new feature on through one replica, read it on every replica until it is there, and compare the starts of their processes; then switch it off again.',
  ],
  passCriterion: 'No answer differs while the features are off, every new feature is off after the upgrade, and one of them appears on every replica in the same process.',
  thresholds: [
    { key: 'corpus_min', unit: 'count', meaning: 'answers of each replica that must be compared', standard: 20, quick: 10, thorough: 60 },
    { key: 'differences_max', unit: 'count', meaning: 'answers that may differ after the upgrade', standard: 0 },
    { key: 'unstable_ratio_max', unit: 'ratio', meaning: 'share of answers that may differ by themselves and are left out', standard: 0.05 },
    { key: 'on_within_s', unit: 's', meaning: 'longest time until a feature that was switched on is there', standard: 60, quick: 20 },
  ],
  inconclusiveIf: [
    'the upgrade did not succeed',
    'too many answers differ by themselves, or too few could be compared',
    'it could not be read that a new feature is off, or whether it appeared',
    'answers do not tell which start of a process gave them',
    'the harness was disturbed while answers were recorded',
  ],
  evidence: ['answers that differ, before and after', 'what every replica showed of each new feature', 'restarts'],
  remediation:
    'Put every visible change of a release behind a toggle that is off by default and read at run time, also fields that are only added to an answer. Turn it on after the roll-out is complete, and off again without one.',
  defects: [{ id: 'togl.leaks-when-off', how: "v2 adds the feature's field to an existing response although the toggle is off" }],
  mustNotFire: ['TOGL-01', 'UPGR-01'],
  mayFire: [],
  requires: ['TOGL-01'],
  limits: 'Only the declared requests are compared.',
}
