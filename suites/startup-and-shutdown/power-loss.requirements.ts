import type { Requirement } from '../../core/requirement.js'

/** START-08: after everything lost power at once. */
export const recoversFromPowerLoss: Requirement = {
  id: 'START-08',
  area: 'START',
  title: 'Recovers from total power loss in any start order',
  keyword: 'MUST',
  level: 2,
  weight: 2,
  safety: 'destructive',
  statement: 'After every component loses power at once the service MUST recover without a human, whatever order the components start in.',
  why: 'Real outages take everything. The order in which machines come back is then whatever the machines make it, and nobody is there to start things in the right one.',
  source: ['The Practice of Cloud System Administration 2.1.2 (all systems lose power concurrently)', 'The Twelve-Factor App IX (disposability)'],
  needs: ['lifecycle.reboot', 'health.readiness', 'topology.identity', 'fault.edge', 'data.write', 'data.read.strong'],
  absence: { rule: 'na-structural', fact: 'components', equals: 1 },
  procedure: [
    'Write 100 times a second with a new key each time, and keep a ledger of what was acknowledged.',
    'Cut the power of all replicas and components at one instant, and boot. Let the components come up one after another: first after the service, what it needs most last; then before it; then everything in random order.',
    'Lend no hand. Wait until every instance is ready and serves, and repeat with the next order.',
    'Stop writing and read every key back with strong reads.',
  ],
  passCriterion: 'In every order all instances are ready and serve within the limit, started by nobody but the machine, and no acknowledged write is lost.',
  thresholds: [
    { key: 'orders', unit: 'count', meaning: 'start orders: components last, components first, then random ones', standard: 3, quick: 1, thorough: 6 },
    { key: 'gap_s', unit: 's', meaning: 'time from the start of one component to that of the next', standard: 10, quick: 1.5 },
    { key: 'ready_within_s', unit: 's', meaning: 'longest time from the start of the last component to ready; twice the declared start timeout when that is shorter', standard: 180 },
    { key: 'acked_last_second_min', unit: 'requests', meaning: 'writes acknowledged in the last second before each power loss', standard: 20 },
    { key: 'lost_max', unit: 'count', meaning: 'acknowledged writes that may be lost', standard: 0 },
  ],
  inconclusiveIf: [
    'a dependency itself did not start',
    'the boot id of the machine did not change, or something was not seen to lose power',
    'something runs in the target of which the descriptor does not say what it is',
    'a component was started earlier than the order says, or something else was done before the service was back',
    'too few writes were acknowledged before the power was cut, or they could not be read afterwards',
    'the harness was disturbed while it watched',
    'the read of records finds what was never written as well',
  ],
  evidence: ['grade of the power loss', 'when each component was started after each boot', 'time to ready of each instance', 'ledger of the writes before each power loss'],
  remediation:
    'Let every start wait for what it needs instead of counting on it: retry connections for ever with a bounded, jittered pause, answer readiness with 503 meanwhile, and exit only for what waiting cannot mend, such as a wrong configuration. ' +
    'Resolve names again with each attempt. Do not encode an order in start scripts or unit files (After= and depends_on start things in order, they do not make them available), and break circles in which two components wait for each other. ' +
    'If the process does exit when a dependency is away, let its supervisor restart it without a limit (Restart=always, StartLimitIntervalSec=0).',
  defects: [{ id: 'start.gives-up-on-dependency', how: 'a replica that cannot reach the database at its start does not try again: it stays up and is never ready' }],
  mustNotFire: ['START-02', 'DEGR-04'],
  mayFire: ['START-01', 'START-05'],
  limits: 'Killing every process at once does not empty page caches, so acknowledged writes are shown to survive the processes, not the loss of what a disk had not yet written.',
}
