import type { Requirement } from '../../core/requirement.js'

const readableLogs: Requirement = {
  id: 'DBUG-01',
  area: 'DBUG',
  title: 'Logs are readable by people and machines',
  keyword: 'MUST',
  level: 2,
  weight: 1,
  safety: 'safe',
  statement: 'Every log line MUST parse in the declared format with time, level and message, and lines about a request MUST carry its correlation id.',
  why: 'With more than a few replicas, debugging is searching: one line that breaks the format, or a request that cannot be followed, is what the search does not find.',
  source: ['The Practice of Cloud System Administration, 2.1.15', 'The Twelve-Factor App, XI Logs', 'W3C Trace Context: traceparent', 'CNTi test suite: log_output'],
  needs: ['observability.logs', 'traffic.read', 'traffic.error'],
  absence: { rule: 'fail' },
  procedure: [
    'Send requests through the balancer, each with a correlation id of its own: ordinary ones, some that provoke an exception with a stack trace, and some with line breaks, quotes and control characters in a parameter.',
    'Read what every instance has written since its deployment to standard output and standard error.',
    'Parse every line, and look for the id of every request that was answered.',
  ],
  passCriterion: 'Every line is one JSON object (or one line of logfmt, where that is declared) with time, level and message, none is too long, and the ids of at least 99 % of the requests stand where they are declared.',
  thresholds: [
    { key: 'requests', unit: 'requests', meaning: 'requests with a correlation id', standard: 200, quick: 100 },
    { key: 'failing', unit: 'requests', meaning: 'requests among them that provoke an exception', standard: 20, quick: 10 },
    { key: 'awkward', unit: 'requests', meaning: 'requests among them with awkward parameters', standard: 20, quick: 10 },
    { key: 'parse_ratio_min', unit: 'ratio', meaning: 'share of the lines that can be read', standard: 1 },
    { key: 'id_coverage_min', unit: 'ratio', meaning: 'share of the answered requests whose id stands in a line', standard: 0.99 },
    { key: 'line_bytes_max', unit: 'bytes', meaning: 'longest line', standard: 65_536 },
  ],
  inconclusiveIf: [
    'the log of an instance could not be read, or part of it was lost',
    'no line at all was written, so that there may be another log',
    'too few requests were answered, or those that should fail did not',
  ],
  evidence: ['share of the lines that can be read, and the first that cannot', 'share of the requests whose id was found'],
  remediation:
    'Write logs through one logger that makes one JSON object of each entry, also for stack traces and for what libraries print, and never put text of clients into a line unescaped. Take the correlation id from traceparent (or x-request-id) where the request comes in, make one when there is none, and give it to every entry about that request.',
  defects: [{ id: 'dbug.multiline-stack', how: 'stack traces are printed raw over many lines' }],
  mustNotFire: ['EXCP-01', 'DBUG-02'],
  mayFire: [],
  limits: 'Only lines of JSON or logfmt on standard output and standard error are read. One line with the id is enough: that every line about a request carries it is not seen. A service that writes a line only for requests whose trace is sampled must declare a header that asks for it.',
}

const debugOfOneModule: Requirement = {
  id: 'DBUG-02',
  area: 'DBUG',
  title: 'Debug logging can be switched on for one module',
  keyword: 'SHOULD',
  level: 3,
  weight: 1,
  safety: 'disruptive',
  statement: 'Debug logging SHOULD be switchable at run time for an individual module, and back, without a restart and without harming the service.',
  why: 'Turning everything on buries the answer and fills the disk, and a restart takes away what was to be looked at.',
  source: ['The Practice of Cloud System Administration, 2.1.15'],
  needs: ['observability.logs', 'observability.logLevel', 'traffic.read'],
  absence: { rule: 'fail' },
  procedure: [
    'Under 50 mixed requests per second count the debug lines of each module for a span.',
    'Set one module to debug on every instance and count for another span; set it back and count once more.',
    'Compare the spans, and look for restarts, failed requests and latency.',
  ],
  passCriterion: 'Only the module that was switched became louder, it is quiet again afterwards, no process was restarted, no request failed, and latency stayed within twice the usual one.',
  thresholds: [
    { key: 'span_s', unit: 's', meaning: 'length of each span', standard: 10, quick: 2 },
    { key: 'a_debug_lines_min', unit: 'count', meaning: 'debug lines of the module while it is set to debug', standard: 50 },
    { key: 'other_modules_increase_max', unit: 'count', meaning: 'debug lines by which any other module may become louder', standard: 0 },
    { key: 'back_within_s', unit: 's', meaning: 'longest time that a level may take to be in force, as far as the service declares that it takes any', standard: 10 },
    { key: 'restarts_max', unit: 'count', meaning: 'processes that ended meanwhile', standard: 0 },
    { key: 'p99_factor_max', unit: 'ratio', meaning: 'factor on the usual p99 of latency (p90 while there are fewer than 1000 requests)', standard: 2 },
    { key: 'p99_slack_ms', unit: 'ms', meaning: 'what is added to that', standard: 100 },
  ],
  inconclusiveIf: [
    'debug lines name no module, the module was talkative before, or another one was and became no louder than chance allows',
    'the log of a span could not be read to its end',
    'too few requests were sent while the module was set to debug',
    'the harness was disturbed while requests failed or were slow, or too few requests tell whether they were slow',
  ],
  evidence: ['debug lines of each module in each span', 'latency before and during'],
  remediation:
    'Give every part of the service a logger of its own with a name and a level, and an administrative call that sets the level of one name on a running process. Decide by the level before a line is put together. Let the level fall back by itself after a while, so that nobody has to remember.',
  defects: [{ id: 'dbug.all-or-nothing', how: 'enabling one module enables debug everywhere' }],
  mustNotFire: ['DBUG-01'],
  mayFire: [],
  requires: ['DBUG-01'],
  limits: 'One module is switched. Modules that the load does not use cannot become louder, and so cannot be seen to be switched by mistake.',
}

/** Debug instrumentation: what the service says about what it does. */
export const requirements: readonly Requirement[] = [readableLogs, debugOfOneModule]
