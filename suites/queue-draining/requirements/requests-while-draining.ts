import type { Requirement } from '../../../core/requirement.js'

/** What becomes of requests: those in flight, those through the balancer, and those that arrive late. */

const drain03: Requirement = {
  id: 'DRAIN-03',
  area: 'DRAIN',
  title: 'In-flight requests are completed',
  keyword: 'MUST',
  level: 1,
  weight: 3,
  safety: 'disruptive',
  statement: 'Every request in flight when drain begins MUST be completed correctly.',
  why: 'This is what draining is for: a replica that is simply killed loses the requests it is working on.',
  source: [
    'The Practice of Cloud System Administration, 2.1.3 (queue draining)',
    'Site Reliability Engineering, ch. 20 (clean shutdown)',
    'The Twelve-Factor App, IX (disposability)',
    'RFC 9110 9.2.2',
  ],
  needs: ['lifecycle.stop', 'topology.instances', 'lifecycle.kill'],
  absence: { rule: 'fail' },
  procedure: [
    'With 20 requests per second through the balancer in the background, send requests with unique effects directly to one replica and prove that they are executing in it.',
    'Drain the replica, wait for every one of them to end, then read how often each effect happened. Where no drain is declared the stop signal begins it: that is all such a service is given.',
    'Bring the replica back and repeat until enough drains and enough requests are collected.',
    'Control, once: the same requests on another replica, killed instead of drained. At least one must be lost.',
  ],
  passCriterion: 'Every request that was proven to be executing (proof A, B, or C on a direct connection) is completed correctly and exactly once.',
  thresholds: [
    { key: 'drains', unit: 'count', meaning: 'drains with requests in flight', standard: 3, quick: 1, thorough: 9 },
    { key: 'witnesses_min', unit: 'requests', meaning: 'requests proven to be in flight across a drain', standard: 30, quick: 10, thorough: 90 },
    { key: 'lost_max', unit: 'requests', meaning: 'of these, not completed correctly', standard: 0 },
    { key: 'duplicated_max', unit: 'requests', meaning: 'of these, with an effect that happened more than once', standard: 0 },
    { key: 'control_losses_min', unit: 'requests', meaning: 'requests the kill control must lose', standard: 1 },
  ],
  inconclusiveIf: [
    'no operation is declared that can be caught in flight (minDuration, streams or holdsBody)',
    'every request of an operation was answered with 4xx and nothing else was lost: it may be refused without a drain as well',
    'too few requests spanned a drain, or their proof is too weak',
    'the kill control lost nothing: then the requests were not in flight, or something retries',
    'effects of requests that change something could not be read back',
    'nothing on the replica showed that it was draining',
    'the harness gave a witness up',
    'a drain was not acknowledged, or the replica did not return afterwards',
  ],
  evidence: ['requests, grade of proof and losses per drain', 'how each drain was seen to land', 'result of the kill control', '95 % bounds per request and per drain'],
  remediation:
    'On drain stop taking new work but count the requests in flight and keep their sockets, database connections and worker threads until the count is zero or the drain deadline passes; only then close. In Node call server.close() and wait for its callback instead of process.exit(); give the platform a stop grace period longer than the slowest request.',
  defects: [{ id: 'drain.kills-inflight', how: 'The drain fails readiness and closes every socket 200 ms later.' }],
  mustNotFire: ['DRAIN-01', 'DRAIN-07'],
  // DRAIN-04 has requests in flight through the balancer: losing those is a true consequence of this defect.
  mayFire: ['UPGR-01', 'RDND-05', 'DRAIN-04', 'DRAIN-05', 'DRAIN-06'],
}

