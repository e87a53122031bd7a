import type { Requirement } from '../../core/requirement.js'

/** START-03: readiness against real requests. */
export const readyMeansReady: Requirement = {
  id: 'START-03',
  area: 'START',
  title: 'Ready means ready',
  keyword: 'MUST',
  level: 1,
  weight: 3,
  safety: 'disruptive',
  statement: 'An instance MUST NOT report ready before it can serve real requests.',
  why: 'Balancers and roll-outs believe readiness. One premature yes turns every start into errors for clients.',
  source: ['Kubernetes: readiness probes', 'Amazon Builders\' Library: implementing health checks', 'The Practice of Cloud System Administration 2.1.2 (before providing service)'],
  needs: ['lifecycle.start', 'lifecycle.stop', 'health.readiness', 'traffic.read', 'topology.instances', 'topology.fixed-addresses'],
  absence: { rule: 'fail' },
  procedure: [
    'From before the process exists, ask the instance for its readiness every 50 ms and send it real reads 20 times a second, each on a connection of its own.',
    'Judge every request that was sent after the first passing readiness answer had arrived.',
    'Repeat. In the last starts delay a hard dependency of this instance, so that a premature yes lasts longer.',
  ],
  passCriterion: 'No request fails that was sent after the first passing readiness answer, in any start.',
  thresholds: [
    { key: 'starts', unit: 'count', meaning: 'starts of the same instance', standard: 5, quick: 2, thorough: 15 },
    { key: 'slowed_starts', unit: 'count', meaning: 'how many of them have a delayed dependency, where there is one', standard: 2, quick: 1, thorough: 6 },
    { key: 'slow_start_delay_ms', unit: 'ms', meaning: 'delay of everything that passes between the instance and that dependency', standard: 1_000, quick: 300 },
    { key: 'requests_after_ready_min', unit: 'requests', meaning: 'requests after the first passing readiness answer, in each start', standard: 200, quick: 40 },
    { key: 'first_request_within_ms', unit: 'ms', meaning: 'latest time of the first of them: later ones cannot see an early failure', standard: 500 },
    { key: 'failed_after_ready_max', unit: 'requests', meaning: 'failed requests allowed after it', standard: 0 },
  ],
  inconclusiveIf: [
    'readiness never passed',
    'too few requests were sent after it passed, or the first one too late',
    'the harness gave requests up after readiness',
    'no dependency could be seen to be delayed although there is one',
  ],
  evidence: ['time to ready of each start', 'outcome of every request sent after it'],
  remediation:
    'Let readiness answer from a flag that starts as false and is set by the last step of the start: after configuration, migrations, cache warm-up, a first successful query on every hard dependency and a filled connection pool. ' +
    'A port that listens is not readiness: bind late, or answer 503 until the flag is set. Declare a readiness probe (Kubernetes readinessProbe and startupProbe, systemd Type=notify with READY=1) instead of relying on the process being there, ' +
    'and send one real request through the handler stack as the final check of the warm-up.',
  defects: [{ id: 'start.ready-too-early', how: 'readiness passes as soon as the port listens, while the warm-up takes 2 s and requests get 500' }],
  mustNotFire: ['START-07', 'RDND-03'],
  mayFire: ['UPGR-01', 'RDND-05'],
  limits: 'Only reads are raced, and a readiness that is early by less than the 50 ms between two samples may not be caught by every start.',
}

/** START-04: the platform's stop signal. */
export const stopsByItself: Requirement = {
  id: 'START-04',
  area: 'START',
  title: 'Stops by itself on the platform\'s stop signal',
  keyword: 'MUST',
  level: 1,
  weight: 3,
  safety: 'disruptive',
  statement: 'On the platform\'s stop signal the service MUST terminate by itself within its grace period, leaving no orphan process.',
  why: 'A service that ignores the signal is always killed, so nothing that it is meant to do at shutdown ever happens.',
  source: ['The Practice of Cloud System Administration 2.1.2 (proper shutdown)', 'The Twelve-Factor App IX (graceful shutdown)', 'Kubernetes: pod termination'],
  needs: ['lifecycle.stop', 'lifecycle.start'],
  absence: { rule: 'fail' },
  procedure: [
    'Send the stop signal to the main process exactly as the platform does, with the declared grace period, and start the instance again.',
    'Record the exit code, the time to exit, whether it had to be killed, and members of its process group that outlive it.',
    'Stop it several times while it is idle, then under 20 requests a second on connections that are kept open.',
    'In a stop under load half of a request has been sent on one more kept connection when the signal comes; the rest follows up to 0.4 s after the stop was asked for (less where the grace period or a documented time is short), and then a request every 0.1 s until the server closes the connection or says Connection: close.',
  ],
  passCriterion: 'Every time it exits by itself in time, with an allowed code, and leaves no process behind.',
  thresholds: [
    { key: 'grace_s', unit: 's', meaning: 'grace period where the descriptor declares none', standard: 30 },
    { key: 'stop_within_grace_ratio', unit: 'ratio', meaning: 'share of the grace period that a stop may take', standard: 0.9 },
    { key: 'allowed_exit_codes', unit: 'codes', meaning: 'exit codes of an orderly stop where the descriptor declares none', standard: [0, 143] },
    { key: 'survivors_max', unit: 'count', meaning: 'processes that may outlive the main process', standard: 0 },
    { key: 'stops', unit: 'count', meaning: 'stops of the same instance', standard: 5, quick: 2, thorough: 15 },
    { key: 'loaded_stops', unit: 'count', meaning: 'how many of them are under load', standard: 2, quick: 1, thorough: 6 },
    { key: 'load_requests_min', unit: 'requests', meaning: 'requests it answers in the last second before a stop under load', standard: 10 },
  ],
  inconclusiveIf: [
    'the exit code or the reason of the exit could not be observed',
    'the instance was not ready before it was stopped',
    'the process had exited by itself before',
    'a stop under load came without load',
    'half of a request was sent before a stop under load, and what became of it is not known',
  ],
  evidence: ['exit code or signal of each stop', 'time to exit', 'processes left behind'],
  remediation:
    'Install a handler for the stop signal (SIGTERM unless declared otherwise) that stops accepting, finishes what is in flight, closes its connections and exits with code 0 before the grace period is over. ' +
    'In a container start the program in exec form (ENTRYPOINT ["node", "server.js"]) or let the start script end with exec: a shell as process 1 does not pass signals on, and process 1 has no default handlers. Use an init such as tini (docker run --init) where child processes have to be reaped. ' +
    'Close idle keep-alive connections on shutdown, answer what still comes on the others with Connection: close (server.close() of Node.js leaves it to you), put a deadline on what is in flight, and end worker processes and timers that keep the program alive. With systemd keep KillMode=control-group and a TimeoutStopSec that fits.',
  defects: [{ id: 'start.ignores-sigterm', how: 'it is started through a shell that does not forward the signal' }],
  mustNotFire: ['DRAIN-03', 'DRAIN-07'],
  mayFire: [],
  limits: 'Processes that leave the group of the main process on purpose are only seen where the driver can follow them. Where a client module stands between, or nothing declared can be asked again and again on a kept connection, one is busy at the signal only by chance; so it is where the signal comes later than those 0.4 s. Then the finding does not claim a request half sent.',
}
