import type { Requirement } from '../../core/requirement.js'

const operatorActions: Requirement = {
  id: 'AUDT-01',
  area: 'AUDT',
  title: 'Operator actions leave a durable, attributable record',
  keyword: 'MUST',
  level: 2,
  weight: 2,
  safety: 'disruptive',
  statement: 'Every operator action and every refused one MUST leave an audit record with time, actor, action, target and outcome that survives a restart and cannot be altered through the API.',
  why: 'Afterwards somebody asks who did it, and what was tried and refused is the more interesting half of the answer.',
  source: ['The Practice of Cloud System Administration, 2.1.14', 'NIST SP 800-53, AU-2, AU-3, AU-9 and AU-10'],
  needs: ['observability.audit', 'toggles.set', 'config.archive', 'config.apply', 'lifecycle.drain', 'backup.create', 'lifecycle.kill'],
  absence: { rule: 'fail' },
  procedure: [
    'Carry out actions of different kinds in turn as two operators: switch a feature, apply the configuration, drain an instance and take it back, make a backup; and two that must be refused, an unknown feature and a configuration that cannot be read.',
    'Kill every instance right after the last answer, and wait until they are back.',
    'Read the audit records and match each action by actor, action, target, outcome and time.',
    'Try to change and to remove one of the records through the API, and read it again.',
  ],
  passCriterion: 'Every action has a record of its own with the right actor, target and outcome, at most 5 s from when it was carried out, and the record that was tampered with is as before.',
  thresholds: [
    { key: 'actions', unit: 'count', meaning: 'actions that are carried out or refused', standard: 8 },
    { key: 'missing_max', unit: 'count', meaning: 'actions without a record', standard: 0 },
    { key: 'wrong_actor_max', unit: 'count', meaning: 'records that name another actor', standard: 0 },
    { key: 'time_skew_s_max', unit: 's', meaning: 'difference between the time in the record and when the action was carried out', standard: 5 },
    { key: 'tamper_success_max', unit: 'count', meaning: 'records that could be changed or removed', standard: 0 },
  ],
  inconclusiveIf: [
    'an action that should succeed was refused, or one that should be refused was not',
    'no instance was seen to be killed, or they did not come back',
    'the records could not be read',
    'fewer actions than needed are declared',
  ],
  evidence: ['each action with the record that was found for it', 'what became of the attempts to change and to remove a record'],
  remediation:
    'Write the record in one place that every administrative call goes through, after the outcome is known and before the answer is sent, into storage that survives the process. Take the actor from who was authenticated, never from the service itself. Give the records no route that changes them, and the account that writes them no right to.',
  defects: [{ id: 'audt.toggle-unlogged', how: 'toggle changes leave no audit record' }, { id: 'audt.wrong-actor', how: 'all records name the service account' }],
  mustNotFire: ['TOGL-01', 'ACCS-01'],
  mayFire: [],
  limits: 'Only declared actions are carried out. Whether the actor is really who it says is for access controls; whoever can reach the storage directly is not tested.',
}

/** Auditing: who did what. */
export const requirements: readonly Requirement[] = [operatorActions]