const drain04: Requirement = {
  id: 'DRAIN-04',
  area: 'DRAIN',
  title: 'Draining one replica is invisible through the load balancer',
  keyword: 'MUST',
  level: 1,
  weight: 3,
  safety: 'disruptive',
  statement: 'Draining and stopping one replica behind a load balancer MUST cause no failed client request.',
  why: 'The order fail health, wait, close matters more than any single step, and only a client can see whether it was kept.',
  source: [
    'The Practice of Cloud System Administration, 2.1.3 (draining behind a load balancer)',
    'Kubernetes: termination of pods and endpoints',
  ],
  needs: ['lifecycle.drain', 'lifecycle.stop', 'topology.balancer', 'topology.instances'],
  absence: { rule: 'fail' },
  procedure: [
    'Qualify the balancer: drain an echo server of ours behind the same kind of balancer; it must lose nothing.',
    'Send 100 requests per second through the balancer, with five requests in flight on the replica when it is drained.',
    'Drain the replica, wait two eject windows, stop it, and keep the traffic running before it is started again.',
    'Attribute every answer to a replica by its declared identity.',
  ],
  passCriterion: 'No request through the balancer fails or is refused, and the share of the drained replica reaches zero within one eject window.',
  thresholds: [
    { key: 'requests_min', unit: 'requests', meaning: 'requests through the balancer that must be observed', standard: 3000, quick: 600, thorough: 9000 },
    { key: 'failed_max', unit: 'requests', meaning: 'of these, failed or refused', standard: 0 },
    { key: 'share_zero_within_eject_windows', unit: 'count', meaning: 'eject windows until the drained replica gets no more requests', standard: 1 },
  ],
  inconclusiveIf: [
    'too few requests, or none could be attributed to the drained replica before the drain',
    'the balancer lost requests on a clean drain of an echo server, or was not qualified',
    'the null control lost requests or did not run',
    'requests failed before the drain was issued, or were given up by the harness',
    'answers after the eject window do not say which replica gave them',
    'the replica did not return to the rotation',
    'the balancer is the target\'s own, nobody declared how fast it takes a replica out, and only what rests on that time failed',
  ],
  evidence: ['counts by outcome', 'last request the drained replica was given', 'when the balancer took the replica out', '95 % bounds per request and per drain'],
  remediation:
    'Drain in this order: fail readiness, go on serving for at least interval x fall + timeout of the balancer, announce Connection: close on the answers, then close the listener, finish what is in flight, exit. On Kubernetes add a preStop delay or a readiness delay longer than endpoint propagation.',
  defects: [
    { id: 'drain.closes-listener-at-once', how: 'The drain fails readiness and closes the listening socket and idle connections in the same tick; requests in flight are finished.' },
  ],
  mustNotFire: ['DRAIN-03', 'DRAIN-05'],
  mayFire: ['UPGR-01', 'RDND-05', 'DRAIN-01', 'DRAIN-08'],
  limits: 'The result speaks for the service and the balancer together; it holds for the check interval, fall and timeout that were declared.',
}

const drain05: Requirement = {
  id: 'DRAIN-05',
  area: 'DRAIN',
  title: 'No request is accepted and then dropped',
  keyword: 'MUST',
  level: 2,
  weight: 2,
  safety: 'disruptive',
  statement:
    'A draining replica MUST answer every request that still reaches it, by serving it or by refusing it explicitly, and never accept a request and drop it.',
  why: 'Stragglers always arrive. A refused connection can be tried elsewhere; a request that was swallowed cannot.',
  source: [
    'The Practice of Cloud System Administration, 2.1.3',
    'RFC 9110 15.6.4 and 10.2.3 (503 and Retry-After)',
    'Site Reliability Engineering, ch. 20',
  ],
  needs: ['lifecycle.drain', 'topology.instances'],
  absence: { rule: 'na-justified' },
  procedure: [
    'From shortly before the drain until the process exits or two eject windows have passed, send 50 requests per second directly to the replica, each on a new connection, with unique effects where the service has such an operation.',
    'Sort each into: served, politely refused, refused before anything was sent, reset or closed after it was sent, truncated, timed out.',
    'Where writes can be read back, look for effects of requests that got no answer.',
  ],
  passCriterion:
    'Every request is served, politely refused, or refused before it was sent; at most 1 % are cut within 100 ms of the moment the listener closes.',
  thresholds: [
    { key: 'requests_min', unit: 'requests', meaning: 'requests sent to the draining replica', standard: 200, quick: 60, thorough: 600 },
    { key: 'reset_after_send_ratio_max', unit: 'ratio', meaning: 'share of requests cut around the close of the listener', standard: 0.01 },
    { key: 'truncated_max', unit: 'requests', meaning: 'answers that began and did not end', standard: 0 },
    { key: 'timeout_max', unit: 'requests', meaning: 'requests without any answer in time', standard: 0 },
    { key: 'effect_without_answer_max', unit: 'requests', meaning: 'requests without an answer whose effect happened', standard: 0 },
  ],
  inconclusiveIf: [
    'the replica left so fast that fewer than a quarter of the required requests fell into the drain',
    'the operation was not served by the replica even before the drain',
    'nothing on the replica showed that it was draining, or it accepted nothing and did not exit',
    'the harness gave requests up',
    'a single cut at the close of the listener in a sample too small to tell 1 %',
  ],
  evidence: ['counts by outcome', 'when the listener closed', 'effects of unanswered requests where they can be read'],
  remediation:
    'While draining either serve stragglers as usual or answer 503 with Retry-After and Connection: close before touching any state. Never destroy an accepted socket to refuse a request; close the listener first and let accepted connections finish.',
  defects: [{ id: 'drain.accepts-then-drops', how: 'While draining the server accepts the connection, reads the request and closes without an answer.' }],
  mustNotFire: ['DRAIN-01', 'DRAIN-03'],
  mayFire: ['DRAIN-04', 'DRAIN-06'],
  limits: 'Requests that arrive in the instant the listener closes can be reset by the kernel before the service sees them; they are allowed for, not hidden.',
}

export const requestsWhileDraining: readonly Requirement[] = [drain03, drain04, drain05]
