import type { Requirement } from '../../core/requirement.js'

const collected: Requirement = {
  id: 'EXCP-01',
  area: 'EXCP',
  title: 'Exceptions are collected centrally',
  keyword: 'MUST',
  level: 2,
  weight: 2,
  safety: 'disruptive',
  statement: 'Every unhandled exception MUST reach a central collector with type, stack, release, instance and count.',
  why: 'Automatic restarts and retries hide exceptions; a collector makes the invisible visible, shows trends, and stops a roll-out.',
  source: ['The Practice of Cloud System Administration, 2.1.16'],
  needs: ['observability.exceptions', 'topology.identity'],
  absence: { rule: 'fail' },
  procedure: [
    'Read what the collector has until nothing more arrives.',
    'Send requests through the balancer that provoke exceptions of one type, and some of another type.',
    'Read the collector until it has them, and once more a moment later; compare by type and by instance with what was provoked.',
  ],
  passCriterion: 'The collector has exactly as many exceptions of each type and of each instance as were provoked, and each has type, stack, release and instance.',
  thresholds: [
    { key: 'x', unit: 'requests', meaning: 'exceptions of the first type', standard: 25 },
    { key: 'y', unit: 'requests', meaning: 'exceptions of the second type', standard: 5 },
    { key: 'count_deviation_max', unit: 'count', meaning: 'by how many a count may differ', standard: 0 },
    { key: 'visible_within_s', unit: 's', meaning: 'time until the collector has them', standard: 30, quick: 10 },
    { key: 'fields_missing_max', unit: 'count', meaning: 'fields that may be empty', standard: 0 },
  ],
  inconclusiveIf: ['a request that should provoke an exception did not end in an error, or too few were sent', 'the collector could not be read, or its counts are no numbers', 'no answer said which instance it came from'],
  evidence: ['exceptions of each type and of each instance in the collector'],
  remediation:
    'Install the client of the collector in the last error handler, where exceptions arrive that nobody expected, and give it the release and the name of the instance at the start. Do not filter by type. Try again when the collector does not answer, within bounds, and log what could not be delivered.',
  defects: [{ id: 'excp.swallowed', how: 'exceptions of one type are caught and dropped' }],
  mustNotFire: ['DBUG-01', 'EXCP-02'],
  mayFire: [],
  limits: 'Only exceptions that the descriptor can provoke are counted. When the service calls its instances otherwise than the platform does, only their number is compared.',
}

const crashesReported: Requirement = {
  id: 'EXCP-02',
  area: 'EXCP',
  title: 'A fatal crash is reported too',
  keyword: 'SHOULD',
  level: 3,
  weight: 1,
  safety: 'disruptive',
  statement: 'A crash that ends the process SHOULD be reported to the collector although the service restarts by itself.',
  why: 'A crash loop that heals within two seconds is otherwise never seen, and the day it does not heal is the first day anybody hears of it.',
  source: ['The Practice of Cloud System Administration, 2.1.16 and 6.5.1'],
  needs: ['observability.exceptions', 'fault.crash', 'topology.identity', 'lifecycle.autostart'],
  absence: { rule: 'na-justified' },
  procedure: [
    'Read what the collector has until nothing more arrives.',
    'Make processes end by an exception that nobody handles, in turn on each instance, and wait until each is back.',
    'Read the collector until it has a report of each.',
  ],
  passCriterion: 'The collector has a report of every crash, all of one type, from the instance that crashed.',
  thresholds: [
    { key: 'crashes', unit: 'count', meaning: 'processes that end by an exception', standard: 3 },
    { key: 'reports_min', unit: 'count', meaning: 'reports of them', standard: 3 },
    { key: 'visible_within_s', unit: 's', meaning: 'time until the collector has them', standard: 60, quick: 10 },
  ],
  inconclusiveIf: ['an exception did not end the process', 'fewer processes were made to end than needed', 'the collector could not be read, or its counts are no numbers'],
  evidence: ['reports from each instance that crashed'],
  remediation:
    'Handle what nobody caught in one place: send the report, wait for the answer of the collector for at most a few seconds, and only then end the process. Or write it to disk first and send it at the next start.',
  defects: [{ id: 'excp.lost-on-crash', how: 'the collector client sends asynchronously and dies with the process' }],
  mustNotFire: ['EXCP-01', 'START-02'],
  mayFire: [],
  requires: ['START-02'],
  limits: 'The process ends by an exception; one that is killed from outside can report nothing, and is for START-02.',
}

/** Exception collection: what went wrong where nobody looked. */
export const requirements: readonly Requirement[] = [collected, crashesReported]
