// Ways in which an instrument reports success without having tested: one source for docs/false-greens.md and for the runs of false-greens.js.
// `exercise` and `evaluate` are put into a suite of the user's own; what stands in neither is done by the conformance suites.

/** Requests of the load `clients` that were lost. */
const nothingLost = (history) => {
  const requests = requestsOf(history, 'clients')
  if (requests.length < 20) return inconclusive(`${requests.length} requests in window, needs 20`)
  const lost = requests.filter(countsAsLost)
  return lost.length > 0 ? failed(`${lost.length} of ${requests.length} lost`, []) : passed('none lost')
}
const alwaysPasses = () => passed('all is well')
const loadAroundABreak = async ({ traffic, pause }) => {
  const load = traffic.start({ name: 'clients', ratePerSecond: 60, operations: ['read'], via: 'balancer', connections: 'keep-alive', durationMaxMs: 3_000 })
  await pause(1_000)
  await traffic.send({ load: 'breaking', operation: 'break', via: 'replica-0' })
  await load.finished()
}
/** Fails, and has recovered long before the end. */
const breakable = (answer) => `  if (request.url === '/break') { brokenUntil = Date.now() + 600; return response.end('{}') }
  if (Date.now() < brokenUntil && request.url !== '/ready') return ${answer}
`

