import type { Requirement } from '../../../core/requirement.js'

/** What the probes of a balancer and of a supervisor must see while a replica drains. */

const drain01: Requirement = {
  id: 'DRAIN-01',
  area: 'DRAIN',
  title: 'A draining replica fails its health check and keeps running',
  keyword: 'MUST',
  level: 1,
  weight: 3,
  safety: 'disruptive',
  statement:
    "When told to drain, a replica MUST start failing the load balancer's health check promptly, with an explicit answer, while it continues to run.",
  why: 'This is the lame-duck signal. Without it the balancer goes on sending requests to a replica that is about to leave.',
  source: [
    'The Practice of Cloud System Administration, 2.1.3 (queue draining)',
    'Site Reliability Engineering, ch. 20 (lame duck state)',
    'Envoy: admin endpoint healthcheck/fail',
    'HAProxy: http-check disable-on-404',
  ],
  needs: ['lifecycle.drain', 'health.readiness', 'topology.instances'],
  absence: { rule: 'fail' },
  procedure: [
    'Send 100 requests per second through the balancer and sample readiness and liveness of every replica directly, ten times per second.',
    'Drain one replica and record when the drain was issued and when it was acknowledged.',
    'Go on sampling until the process exits or two eject windows have passed.',
  ],
  passCriterion: 'Explicit failing answers begin in time, never turn back to passing, and every other replica stays ready throughout.',
  thresholds: [
    { key: 'first_fail_within_s', unit: 's', meaning: 'longest time from the acknowledgement of the drain to failing readiness answers', standard: 2 },
    { key: 'relapses_max', unit: 'count', meaning: 'passing answers after the first failing one', standard: 0 },
    { key: 'explicit_fail_answers_min', unit: 'count', meaning: 'failing answers (not refused connections) that must be seen', standard: 3 },
    { key: 'others_ready_ratio_min', unit: 'ratio', meaning: 'share of passing readiness samples of the other replicas', standard: 1 },
  ],
  inconclusiveIf: [
    'direct readiness of the replica did not pass before the drain',
    'the drain was not acknowledged',
    'too few samples fell into the drain, or the harness stalled',
  ],
  evidence: ['time to the first failing answer', 'counts of answers by kind', 'samples of the other replicas', 'how the drain was seen to land'],
  remediation:
    'On the drain command set a flag that the readiness handler reads before anything else and answer 503 from then on, at once and until exit; keep the listener open and the process running meanwhile. Wire the balancer to this endpoint, not to a bare TCP check.',
  defects: [{ id: 'drain.health-stays-green', how: 'The drain waits for requests in flight, but readiness answers 200 until the process exits.' }],
  mustNotFire: ['DRAIN-03', 'DRAIN-02'],
  mayFire: ['DRAIN-04', 'UPGR-01'],
}

const drain02: Requirement = {
  id: 'DRAIN-02',
  area: 'DRAIN',
  title: 'Liveness stays green while draining',
  keyword: 'MUST',
  level: 1,
  weight: 2,
  safety: 'disruptive',
  statement: 'A draining replica MUST keep its liveness check passing until it stops.',
  why: 'A supervisor that sees liveness fail kills the replica in the middle of its drain, and with it every request in flight.',
  source: [
    'The Practice of Cloud System Administration, 2.1.3 (a draining replica continues to process requests)',
    'Kubernetes: liveness and readiness probes',
    'Site Reliability Engineering, ch. 20',
  ],
  needs: ['lifecycle.drain', 'health.liveness', 'topology.instances'],
  absence: { rule: 'na-justified' },
  procedure: [
    'Use the drain and the samples of DRAIN-01.',
    'Take every liveness probe sent after the acknowledgement of the drain and before the first refused connection, the exit or the stop.',
    'Forgive two single resets: a probe may be under way when connections are closed, as a drain begins and with the listener. Resets in a row, or more of them, are failures.',
  ],
  passCriterion: 'No liveness probe fails while the process runs, and no supervisor restarts the replica during the drain.',
  thresholds: [
    { key: 'liveness_failures_max', unit: 'count', meaning: 'failing liveness answers while the replica drains', standard: 0 },
    { key: 'samples_min', unit: 'count', meaning: 'passing liveness answers that must be seen during the drain', standard: 10 },
  ],
  inconclusiveIf: ['fewer samples than required because the replica left at once', 'liveness did not pass before the drain', 'the drain was not acknowledged, or nothing on the replica showed it'],
  evidence: ['counts of liveness answers by kind during the drain', 'restarts of the process during the drain'],
  remediation:
    'Serve liveness and readiness from two handlers: readiness follows the drain flag, liveness only says that the process can still answer. Do not route both probes to one shared health function.',
  defects: [{ id: 'drain.liveness-fails-too', how: 'One shared health handler answers 503 to both probes while the replica drains.' }],
  mustNotFire: ['DRAIN-01'],
  mayFire: ['DRAIN-03', 'DRAIN-04'],
}

export const healthWhileDraining: readonly Requirement[] = [drain01, drain02]
