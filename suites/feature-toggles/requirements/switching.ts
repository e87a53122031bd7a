import type { Requirement } from '../../../core/requirement.js'

const book = 'The Practice of Cloud System Administration, 2.1.9'

export const workingToggles: Requirement = {
  id: 'TOGL-01',
  area: 'TOGL',
  title: 'Every new feature has a working toggle',
  keyword: 'MUST',
  level: 1,
  weight: 3,
  safety: 'disruptive',
  statement: 'Each new feature of a release MUST have a toggle that enables and disables it.',
  why: 'The toggle is the off switch when the feature misbehaves; one that does nothing is found out at the worst moment.',
  source: [book],
  needs: ['toggles.list', 'toggles.set', 'toggles.probe', 'release.features'],
  absence: { rule: 'fail' },
  procedure: [
    'Read the list of toggles and compare it with the features of the release.',
    'Switch each feature on, off and on again through one replica, and ask its probe on that replica until the behaviour follows.',
    'Do so with all other features off and with all other features on.',
  ],
  passCriterion: 'Every feature of the release is listed, and every feature followed each flip of its toggle, in both directions, within the limit, and stayed so.',
  thresholds: [
    { key: 'flips', unit: 'count', meaning: 'changes of each feature that must be seen, in both directions', standard: 3 },
    { key: 'effective_within_s', unit: 's', meaning: 'how long a change may take on the replica it was made through; a shorter promise in the descriptor holds instead', standard: 60 },
    { key: 'features_without_toggle_max', unit: 'count', meaning: 'features of the release that may be missing in the list', standard: 0 },
    { key: 'wrong_states_max', unit: 'count', meaning: 'flips that may have no effect', standard: 0 },
  ],
  inconclusiveIf: [
    'the probe of a feature showed neither of its declared states, or gave no answer',
    'a feature was seen to change fewer times than stated, or in one direction only',
    'the list of toggles could not be read, or a feature of the release has no probe',
    'the null control failed or the harness stalled around the flips that had no effect',
  ],
  evidence: ['for each feature: effective flips, flips without effect, slowest one', 'features of the release without a toggle'],
  remediation:
    'Put the code of each new feature behind one condition that is evaluated for every request, and take its value from the same place as all other toggles; register the toggle where the feature is defined, so that a feature without a toggle does not compile or does not start. Remove caches of the decision that outlive a change. A test that switches each toggle and looks at the behaviour, not at the stored value, finds flags that nobody reads.',
  defects: [{ id: 'togl.dead-flag', how: 'the toggle is stored and listed but the feature stays on' }],
  mustNotFire: ['TOGL-02', 'TOGL-06'],
  mayFire: ['TOGL-03'],
  limits: 'Only what the probe of a feature looks at is known to follow the toggle; features that the descriptor does not name stay unseen.',
}

export const everyReplica: Requirement = {
  id: 'TOGL-04',
  area: 'TOGL',
  title: 'A flip reaches every replica at run time',
  keyword: 'SHOULD',
  level: 2,
  weight: 2,
  safety: 'disruptive',
  statement: 'A toggle change SHOULD take effect on every replica within seconds, without a restart and without failed requests.',
  why: 'A kill switch has to kill everywhere, now. One replica that missed it goes on doing the damage, for a share of the users that nobody can explain.',
  source: [book],
  needs: ['toggles.list', 'toggles.set', 'toggles.probe', 'topology.instances', 'topology.identity'],
  absence: { rule: 'na-justified' },
  procedure: [
    'Run mixed load through the balancer, 100 requests a second (50 in the quick profile).',
    'Flip the toggles one after the other through one replica, and ask the probe of the flipped feature on every replica, directly, ten times a second until it follows.',
    'At the end of each flip ask for every feature on every replica; watch boot ids, starts of processes, and the requests of the load.',
  ],
  passCriterion: 'Every replica showed every change within the limit after its acknowledgement and kept it, no replica restarted, and no request failed.',
  thresholds: [
    { key: 'flips', unit: 'count', meaning: 'changes that every replica must be seen to follow', standard: 4, thorough: 12 },
    { key: 'all_within_s', unit: 's', meaning: 'how long a change may take until it is in force on every replica; a shorter promise in the descriptor holds instead', standard: 10 },
    { key: 'failed_max', unit: 'requests', meaning: 'requests that may fail or be refused while toggles are flipped', standard: 0 },
    { key: 'restarts_max', unit: 'count', meaning: 'restarts of replicas while toggles are flipped', standard: 0 },
  ],
  inconclusiveIf: [
    'a replica could not be asked by itself, or was seen to follow fewer flips than stated',
    'fewer than 50 requests succeeded while toggles were flipped, or more than 1 % have no verdict',
    'the null control failed or the harness stalled in the same span',
  ],
  evidence: ['for each replica: flips it followed, flips it missed, slowest one', 'ids of failed requests'],
  remediation:
    'Let every replica watch the store of the toggles (a subscription, or a poll every second or so) and swap in the new states at once, as a whole. Do not read them only at the start, and do not hand a change only to the replica that was asked. Show the version of the states in force in the health detail of each replica, and alert when they differ.',
  defects: [
    { id: 'togl.one-replica-stale', how: 'one replica never refreshes its toggles' },
    { id: 'togl.needs-restart', how: 'toggles are read at the start only; the replica that is asked to switch knows of it, the others do not', mustNotFire: ['CONF-02'], mayFire: ['TOGL-01', 'TOGL-03'] },
  ],
  mustNotFire: ['TOGL-01', 'CONF-02'],
  mayFire: [],
  requires: ['TOGL-01'],
  limits: 'Times are measured to the end of the first answer in the new state, with a reading about every 100 ms.',
}

export const individualToggles: Requirement = {
  id: 'TOGL-05',
  area: 'TOGL',
  title: 'Toggles are individual',
  keyword: 'MUST',
  level: 2,
  weight: 2,
  safety: 'disruptive',
  statement: 'Switching one feature MUST NOT change any other feature.',
  why: 'Who switches off one feature in an emergency must not be afraid of what else goes with it.',
  source: [book],
  needs: ['toggles.list', 'toggles.set', 'toggles.probe', 'toggles.several'],
  absence: { rule: 'na-structural', fact: 'toggles', equals: 1 },
  procedure: [
    'With all features off, switch each one on and off; with all features on, switch each one off and on: so every ordered pair is seen in both states of the other and in both directions.',
    'As soon as a flip is in force, ask the probes of all other features on the same replica.',
  ],
  passCriterion: 'No flip changed the state of another feature, except where the descriptor declares that one depends on the other.',
  thresholds: [{ key: 'wrong_pairs_max', unit: 'count', meaning: 'readings in which another feature may have changed', standard: 0 }],
  inconclusiveIf: ['fewer than two toggles are known', 'a combination of a flip and a state of another feature was not seen', 'the null control failed or the harness stalled around a changed state'],
  evidence: ['the flips after which another feature had changed, with what its probe gave'],
  remediation:
    'Compare names of toggles exactly: no prefixes, no patterns, no shared bits of one number. Change one key in the store and not the whole document, or two changes at the same time overwrite each other. If one feature really needs another, declare the dependency, refuse the switch that would break it, and say so in the answer.',
  defects: [{ id: 'togl.cross-talk', how: 'switching A off also switches B off through a shared prefix match' }],
  mustNotFire: ['TOGL-01', 'TOGL-02'],
  mayFire: [],
  requires: ['TOGL-01'],
  limits: 'Pairs are seen with the remaining features all off and all on; effects that need a certain combination of three features are not sought.',
}
