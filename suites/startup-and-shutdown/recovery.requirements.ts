import type { Requirement } from '../../core/requirement.js'

/** START-01: after a reboot of the machine. */
export const comesBackAfterBoot: Requirement = {
  id: 'START-01',
  area: 'START',
  title: 'The service comes back when the machine boots',
  keyword: 'MUST',
  level: 1,
  weight: 3,
  safety: 'destructive',
  statement: 'After a reboot of the machine the service MUST become ready again by itself.',
  why: 'Machines are rebooted all the time. A service that waits for a person afterwards turns every reboot into an outage.',
  source: ['The Practice of Cloud System Administration 2.1.2 (services restart when a machine boots)'],
  needs: ['lifecycle.reboot', 'health.readiness', 'topology.identity'],
  absence: { rule: 'fail' },
  procedure: [
    'Let the service run under light traffic.',
    'Shut the machine down in order, boot it, and wait until every instance is ready and serves a request.',
    'Cut the power: kill everything at one instant, wipe what does not survive a power loss, boot, and wait again.',
    'Each time make sure that the machine and the instances really are another boot: boot ids before and after.',
  ],
  passCriterion: 'After both reboots every instance is ready and serves within the limit, started by nobody but the machine.',
  thresholds: [
    { key: 'boot_to_ready_s', unit: 's', meaning: 'longest time from boot to ready; twice the declared start timeout when that is shorter', standard: 120 },
    { key: 'orderly_reboots', unit: 'count', meaning: 'orderly reboots', standard: 1 },
    { key: 'powerloss_reboots', unit: 'count', meaning: 'reboots by power loss', standard: 1 },
    { key: 'min_uptime_s', unit: 's', meaning: 'time under traffic before the first reboot', standard: 12, quick: 1 },
  ],
  inconclusiveIf: [
    'the boot id of the machine did not change, or the machine did not come back',
    'no boot id and no report of the platform shows that new processes answered',
    'the harness had to start something itself',
  ],
  evidence: ['grade of the reboot', 'boot ids before and after', 'time to ready of each instance', 'readiness answers and direct requests'],
  remediation:
    'Make starting the service part of booting the machine: enable its systemd unit (systemctl enable, with WantedBy=multi-user.target), or set the container\'s restart policy to always or unless-stopped and enable the container engine itself. ' +
    'A policy of on-failure is not enough: an orderly shutdown ends the process with code 0, and it stays down. ' +
    'Start whatever supervises the service from the same boot entry. Let nothing wait for a person: take keys and pass phrases from a secret store or the machine\'s identity instead of an unlock call, ' +
    'recreate run-time folders (RuntimeDirectory=, tmpfiles.d) instead of expecting them to be there, and retry dependencies that boot more slowly instead of giving up.',
  defects: [
    { id: 'start.no-boot-entry', how: 'nothing in the boot sequence starts the service: its supervisor restarts it after a crash, but is itself not started by the machine' },
    { id: 'start.manual-unlock', how: 'after a reboot the service waits for an unlock call before it serves', mayFire: ['START-08'] },
  ],
  mustNotFire: ['START-02'],
  mayFire: [],
  limits: 'A simulated reboot ends every process of the machine and runs its boot entry; it does not show that the real machine\'s firmware, kernel and init system get as far as that entry.',
}

/** START-02: after the death of its process. */
export const comesBackAfterDeath: Requirement = {
  id: 'START-02',
  area: 'START',
  title: 'The service comes back after its process dies',
  keyword: 'MUST',
  level: 1,
  weight: 3,
  safety: 'disruptive',
  statement: 'After the unexpected death of its process the service MUST be restarted automatically and become ready, repeatedly.',
  why: 'Crashes do not announce themselves and do not keep office hours. Something has to watch the process and start it again.',
  source: ['The Practice of Cloud System Administration 2.1.2, 6.5.1', 'The Twelve-Factor App IX (robust against sudden death)'],
  needs: ['lifecycle.kill', 'lifecycle.crash', 'health.readiness'],
  absence: { rule: 'fail' },
  procedure: [
    'Kill the main process of one instance with SIGKILL, past the supervisor, so that it looks like a crash and not like an operator.',
    'See the old process gone and its address refusing connections, or another boot or another process there. Where no boot id is declared the platform has to have told of the new process.',
    'Wait until the instance is ready and serves, send it 20 requests, let it run for a while, and repeat.',
  ],
  passCriterion: 'After each kill a new process is ready and serves within the limit, started by nobody but its supervisor.',
  thresholds: [
    { key: 'kills', unit: 'count', meaning: 'kills of the same instance, one after the other', standard: 3, quick: 2, thorough: 9 },
    { key: 'min_uptime_s', unit: 's', meaning: 'time the instance is left running before a kill: some platforms give up on processes that die young', standard: 12, quick: 1 },
    { key: 'restart_to_ready_s', unit: 's', meaning: 'longest time from death to ready; twice the declared start timeout when that is shorter', standard: 30 },
    { key: 'requests_after_restart', unit: 'requests', meaning: 'direct requests after each restart', standard: 20 },
  ],
  inconclusiveIf: [
    'a kill could not be witnessed',
    'the instance had not been up for long enough when it was killed',
    'the harness itself started the instance',
    'fewer requests than required were sent after it served again',
  ],
  evidence: ['process ids and boot ids', 'time to ready after each kill', 'readiness answers and direct requests'],
  remediation:
    'Run the service under something that restarts it: systemd with Restart=always and a RestartSec of a second or so (and StartLimitIntervalSec=0, or limits that a few crashes in a row do not exhaust), ' +
    'a container restart policy of always or unless-stopped, or a controller such as a Kubernetes Deployment. ' +
    'Make every start clean up after a death: open lock files with flock, which the kernel releases, rather than testing whether a pid file exists; remove stale sockets before binding; ' +
    'bind with SO_REUSEADDR; and make recovery of half-written state part of the start.',
  defects: [
    { id: 'start.no-supervision', how: 'the process is started when the machine boots, but nothing restarts it when it dies' },
    { id: 'start.stale-lock', how: 'the killed process leaves a lock file behind, and the next start refuses because of it', mustNotFire: ['START-04'], mayFire: ['START-01', 'START-05', 'START-08', 'RDND-02'] },
  ],
  mustNotFire: ['START-01', 'START-04'],
  mayFire: [],
  limits: 'The verdict is for the service as deployed: a platform that restarts everything makes this pass for any program.',
}

