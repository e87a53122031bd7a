import type { Requirement } from '../../core/requirement.js'

const oper01: Requirement = {
  id: 'OPER-01',
  area: 'OPER',
  title: 'Every operation is automatable and tells the truth',
  keyword: 'MUST',
  level: 1,
  weight: 2,
  safety: 'disruptive',
  statement:
    'Every operational task that the descriptor declares (start, stop, drain, upgrade, back up, restore, configure, toggle) MUST complete without a terminal or a human, and MUST report success or failure truthfully through its exit status or HTTP status.',
  why: 'Automation that cannot trust a return code is not automation; every other check invokes these operations.',
  source: ['The Practice of Cloud System Administration, 2.1 and 2.3', 'The Twelve-Factor App, XII Admin processes'],
  needs: ['topology.balancer', 'topology.instances', 'lifecycle.start', 'lifecycle.stop'],
  absence: { rule: 'fail' },
  procedure: [
    'Carry out every declared operation once, with standard input closed, without a terminal, in a bare environment and with a time limit.',
    'Look for its effect by other means than its own word: readiness, boot id, the file it should have made, the value that behaviour shows on every instance.',
    'Carry out each operation that can be made to fail in a form that cannot succeed: a backup below a path that is no folder, a configuration that no parser reads, a toggle and a release that do not exist.',
  ],
  passCriterion: 'For every run, success was reported if and only if the effect was seen; none gave no answer, and none took longer than the limit.',
  thresholds: [
    { key: 'op_timeout_s', unit: 's', meaning: 'longest time of one operation', standard: 120 },
    { key: 'min_operations', unit: 'count', meaning: 'operations that were carried out', standard: 3 },
    { key: 'min_provoked_failures', unit: 'count', meaning: 'operations that were made to fail', standard: 3 },
    { key: 'mismatches_max', unit: 'count', meaning: 'operations that may say something else than what is seen', standard: 0 },
  ],
  inconclusiveIf: ['the effect of an operation was there before it was carried out', 'fewer operations are declared, or could be made to fail, than are needed', 'the declared configuration could not be read, so that its operations were not tried', 'a declared operation was not tried because the descriptor does not say what that takes: an archive and a setting for a configuration, target.disposable for what a driver could not put back', 'the harness was disturbed while an operation did not answer'],
  evidence: ['exit status or HTTP status, duration and effect of each operation in each form'],
  remediation:
    'Let every tool and every administrative call end with a status other than success when it did not do what it was asked for: check the result of every step, write to a temporary file and rename it at the end, and verify the outcome before saying so. Take all input from arguments, files or the environment, never from a prompt.',
  defects: [{ id: 'oper.lying-exit-code', how: 'A backup to a place that cannot be written to writes nothing and exits with 0.' }],
  mustNotFire: ['BKUP-01', 'BKUP-04'],
  mayFire: [],
  limits: 'Only declared operations are tried, and of them what the driver does to this service: what it never does is named. A whole upgrade and restores of data are judged by the requirements about them; here an upgrade is only made to fail.',
}

const oper02: Requirement = {
  id: 'OPER-02',
  area: 'OPER',
  title: 'Operations are idempotent and safe to retry',
  keyword: 'SHOULD',
  level: 3,
  weight: 2,
  safety: 'disruptive',
  statement: 'Repeating an operational task, or running it twice at the same time, SHOULD end in the same state as running it once and SHOULD NOT cause an outage or lost data.',
  why: 'Automation tries again after a timeout; the second attempt must not be the incident.',
  source: ['The Practice of Cloud System Administration, 2.3', "Amazon Builders' Library: timeouts, retries and backoff", 'The Twelve-Factor App, IX Disposability (reentrant)'],
  needs: ['topology.balancer', 'topology.instances'],
  absence: { rule: 'na-justified' },
  procedure: [
    'See that the effect of each operation is not there yet, and take it back where it is.',
    'Under ordinary traffic and a load of writes, carry out each operation once, once more, and, from the state before, twice at the same time.',
    'Compare what can be observed afterwards - readiness, versions, settings and toggles of every instance, the archived configuration - with the state after a single run.',
    'At the end read back every acknowledged write.',
  ],
  passCriterion: 'The state is the same each time, no request failed and no write was lost. An explicit refusal of the second run is as good.',
  thresholds: [
    { key: 'concurrent_offset_ms', unit: 'ms', meaning: 'how long after the first of two simultaneous runs the second begins; half of what a single run took, where that is less', standard: 200 },
    { key: 'min_operations', unit: 'count', meaning: 'operations that were repeated and changed something the first time', standard: 3 },
    { key: 'requests_min', unit: 'requests', meaning: 'requests that were sent beside the operations', standard: 1_000, quick: 150, thorough: 3_000 },
    { key: 'failed_max', unit: 'requests', meaning: 'requests that may fail', standard: 0 },
    { key: 'state_differences_max', unit: 'count', meaning: 'parts of the state that may differ from what one run leaves', standard: 0 },
  ],
  inconclusiveIf: ['an operation did not take effect the first time, or its effect was there before: one that does nothing would look the same', 'the first of two simultaneous runs had ended before the second began', 'the state, or a part of it, could not be read back, or the harness was disturbed while it differed', 'the declared configuration could not be read, the descriptor does not say what trying an operation takes, or another operation that may be repeated was not', 'too few requests were sent, or acknowledged writes could not be read back', 'the read of records finds what was never written as well'],
  evidence: ['parts of the state that differ, for each operation', 'requests that failed', 'lost writes'],
  remediation:
    'Let each operation compare what is with what is wanted and do only what is missing. Take a lock for what must not run twice at once and refuse the second run with a clear message. Give requests that create something a key, so that a repetition finds what the first one made.',
  defects: [{ id: 'oper.second-run-harms', how: 'Running the upgrade once more, to the release that is deployed already, restarts all replicas at once.' }],
  mustNotFire: ['UPGR-01', 'UPGR-02'],
  mayFire: [],
  requires: ['OPER-01'],
  limits: 'Upgrades are repeated to the release that is deployed; operations on data other than backups are not repeated.',
}

export const requirements: readonly Requirement[] = [oper01, oper02]