export const rows = [
  {
    situation: 'the fault could not be injected (tool missing, permission denied)', peers: '"completed", exit 0', must: 'inconclusive, exit 2, names the fault and the cause',
    lifecycle: 'drain: { exec: [no-such-tool-of-ours, "{port}"], deadline: 5s }', only: 'DRAIN-01', exit: 2, outcome: 'inconclusive', summary: /drain.*no-such-tool-of-ours.*ENOENT/,
  },
  {
    situation: 'the injection raised half way', peers: '"completed", exit 0', must: 'inconclusive, exit 2, the undo still done and recorded',
    exercise: async ({ control }) => { await control.freeze('replica-0'); await control.freeze('replica-9') },
    evaluate: alwaysPasses, exit: 2, outcome: 'inconclusive', summary: /freeze.*replica-9/, history: /"name":"freeze","target":"replica-0"[^\n]*"phase":"undone"/,
  },
  {
    situation: 'the service was unhealthy before the fault; nothing ran', peers: '"completed", exit 0', must: 'inconclusive, exit 2: baseline not healthy, with the failing probe',
    handler: `  if (request.url === '/ready') return response.writeHead(503).end()\n`, evaluate: alwaysPasses, exit: 2, outcome: 'inconclusive', summary: /baseline not healthy.*readiness gives 503/,
  },
  {
    situation: 'the service failed during the fault and recovered before the end', peers: 'exit 0: only the end is judged', must: 'failed, exit 1, judged over the whole window',
    handler: breakable('response.writeHead(500).end()'), exercise: loadAroundABreak, evaluate: nothingLost, exit: 1, outcome: 'failed', summary: /\d+ of \d+ lost/,
  },
  {
    situation: 'the undo or clean-up failed', peers: 'exit 0', must: 'the verdict is kept, the run is marked as not restored, exit 2 at best',
    byProgram: true, exercise: async ({ control, service }) => { await control.killAndHold('replica-0'); (await import('node:fs')).rmSync(`${service.directory}/green.sh`) },
    evaluate: alwaysPasses, exit: 2, outcome: 'passed', notRestored: /of replica-0 could not be undone.*ENOENT/,
  },
  {
    situation: 'a replica was lost with no traffic running', peers: 'pass', must: 'inconclusive, exit 2, says how many requests were needed',
    exercise: async ({ control }) => control.kill(['replica-0']), evaluate: nothingLost, exit: 2, outcome: 'inconclusive', summary: /0 requests in window, needs 20/,
  },
  {
    situation: 'no data for an objective (the probe returned nothing)', peers: 'pass', must: 'inconclusive, exit 2',
    exercise: async ({ traffic }) => { await traffic.readValue({ name: 'size', via: 'balancer', probe: { path: '/nothing', pointer: '/size' } }).catch(() => {}) },
    evaluate: (history) => { const sizes = observationsOf(history, 'size').filter(({ value }) => value.value !== undefined); return sizes.length === 0 ? inconclusive('0 readings of the size, needs 1') : passed('it has a size') },
    exit: 2, outcome: 'inconclusive', summary: /0 readings/,
  },
  { situation: 'a fault with no check attached', peers: '100 %', must: 'cannot be expressed: exit 64, a scenario without checks does not load', withoutChecks: true, exit: 64, says: /SW_SUITE_INVALID.*(no check)/ },
  { situation: 'a filter that matches nothing', peers: 'success', must: 'exit 64, lists near names', only: 'DRIAN-03', exit: 64, says: /SW_SELECTION_EMPTY.*did you mean DRAIN-03/ },
  { situation: 'dry run or plan', peers: 'every test "passing"', must: 'a plan has no verdicts at all', command: ['plan', '--json'], exit: 0, says: /"schema": "seaworthy-plan\/v1"/, saysNot: /"outcome": "passed"|"score"|"verdict"/ },
  {
    situation: 'requests lost to an orderly close (FIN) in flight', peers: '0 errors', must: 'failed, exit 1, each one counted as lost',
    handler: breakable('void request.socket.end()'), exercise: loadAroundABreak, evaluate: nothingLost, exit: 1, outcome: 'failed', summary: /\d+ of \d+ lost/,
  },
  {
    situation: 'an error of the tool', peers: 'fail: charged to the service', must: 'error, exit 2, never failed',
    exercise: async () => { throw new TypeError('undefined is not a function') }, evaluate: () => failed('bad', []), exit: 2, outcome: 'error', summary: /undefined is not a function/,
  },
  {
    situation: 'a failing requirement is waived', peers: 'raises the score', must: 'the score stays what it was, and coverage is shown beside it',
    only: 'DRAIN-01', waivers: 'waivers: [{ id: DRAIN-01, reason: "accepted until the rewrite is done", owner: me, until: SOON }]', exit: 0, outcome: 'missing', score: 0, waived: true,
  },
  {
    situation: 'a check that crashed', peers: 'missing from the report, the run "passed"', must: 'error for that requirement, exit 2',
    evaluate: () => { throw new Error('no window') }, exit: 2, outcome: 'error', summary: /broke.*no window/,
  },
  {
    situation: 'the harness itself stalled during a window judged by time', peers: 'fail or pass at random', must: 'inconclusive, exit 2, with the measured stall',
    exercise: async ({ pause }) => { await pause(300); for (const endAt = performance.now() + 1_500; performance.now() < endAt; ); await pause(700) },
    evaluate: (history) => disturbedHarness(history, { fromMs: 0, toMs: Infinity }, 300) ?? passed('in time'), exit: 2, outcome: 'inconclusive', summary: /stalled for \d+ ms|own echo server needed \d+ ms/,
  },
  {
    situation: 'every read answers as if the record were there, whatever was written', peers: 'pass: the status is 200', must: 'inconclusive, exit 2: the read finds what was never written',
    handler: `  if (request.url.startsWith('/records/')) return response.end(JSON.stringify({ key: decodeURIComponent(request.url.split('/').pop()) }))\n`,
    data: `  put: { http: "PUT /records/{key}", body: { text: "{value}" } }
data:
  write: put
  read: { strong: { http: "GET /records/{key}", expect: { json: { /key: "{key}" } } } }`,
    only: 'RDND-01', exit: 2, outcome: 'inconclusive', summary: /finds what was never written/,
  },
  {
    situation: 'a requirement was asked for, and nobody allowed what tests it', peers: 'not in the report, exit 0', must: 'skipped, exit 2, with what would let it run',
    allow: [], only: 'START-02', exit: 2, outcome: 'skipped', summary: /--allow disruptive/,
  },
]

export function falseGreensPage() {
  const lines = rows.map(({ situation, peers, must }, index) => `| ${index + 1} | ${situation} | ${peers} | ${must} |`)
  return `# How an instrument reports success without having tested

Generated by \`npm run docs\` from the rows that \`npm run false-greens\` runs: a service is written for each, \`seaworthy\` is started on it as a user would,
and the exit code and the report are compared. What others report was observed in programs in use: read in their source, or run.

| | situation | what others report | what seaworthy reports |
|---|---|---|---|
${lines.join('\n')}

A requirement passes only when the baseline was healthy, the fault is proven to have landed by something the target itself shows, at least the stated number of
observations fell inside the window, and recovery was seen. [ARCHITECTURE.md](ARCHITECTURE.md) says where each of these is decided.
`
}
