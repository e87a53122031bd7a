import type { Requirement } from '../../core/requirement.js'

const metricsAgree: Requirement = {
  id: 'MONI-01',
  area: 'MONI',
  title: 'Metrics agree with what clients saw',
  keyword: 'MUST',
  level: 2,
  weight: 2,
  safety: 'safe',
  statement: 'The service MUST expose metrics in a standard format whose request, error and latency figures agree with the traffic actually sent.',
  why: 'Operations needs to see availability and performance; a counter that lies is worse than none, because alerts and roll-outs are decided by it.',
  source: ['The Practice of Cloud System Administration, 2.1.13', 'Site Reliability Engineering: the four golden signals', 'Prometheus exposition formats, text format 0.0.4', 'CNTi test suite: open_metrics'],
  needs: ['traffic.http', 'observability.metrics', 'traffic.read', 'traffic.error'],
  absence: { rule: 'fail' },
  procedure: [
    'Read the metrics of every instance, send nothing for a moment, and read them again: what rose meanwhile comes from others.',
    'Send reads that succeed, requests that provoke a server error and requests that provoke a client error through the balancer, and read the metrics of every instance once more.',
    'Compare how much the counters of all instances rose, by class of status, with the answers that clients got.',
    'Beside them send requests that last, where an operation with minDuration is declared: each must be above the bucket before the one it belongs to.',
    'Compare the bucket in which p50 and p90 of the latency histogram lie with what clients measured; the way through the balancer, which the null control takes too, may lie between.',
  ],
  passCriterion: 'Every line is in the format, each class was counted as often as clients saw it, within 1 %, and both quantiles lie at most one bucket away.',
  thresholds: [
    { key: 'successes', unit: 'requests', meaning: 'requests that succeed', standard: 1_000, quick: 500 },
    { key: 'errors', unit: 'requests', meaning: 'requests that provoke a server error, and as many that provoke a client error', standard: 100 },
    { key: 'slow', unit: 'requests', meaning: 'requests that last, of an operation with minDuration, which the histogram must show as long', standard: 20, quick: 10 },
    { key: 'count_deviation_ratio_max', unit: 'ratio', meaning: 'share by which a count may differ from what clients saw', standard: 0.01 },
    { key: 'latency_bucket_off_max', unit: 'count', meaning: 'buckets by which a quantile may lie beside what clients measured', standard: 1 },
    { key: 'parse_errors_max', unit: 'count', meaning: 'lines that are not in the format, metrics that are not there, counters that go back', standard: 0 },
  ],
  inconclusiveIf: [
    'an instance was restarted between two readings, or did not answer one',
    'more than 1 % of the requests in the time came from others',
    'more than 1 % of the requests got no answer, or too few succeeded or failed as they should',
    'the instances expose histograms with different buckets, or a summary',
    'the buckets are too coarse, or all requests as fast as the lowest ones, so that any measurement would agree: declare an operation with minDuration',
    'a counter went back and the answers carry no boot id, so that it may be a restart',
    'the harness was disturbed while the latency differed',
  ],
  evidence: ['counts by class, in the metrics and at the clients', 'buckets of p50 and p90, and what clients measured'],
  remediation:
    'Count each request where its answer is sent, with the status that was sent, in one place that every route and every error handler goes through. Record the duration in a histogram with base unit seconds and buckets around the latency that is promised. Use the client library of the metrics system, and let every replica expose its own counters from the start of the process on.',
  defects: [{ id: 'moni.errors-counted-as-success', how: 'failed requests are counted as status 200' }, { id: 'moni.frozen', how: 'the counters of each replica stop after some hundred requests' }, { id: 'moni.latency-unmeasured', how: 'requests are counted with a duration of next to nothing' }],
  mustNotFire: ['MONI-02'],
  mayFire: [],
  limits: 'Only requests that were answered are compared. A service that counts its health checks or administration must declare a metric that does not, or the balancer counts as other traffic.',
}