/** START-05: what was acknowledged before a crash. */
export const acknowledgedWritesSurvive: Requirement = {
  id: 'START-05',
  area: 'START',
  title: 'Acknowledged writes survive a crash',
  keyword: 'MUST',
  level: 1,
  weight: 3,
  safety: 'destructive',
  statement: 'A write that was acknowledged MUST be readable after the process is killed without warning and restarted.',
  why: 'The acknowledgement is the contract with the client. A buffer that is written behind its back breaks it, and nobody notices until the data is asked for.',
  source: ['The Practice of Cloud System Administration 2.1.2 (after a crash)', 'The Twelve-Factor App IX', 'Jepsen: set and set-full checkers'],
  needs: ['data.write', 'data.read.strong', 'lifecycle.kill', 'lifecycle.crash', 'health.readiness'],
  absence: { rule: 'na-structural', fact: 'stateful', equals: false },
  procedure: [
    'Write 100 times a second with a new key each time, and keep a ledger of what was acknowledged, refused and left unanswered.',
    'At a random instant kill all instances and every component that owns data, all at once. Wait until the service is back; start what does not start by itself.',
    'Repeat, then stop writing and read every key back with strong reads until the convergence deadline.',
  ],
  passCriterion: 'No acknowledged write is missing or altered, and nothing is there that was refused or never written.',
  thresholds: [
    { key: 'kills', unit: 'count', meaning: 'crashes of everything that takes part in a write', standard: 5, quick: 1, thorough: 15 },
    { key: 'acked_last_second_min', unit: 'requests', meaning: 'writes acknowledged in the last second before each crash', standard: 20 },
    { key: 'lost_max', unit: 'count', meaning: 'acknowledged writes that may be lost', standard: 0 },
    { key: 'unexpected_max', unit: 'count', meaning: 'refused or never attempted writes that may be there', standard: 0 },
    { key: 'convergence_s', unit: 's', meaning: 'time to keep reading before a missing write counts as lost; three times the declared lag when that is longer', standard: 30, quick: 3 },
  ],
  inconclusiveIf: [
    'fewer than 20 writes were acknowledged in the last second before a crash',
    'an acknowledged write could not be read afterwards, or the service did not come back',
    'nothing shows that all processes died',
    'a crash spared an instance or a component that owns data, or was not at one instant',
    'something runs in the target of which the descriptor does not say what it is, and was spared',
    'the read of records finds what was never written as well',
  ],
  evidence: ['counts of the ledger by state', 'what the strong read of a lost write found', 'writes acknowledged in the last second before each crash'],
  remediation:
    'Answer a write only when it is durable: commit the transaction before sending the response (in PostgreSQL synchronous_commit=on, not off), call fsync or fdatasync on a log file before the acknowledgement and on its folder after creating it, ' +
    'and group writes to one flush if it is too slow instead of answering ahead of it. ' +
    'Take out write-behind buffers and fire-and-forget inserts between the handler and the store. Require acknowledgement by the store, and by a replica where fail-over is automatic. ' +
    'Where data may be lost on purpose, answer 202 and say so in the interface instead of acknowledging with 200 or 201.',
  defects: [{ id: 'start.acks-before-durable', how: 'writes are acknowledged from a memory buffer that is flushed every 500 ms' }],
  mustNotFire: ['REPL-03', 'UPGR-06'],
  mayFire: ['START-08', 'RDND-02'],
  limits: 'Killing a process does not empty the page cache of the machine, so this shows that writes survive a crash, not that they survive a power loss.',
}
