import type { Requirement } from '../../../core/requirement.js'

/** How a service gets its configuration: at its first start, later, and what becomes of an invalid one. */

const conf01: Requirement = {
  id: 'CONF-01',
  area: 'CONF',
  title: 'Initial configuration is automated',
  keyword: 'MUST',
  level: 1,
  weight: 3,
  safety: 'disruptive',
  statement: 'A fresh instance MUST become ready from its declared configuration inputs alone (files, environment, flags or API), with no terminal and no human step.',
  why: 'A machine that needs a person to type its first settings cannot be rebuilt at three in the morning, and cannot be scaled.',
  source: ['The Practice of Cloud System Administration, 2.1.1 (configuration)', 'The Twelve-Factor App, III Config'],
  needs: ['config.archive', 'config.apply', 'config.probe', 'lifecycle.apart', 'health.readiness'],
  absence: { rule: 'fail' },
  procedure: [
    'Start an instance of its own with empty storage, with nothing but a configuration in which every declared setting has a value that is not the default; its standard input is closed and it has no terminal.',
    'Wait until it is ready, and read every setting in its behaviour.',
    'In longer profiles, do it again with the second value of every setting.',
  ],
  passCriterion: 'Every fresh instance is ready in time and behaves as configured in every setting whose value is not what an unconfigured instance shows.',
  thresholds: [
    { key: 'ready_within_s', unit: 's', meaning: 'longest time from the order to start until ready; never more than lifecycle.startTimeout', standard: 60 },
    { key: 'sentinels', unit: 'count', meaning: 'fresh instances, each with other values', standard: 2, quick: 1, thorough: 2 },
    { key: 'settings_min', unit: 'count', meaning: 'settings that are seen to be as configured and are not the default', standard: 1 },
  ],
  inconclusiveIf: [
    'no declared setting has a value that differs from what is shown without it',
    'the archive could not be parsed, so no other configuration could be made of it',
    'no fresh instance was seen to its end, or a setting of it could not be read',
  ],
  evidence: ['time until ready of each fresh instance', 'settings that were shown as configured, and those that were not'],
  remediation:
    'Take every setting from files, environment, flags or an API that a program can call before or while the process starts, with a default or a clear refusal for what is missing. Move first-run wizards, licence prompts and key generation into an install command that runs unattended, and declare it.',
  defects: [{ id: 'conf.setup-wizard', how: 'On a machine that nobody prepared the service stays unready until someone confirms a one-time setup form.' }],
  mustNotFire: ['CONF-02', 'START-03'],
  mayFire: [],
  limits: 'In the quick profile one fresh instance is started; its values are not the default and not those of the running service, so they cannot be seen by chance. In a copy of a stack the time begins with the start of its first replica: what a swarm takes to make networks and to place tasks is no part of it.',
}

const conf02: Requirement = {
  id: 'CONF-02',
  area: 'CONF',
  title: 'Later changes are automated and take effect everywhere',
  keyword: 'MUST',
  level: 1,
  weight: 3,
  safety: 'disruptive',
  statement: 'A configuration change made later MUST be applicable by automated means and MUST take effect on every instance within the declared time, without losing requests.',
  why: 'Acceptance is not effect; fleets of which a part has the old configuration are a classic outage.',
  source: ['The Practice of Cloud System Administration, 2.1.1 (configuration)'],
  needs: ['config.archive', 'config.apply', 'config.probe', 'topology.balancer'],
  absence: { rule: 'fail' },
  procedure: [
    'Send ordinary traffic through the balancer.',
    'Apply a configuration with the first value of every declared setting, then one with the second values, restore the first, and apply the second once more, each the way that is declared.',
    'Read every setting of every instance directly, several times a second, until all show the change or the declared time is over.',
  ],
  passCriterion: 'Each change is visible on every instance in time and stays visible, and the share of failed requests is within the limit.',
  thresholds: [
    { key: 'effective_within_s', unit: 's', meaning: 'longest time from the acknowledgement until every instance shows a change; config.effectiveWithin where that is shorter', standard: 30 },
    { key: 'failed_ratio_max', unit: 'ratio', meaning: 'share of requests that may fail around the changes', standard: 0.001 },
    { key: 'requests_min', unit: 'requests', meaning: 'requests that were sent around the changes', standard: 1_000, quick: 200, thorough: 3_000 },
  ],
  inconclusiveIf: [
    'an instance was not seen, by an answer, without a change before it was applied',
    'an instance was not looked at for as long as the change may take',
    'too few requests were sent, or the null control failed too',
    'the archive could not be parsed, so no changed configuration could be made of it',
  ],
  evidence: ['slowest instance of each change', 'instances and settings that did not show it', 'requests that failed around the changes'],
  remediation:
    'Give the configuration a version in a store that all instances watch or poll, or let the command that applies it visit every instance and fail when one does not confirm. Report success only for what has taken effect, and expose the version in force on every instance.',
  defects: [{ id: 'conf.apply-misses-a-replica', how: 'Apply reports success, but one replica keeps the old values until it is restarted.' }],
  mustNotFire: ['CONF-03', 'TOGL-04'],
  mayFire: ['CONF-08'],
  limits: 'Only the declared settings are watched.',
}