const healthAnswers: Requirement = {
  id: 'MONI-02',
  area: 'MONI',
  title: 'Health answers mean what they say',
  keyword: 'MUST',
  level: 1,
  weight: 2,
  safety: 'disruptive',
  statement:
    'Health endpoints MUST use 2xx-3xx for pass and warn and 4xx-5xx for fail, MUST NOT be cached, and SHOULD report the release and the state of each dependency.',
  why: 'Balancers look at the status code and people at the body: when the two disagree, one of them acts on a false picture.',
  source: [
    'draft-inadarei-api-health-check-06, sections 3 and 4',
    'The Practice of Cloud System Administration, 2.1.13',
    "Amazon Builders' Library: Implementing health checks",
    'RFC 9111 5.1 Age and 5.2.2 Cache-Control',
  ],
  needs: ['traffic.http', 'health.readiness'],
  absence: { rule: 'fail' },
  procedure: [
    'Read readiness, and liveness and detail where they are declared, five times a second, on one replica and through the balancer, under light traffic.',
    'Do so while all is well, while a soft dependency refuses connections, while a hard dependency refuses this one replica, after both have been healed, and while the replica drains.',
    'Where no hard dependency is declared, freeze the replica instead: it must not pass then, and pass again after its release.',
    'Compare status code and body of every answer, look for caching, for the name of the dependency that is down, and at the time each answer took.',
  ],
  passCriterion: 'No answer disagrees with itself, none may be or was cached, all are fast, and the dependency that is down is named in the detail (when one is declared).',
  thresholds: [
    { key: 'samples_per_state', unit: 'count', meaning: 'readings of every endpoint in each state, five a second', standard: 25, quick: 5, thorough: 75 },
    { key: 'soft_fault_s', unit: 's', meaning: 'how long the soft dependency has been down before the state is read', standard: 11, quick: 3 },
    { key: 'shown_within_s', unit: 's', meaning: 'how long a health answer may take to show that a dependency is down', standard: 10 },
    { key: 'disagreements_max', unit: 'count', meaning: 'answers whose status code contradicts their body', standard: 0 },
    { key: 'stale_answers_max', unit: 'count', meaning: 'answers that came from a cache or may be kept by one', standard: 0 },
    { key: 'p99_ms_max', unit: 'ms', meaning: '99th percentile of the time an answer takes', standard: 500 },
    { key: 'cause_named_ratio_min', unit: 'ratio', meaning: 'share of the faulted dependencies that the detail names', standard: 1 },
  ],
  inconclusiveIf: [
    'the fault of the hard dependency, or the freeze of a replica that has none, was not witnessed or did not last, or no health answer turned failing',
    'health did not pass again after the fault was taken back',
    'too few answers in a state',
    'the dependency is named while all is well, too',
    'too few answers of a state were timed beside stalls of the harness, a starved machine and an echo server of ours that was as late, unless the service took the processors itself',
    'nothing forbids caching, the answers through the balancer never changed, and the balancer is not ours or no replica was frozen',
    'the soft dependency was not named before its fault was taken back, and the fault lasted less than the allowed time',
  ],
  evidence: ['answers per state with status code and body word', 'caching headers', 'slowest answer', 'the dependencies and whether they were named'],
  remediation:
    'Derive the status code from the same value that is written into the body: 200 for pass and warn, 503 for fail. Send Cache-Control: no-store on every health endpoint and exempt the paths from any cache or CDN in front. List each dependency in the detail under the name operators use, with its own status, so that the one that is down can be read off. Give every dependency check a short deadline, or answer from a result that is refreshed in the background, so that health answers stay below half a second.',
  defects: [{ id: 'moni.fail-with-200', how: 'the body says fail and the status is 200 when a hard dependency is down' }],
  mustNotFire: ['DRAIN-01', 'RDND-07'],
  mayFire: ['RDND-03'],
  limits: 'Bodies are understood when they are JSON with a word of health at /status; otherwise the status code alone counts. A service that declares no hard dependency and does not turn failing in a drain is seen to fail only frozen, and the finding says so: what its health says of a dependency that is not declared is not known. Caching is looked for between the harness and the replica, not at networks further out.',
}

/** Monitoring: what the service says about itself. */
export const requirements: readonly Requirement[] = [metricsAgree, healthAnswers]
