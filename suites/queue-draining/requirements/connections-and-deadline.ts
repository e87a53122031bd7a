import type { Requirement } from '../../../core/requirement.js'

/** What becomes of persistent connections, and when a drain must be over. */

const drain06: Requirement = {
  id: 'DRAIN-06',
  area: 'DRAIN',
  title: 'Keep-alive connections are wound down',
  keyword: 'SHOULD',
  level: 2,
  weight: 2,
  safety: 'disruptive',
  statement:
    'While draining, a replica SHOULD tell clients on persistent connections to leave (Connection close, GOAWAY) and SHOULD NOT reset a connection with a request on it.',
  why: 'Clients with a pool and layer 4 balancers follow connections, not health checks, and can pin a replica for ever.',
  source: [
    'The Practice of Cloud System Administration, 2.1.3 (stop accepting new requests)',
    'RFC 9112 9.6 (tear-down)',
    'nodejs/node issue 60617',
    'Envoy: draining',
  ],
  needs: ['lifecycle.drain', 'topology.instances', 'traffic.http'],
  absence: { rule: 'na-justified' },
  procedure: [
    'Open 20 persistent connections directly to the replica and send one request on each every 200 ms, GET and POST in turn.',
    'Drain the replica and go on sending on the same connections until each has been told to close; never open new ones.',
  ],
  passCriterion:
    'Every connection is told to close in time; at most one retry-safe idle reset per connection, none on a POST, and no request in flight is cut.',
  thresholds: [
    { key: 'connections', unit: 'count', meaning: 'persistent connections that were alive when the drain began', standard: 20 },
    { key: 'told_to_close_ratio_min', unit: 'ratio', meaning: 'share of these that were told to close', standard: 1 },
    { key: 'wound_down_within_s', unit: 's', meaning: 'longest time from the acknowledgement until a connection is told to close', standard: 15 },
    { key: 'reset_nonidempotent_max', unit: 'requests', meaning: 'resets of a request that must not be repeated blindly', standard: 0 },
    { key: 'reset_idle_per_connection_max', unit: 'count', meaning: 'idle resets of a repeatable request per connection', standard: 1 },
  ],
  inconclusiveIf: [
    'connections were already closed before the drain',
    'connections ended and nobody knows how',
    'the replica was not observed for long enough',
  ],
  evidence: ['connections told to close and the slowest of them', 'idle resets and cut requests', 'connections that were closed untold, or still served normally at the limit'],
  remediation:
    'Once the drain flag is set add Connection: close to every HTTP/1.1 answer and send GOAWAY on HTTP/2, keep that up for longer than the longest client idle time, and only then close the listener and the idle connections.',
  defects: [{ id: 'drain.pins-keepalive', how: 'Existing keep-alive connections are served normally for as long as the client likes.' }],
  mustNotFire: ['DRAIN-01', 'DRAIN-03'],
  mayFire: [],
}

const drain07: Requirement = {
  id: 'DRAIN-07',
  area: 'DRAIN',
  title: 'A drain ends',
  keyword: 'MUST',
  level: 2,
  weight: 2,
  safety: 'disruptive',
  statement:
    'A drain MUST end within its declared deadline even if a request never finishes, and the aborted request MUST be closed explicitly.',
  why: 'One stuck client must not be able to block an upgrade.',
  source: [
    'The Practice of Cloud System Administration, 2.1.3',
    'Kubernetes: terminationGracePeriodSeconds',
    'Envoy: drain time',
  ],
  needs: ['lifecycle.drain', 'traffic.witness'],
  absence: { rule: 'fail' },
  procedure: [
    'Start one request that cannot finish before the declared deadline, and five ordinary ones; prove that they are executing.',
    'Drain the replica and watch what the stuck client is told, and whether the process exits where the drain is declared to end in an exit.',
    'Let the stuck request go only after the deadline and its slack.',
  ],
  passCriterion:
    'By the declared deadline plus slack the drain is over and the stuck client has got a status or a close. Losses among the ordinary requests are reported here and judged by DRAIN-03.',
  thresholds: [
    { key: 'deadline_s', unit: 's', meaning: 'deadline of a drain where none is declared', standard: 30 },
    { key: 'slack_s', unit: 's', meaning: 'time beyond the deadline for the drain to be over', standard: 5 },
    { key: 'stuck_client_notified_within_s', unit: 's', meaning: 'time beyond the deadline until the stuck client is told', standard: 5 },
  ],
  inconclusiveIf: [
    'the stuck request was not proven to be executing when the drain was issued',
    'the client gave up before the limit, or the request finished by itself',
    'the drain was not acknowledged, or the replica did not return afterwards',
  ],
  evidence: ['when and how the stuck request ended', 'when the process exited, where it should', 'what became of the ordinary requests'],
  remediation:
    'Start a timer when the drain begins. When the declared deadline passes, answer what is still open with 503 and Connection: close, or close the socket, then finish the drain. Keep that deadline below the stop grace period of the platform.',
  defects: [{ id: 'drain.waits-forever', how: 'The drain waits until nothing is in flight and has no deadline.' }],
  mustNotFire: ['START-04', 'DRAIN-03'],
  mayFire: [],
  limits: 'Without a declared exit the end of a drain is seen only from outside: by what the stuck client is told.',
}

export const connectionsAndDeadline: readonly Requirement[] = [drain06, drain07]