const conf08: Requirement = {
  id: 'CONF-08',
  area: 'CONF',
  title: 'Invalid configuration is rejected whole',
  keyword: 'MUST',
  level: 1,
  weight: 3,
  safety: 'disruptive',
  statement: 'An invalid configuration MUST be rejected as a whole, leaving the running configuration in force and the next start unharmed.',
  why: 'Bad configuration is a leading cause of outages, and the half-applied one is the worst.',
  source: ['The Practice of Cloud System Administration, 2.1.1 (configuration)', 'Google SRE: launch checklist (change control)', 'AWS Well-Architected OPS06'],
  needs: ['config.archive', 'config.apply', 'config.probe', 'topology.balancer'],
  absence: { rule: 'fail' },
  procedure: [
    'Under traffic apply a text that no parser of the format reads, then a value of a wrong type, then a configuration in which every declared setting is validly changed and one declared value is invalid.',
    'After each, read every setting of every instance for longer than a valid change takes, and archive.',
    'Restart one instance and read its settings.',
  ],
  passCriterion: 'All three are rejected with an error status in time, nothing changes on any instance or in the archive, no request fails, and the restarted instance is ready with the configuration from before.',
  thresholds: [
    { key: 'reject_within_s', unit: 's', meaning: 'longest time until an invalid configuration is refused', standard: 10 },
    { key: 'watch_s', unit: 's', meaning: 'how long every instance is watched after each refusal; longer where a valid change took longer', standard: 5, quick: 0.7 },
    { key: 'requests_min', unit: 'requests', meaning: 'requests that were sent around the refusals', standard: 500, quick: 100, thorough: 1_500 },
    { key: 'restart_ready_within_s', unit: 's', meaning: 'longest time until the restarted instance is ready; never more than lifecycle.startTimeout', standard: 60 },
  ],
  inconclusiveIf: [
    'no invalid value is declared (config.invalid)',
    'a valid configuration was not seen to be accepted and to take effect before',
    'an instance was not watched for long enough after a refusal: for half of watch_s, and for as long as the slowest valid change took',
    'the restart was not witnessed, or too few requests were sent',
  ],
  evidence: ['answer to each invalid configuration', 'settings that changed all the same', 'paths in which the archive changed', 'time until ready after the restart'],
  remediation:
    'Parse and validate the whole configuration into a new object before anything is touched, store it only when it is valid, then swap it in at once. Answer 4xx with the place of the mistake. Keep the last valid configuration for the next start.',
  defects: [
    { id: 'conf.half-applied', how: 'Keys are applied one by one, and the valid first ones stay in force after a later one is rejected.' },
    { id: 'conf.invalid-persisted', how: 'The invalid text is rejected but already stored, so that the next start fails.' },
  ],
  mustNotFire: ['CONF-02', 'CONF-03'],
  mayFire: [],
  limits: 'Only invalid values that are declared, and broken text, are tried.',
}

export const changing: readonly Requirement[] = [conf01, conf02, conf08]
